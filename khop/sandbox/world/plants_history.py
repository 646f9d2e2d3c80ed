"""Planted discrepancies and decoys of codes and of histories."""

from __future__ import annotations

from dataclasses import replace

from khop.sandbox.world.calendar import DAY, day_of, midnight, to_date
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.plants import HOUR, Additions, PlantMaker, give_alias, on_both

#: The bit of the shape that keeps the one-stop from adding internal steps.
NO_STEPS_BETWEEN = 1 << 25
_MONTH = 30 * DAY


def set_history(m: DossierMaker, d: Dossier, *states: int) -> None:
    """Give a dossier a history of these states, from its reception to its last step."""
    assert d.received is not None
    first = d.received + 60
    span, last = d.acted - first, len(states) - 1
    d.steps = tuple((first + span * n // last, state) for n, state in enumerate(states))
    d.status, d.acted = states[-1], d.steps[-1][0]
    d.shape |= NO_STEPS_BETWEEN


#: Histories with one change of state that is forbidden (docs/domain.md, States).
_FORBIDDEN = (
    (2, 4, 2, 4), (2, 4, 9, 10, 4), (2, 4, 5, 9), (2, 3, 4), (1, 4), (2, 4, 1, 2, 4),
    (2, 4, 9, 5, 4), (2, 6, 10), (2, 4, 8, 9), (2, 7, 5, 4), (1, 9, 10), (2, 4, 9, 2, 4),
)  # fmt: skip


def b8(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(10, "B8", age=15)
    set_history(m, d, *_FORBIDDEN[i % len(_FORBIDDEN)])
    if d.status not in (9, 10):
        d.finished = None
    if d.status != 10:
        d.returned = None
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def e1(m: DossierMaker, i: int) -> Additions:
    """One code for two dossiers: of two applicants, or of one with two procedures."""
    first = m.counter_dossier((4, 10)[i % 2], "E1", age=14)
    other = m.counter_dossier(4, "E1", age=13)
    other.code = other.code_wire = first.code
    other.received, other.entered, other.submitted = first.received, first.entered, first.submitted
    other.unit, other.no_due = first.unit, first.no_due
    people = m.register.people
    other.citizen = (first.citizen + 1) % people if i % 3 else first.citizen
    other.procedure = first.procedure
    if i % 3 != 1:
        other.procedure = (first.procedure + 1) % len(m.register.procedures)
    other.due = first.due
    other.acted = max(other.acted, first.acted)
    m.set_changed(other)
    first.changed = min(first.changed, other.changed - 60_000)
    return Additions((other, first), (copy_for_portal(other),))


def e3(m: DossierMaker, i: int) -> Additions:
    """A serial number of five digits, which a client invented."""
    d = m.counter_dossier((4, 9, 10)[i % 3], "E3", age=8)
    assert d.received is not None
    date = to_date(day_of(d.received))
    prefix = m.register.units[d.unit].code
    d.code = d.code_wire = f"{prefix}-{date:%y%m%d}-{10_000 + d.n % 90_000:05d}"
    if i % 4 == 3:
        d.code_wire = d.code.lower()
    return on_both(d, copy_for_portal(d))


def e4(m: DossierMaker, i: int) -> Additions:
    """A date in the code that is two or more working days from the reception."""
    d = m.counter_dossier((4, 9)[i % 2], "E4", age=12)
    age = (14, 10, 30)[i % 3]
    d.code = d.code_wire = m.fresh_code(d.unit, m.day(age), d.shape)
    return on_both(d, copy_for_portal(d))


def f1(m: DossierMaker, i: int) -> Additions:
    """Waiting for papers for more than thirty days."""
    d = m.counter_dossier(5, "F1", age=40)
    assert d.received is not None
    limit = m.now - _MONTH - 1
    way = i % 4
    d.shape |= NO_STEPS_BETWEEN
    if way == 3:  # no step has state 5: the last change counts
        d.steps = ((d.received, 2), (d.received + HOUR, 4))
        d.acted = d.received + HOUR
        m.set_changed(d, m.now - _MONTH - 60)
        return on_both(d, copy_for_portal(d))
    d.acted = limit if way == 0 else limit - 3 * DAY - HOUR
    d.steps = ((d.received, 2), (d.received + HOUR, 4), (d.acted, 5))
    if way == 2:  # state 5 is repeated: the first change to it counts
        d.steps = (*d.steps, (m.now - 5 * DAY, 5))
        d.acted = m.now - 5 * DAY
    m.set_changed(d, m.now - 60 if i % 8 < 4 else None)
    return on_both(d, copy_for_portal(d))


def f2(m: DossierMaker, i: int) -> Additions:
    """Asked for papers twice after reception."""
    d = m.counter_dossier(4, "F2", age=16)
    walks = ((2, 4, 5, 4, 5, 4), (2, 5, 2, 5, 4), (2, 4, 5, 4, 5), (2, 5, 6, 5, 4))
    set_history(m, d, *walks[i % len(walks)])
    if i % 3 == 2:
        give_alias(m, d)
    if d.status == 5:  # it must not fire F1 as well
        d.acted = max(d.acted, m.now - 20 * DAY)
        d.steps = (*(d.steps or ())[:-1], (d.acted, 5))
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


PLANTS_OF_HISTORY: dict[str, PlantMaker] = {
    "B8": b8, "E1": e1, "E3": e3, "E4": e4, "F1": f1, "F2": f2,
}  # fmt: skip


def lawful_history(m: DossierMaker, i: int) -> Additions:
    """Unusual changes of state that are allowed: recall, reopening, supplement after reception."""
    walks = (
        (2, 4, 9, 4, 9, 10), (2, 5, 2, 4), (2, 4, 7, 10), (2, 4, 8, 4), (2, 7, 8), (2, 10),
        (2, 6, 9), (2, 4, 4, 9),
    )  # fmt: skip
    d = m.counter_dossier(10, "lawful history", age=12)
    assert d.received is not None
    d.acted = min(d.acted, d.received + 5 * DAY)
    m.give_long_procedure(d)
    d.due, d.no_due = None, True
    set_history(m, d, *walks[i % len(walks)])
    if d.status not in (9, 10):
        d.finished = None
    elif d.status == 9:
        d.finished = d.acted
    if d.status != 10:
        d.returned = None
    else:
        d.finished = d.returned = d.acted
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def unknown_between(m: DossierMaker, i: int) -> Additions:
    """An unmapped state between two states that must not follow each other."""
    d = m.counter_dossier(4, "unknown between", age=10)
    set_history(m, d, *((2, 4, 0, 2), (2, 3, 0, 4))[i % 2])
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def thirty_days(m: DossierMaker, i: int) -> Additions:
    """Waiting for papers for exactly thirty days, or since a later request."""
    d = m.counter_dossier(5, "thirty days", age=45)
    assert d.received is not None
    d.shape |= NO_STEPS_BETWEEN
    limit = m.now - _MONTH
    d.received = d.entered = limit - HOUR - (2 * DAY if i % 3 == 2 else 0)
    d.due, d.no_due = None, True
    m.give_code(d)
    if i % 3 == 0:
        d.steps = ((d.received, 2), (limit, 5))
    elif i % 3 == 1:  # once before the reception and once after it
        d.steps = ((d.received - 3 * HOUR, 5), (d.received, 2), (limit + DAY, 5))
    else:
        d.steps = ((d.received, 2), (limit - DAY, 5), (limit, 5), (limit + DAY, 4))
        d.status = 4
    d.acted = d.steps[-1][0]
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def asked_once(m: DossierMaker, i: int) -> Additions:
    """Asked for papers once at or before the reception, and once after it."""
    d = m.counter_dossier(4, "asked once", age=10)
    assert d.received is not None
    early = d.received - (0 if i % 2 else HOUR)
    first = ((d.received - 2 * HOUR, 1), (early, 5), (d.received + 60, 2))
    d.submitted = d.received - 2 * HOUR
    d.steps = (*first, (d.received + HOUR, 4), (d.received + 2 * HOUR, 5), (d.acted + DAY // 2, 4))
    d.acted = min(d.steps[-1][0], m.now - 60)
    d.steps = (*d.steps[:-1], (d.acted, 4))
    d.shape |= NO_STEPS_BETWEEN
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def next_day_code(m: DossierMaker, i: int) -> Additions:
    """The date in the code is one working day before or after the reception."""
    d = m.counter_dossier((4, 9)[i % 2], "next day code", age=9)
    d.code = d.code_wire = m.fresh_code(d.unit, m.day(10 if i // 2 % 2 else 8), d.shape)
    return on_both(d, copy_for_portal(d))


def old_unit_code(m: DossierMaker, i: int) -> Additions:
    """The dossier code has the code of a unit that merged into another, in either order."""
    d = m.counter_dossier((4, 10)[i % 2], "old unit code", age=14)
    assert d.received is not None
    date = to_date(day_of(d.received))
    prefix = ("000.00.31.H99", "H99.31", "000.17.22.H99", "H99.50.05.13")[i % 4]
    d.unit = 0
    serial = f"{d.n:04d}" if d.n < 10_000 else f"{d.n:07d}"
    d.code = d.code_wire = f"{prefix}-{date:%y%m%d}-{serial}"
    return on_both(d, copy_for_portal(d))


def same_dossier_twice(m: DossierMaker, i: int) -> Additions:
    """Two native records with the same code, applicant and procedure."""
    first = m.counter_dossier(4, "same dossier twice", age=9)
    first.shape = 0
    second = m.counter_dossier(4, "same dossier twice", age=9)
    twin = replace(first, n=second.n, changed=first.changed - 60_000)
    return Additions((first, twin), (copy_for_portal(first),))


def entered_next_day(m: DossierMaker, i: int) -> Additions:
    """Entered one working day after the reception; days off in between do not count."""
    d = m.counter_dossier(4, "entered next day", age=6)
    d.entered = midnight(m.day(5)) + DAY - 600
    d.acted = max(d.acted, d.entered + HOUR)
    d.received = m.last_of_age(6) if i % 2 else d.received
    assert d.received is not None
    d.received = min(d.received, d.entered - 60)
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


DECOYS_OF_HISTORY: tuple[PlantMaker, ...] = (
    lawful_history, unknown_between, thirty_days, asked_once, next_day_code, old_unit_code,
    same_dossier_twice, entered_next_day,
)  # fmt: skip
