"""Planted discrepancies: for each rule a function that breaks it in several ways.

The function gets a ``DossierMaker`` and a running number, which picks the way. A test checks that
every plant fires its own rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from khop.sandbox.world.calendar import DAY, midnight
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import (
    Dossier,
    PortalEntry,
    by_day,
    copy_for_portal,
)
from khop.sandbox.world.paper import LogbookRow, RegisterRow
from khop.sandbox.world.post_events import Event

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Additions:
    """The records that one plant or decoy adds to the world.

    ``unanswered``: codes whose look-up on the portal gives no answer. If there are rows on paper
    or events of the post, its dossiers get no others.
    """

    dossiers: tuple[Dossier, ...] = ()
    entries: tuple[PortalEntry, ...] = ()
    unanswered: tuple[str, ...] = ()
    logbook: tuple[LogbookRow, ...] = ()
    register: tuple[RegisterRow, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def has_evidence(self) -> bool:
        return bool(self.logbook or self.register or self.events)


PlantMaker = Callable[[DossierMaker, int], Additions]


def on_both(d: Dossier, entry: PortalEntry) -> Additions:
    """A dossier and its portal entry."""
    return Additions((d,), (entry,))


def older_than_grace(m: DossierMaker, d: Dossier, variant: int) -> None:
    """Make the last change older than the grace, by little or by much."""
    last = m.last_of_age(2)
    if variant % 2 or d.acted > last:
        d.acted = min(d.acted, last)
        m.set_changed(d, last)
    else:
        m.set_changed(d)


def give_alias(m: DossierMaker, d: Dossier) -> None:
    d.channel = 2
    d.nation = m.fresh_alias(d)


def move_reception(m: DossierMaker, d: Dossier, received: int) -> None:
    """Move the reception of an open dossier, and its code and steps with it."""
    d.received = received
    d.entered = min(received + 600, m.now - 120)
    d.submitted = received - 900
    d.acted = max(d.entered + 60, min(d.acted, m.now))
    m.give_code(d)
    m.set_changed(d)


def a7(m: DossierMaker, i: int) -> Additions:
    """In the one-stop, absent from the portal."""
    way = i % 7
    status = (4, 10, 2, 9, 4, 3, 10)[way]
    d = m.counter_dossier(status, "A7", age=30 if status in (3, 9, 10) else 8)
    if way == 0:
        move_reception(m, d, m.last_of_age(2))
    elif way == 2:
        d.channel, d.nation = 2, "undefined"
    elif way == 3:
        d.channel = 0
    elif way == 4:
        d.nation = m.fresh_alias(d)
    elif way == 5:
        d.channel = 3
    elif way == 6:
        d.finished = None
    return Additions((d,))


def a8(m: DossierMaker, i: int) -> Additions:
    """On the portal, unknown to the one-stop. The dossier only gives its dates to the entry."""
    d = m.counter_dossier((4, 10, 2, 9)[i % 4], "A8", age=25)
    entry = copy_for_portal(d)
    if i % 4 == 1:
        entry.received = None
    elif i % 4 == 2:
        entry.received = m.last_of_age(2)
    elif i % 4 == 3:
        entry.form = "day"
        by_day(entry)
    return Additions((), (entry,))


def b5(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 2, 5, 6, 8)[i % 5], "B5", age=6)
    if i % 4 == 3:
        give_alias(m, d)
    entry = copy_for_portal(d)
    entry.status = 9 + i % 2
    entry.finished = m.now - 5 * HOUR
    entry.returned = m.now - 4 * HOUR if entry.status == 10 else None
    if i % 3 == 0:
        m.set_changed(d, m.now - 60)
    return on_both(d, entry)


def b6(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(9 + i % 2, "B6", age=20)
    if i % 5 == 0:
        d.status, d.returned = 9, None
        d.finished = d.acted = m.last_of_age(2)
        m.set_changed(d, m.now - 60)
    elif i % 5 == 3:
        give_alias(m, d)
    elif i % 5 == 4:
        d.channel = 0
    entry = copy_for_portal(d)
    entry.status = (4, 2, 5, 6, 8, 1)[i % 6]
    entry.finished = entry.returned = None
    return on_both(d, entry)


def b10(m: DossierMaker, i: int) -> Additions:
    d = m.ordinary(1, "B10")
    d.submitted = d.acted = m.last_of_age(2) if i % 2 else m.moment(3 + m.random_below(20))
    m.give_code(d)
    m.set_changed(d)
    return Additions((d,), () if d.alias is None else (copy_for_portal(d),))


#: States (one-stop, portal) that differ without being rule B5 or B6.
_DIFFERENT = ((4, 2), (10, 9), (9, 10), (3, 4), (7, 4), (5, 1), (4, 6), (9, 3), (7, 9), (4, 7))


def b11(m: DossierMaker, i: int) -> Additions:
    mine, theirs = _DIFFERENT[i % len(_DIFFERENT)]
    d = m.counter_dossier(mine, "B11", age=9)
    if mine == 5:
        d.received = d.due = d.entered = None
        d.nation = None
    if i % 7 == 6:
        give_alias(m, d)
    entry = copy_for_portal(d)
    entry.status = theirs
    if theirs not in (9, 10):
        entry.finished = None
    if theirs != 10:
        entry.returned = None
    older_than_grace(m, d, i)
    return on_both(d, entry)


def c1(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 9, 2, 10)[i % 4], "C1", age=12)
    d.received = None
    entry = copy_for_portal(d)
    if i % 3 == 2:
        entry.status = 6
        entry.finished = entry.returned = None
        older_than_grace(m, d, i)
    return Additions((d,)) if i % 4 == 1 else on_both(d, entry)


def c2(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(9 + i % 2, "C2", age=15)
    d.finished = None
    entry = copy_for_portal(d)
    if i % 3 == 1:
        entry.status, entry.returned = 4, None
        older_than_grace(m, d, i)
    return on_both(d, entry)


def c3(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((2, 4)[i % 2], "C3", age=1)
    tomorrow = m.calendar.day_at(m.today + 1)
    later = midnight(tomorrow) + 300 if i % 2 else m.now + (2 + i % 8) * DAY
    move_reception(m, d, later)
    if d.due is not None:
        d.due = later + 5 * DAY
    return on_both(d, copy_for_portal(d))


def c4(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(9, "C4", age=10)
    d.finished = m.now + (1 + i % 5) * DAY
    entry = copy_for_portal(d)
    if i % 3 == 1:
        entry.status, entry.finished = 4, None
    elif i % 3 == 2:
        entry.finished = d.acted
    if i % 3:
        older_than_grace(m, d, i)
    return on_both(d, entry)


def c5(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(9 + i % 2, "C5", age=14)
    assert d.received is not None
    entry = copy_for_portal(d)
    d.finished = d.received - (1, 60, 26 * HOUR, 5 * DAY)[i % 4]
    if i % 3:
        entry.finished = d.finished
    else:
        older_than_grace(m, d, i)
    return on_both(d, entry)


def c6(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier(10 if i % 2 else 4, "C6", age=10)
    if i % 2:
        assert d.finished is not None
        d.returned = d.finished - (1, HOUR, 2 * DAY)[i // 2 % 3]
    else:
        assert d.received is not None
        d.submitted = d.received + (1, HOUR, 2 * DAY)[i // 2 % 3]
    return on_both(d, copy_for_portal(d))


def c9(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 10, 2, 9)[i % 4], "C9", age=7)
    d.due, d.no_due = None, False
    return on_both(d, copy_for_portal(d))


def c12(m: DossierMaker, i: int) -> Additions:
    """Times shifted by 7 hours, give or take the tolerance of 60 s."""
    d = m.counter_dossier(9 + i % 2, "C12", age=18)
    if i % 5 == 4:
        give_alias(m, d)
    entry = copy_for_portal(d)
    shift = 7 * HOUR + (0, 60, -60)[i % 3]
    for name in ("received", "due", "finished", "returned")[i % 4 :]:
        moment = getattr(entry, name)
        if moment is not None:
            setattr(entry, name, moment - shift if i % 2 else moment + shift)
            if i % 4 == 0:
                break
    else:
        if i % 4:
            assert entry.received is not None
            entry.received -= shift
    if i % 3 == 0:
        m.set_changed(d, m.now - 30)
    return on_both(d, entry)


def c14(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 9, 10)[i % 3], "C14", age=16)
    if i % 6 == 5:
        give_alias(m, d)
    entry = copy_for_portal(d)
    assert entry.received is not None
    way = i % 5
    if way == 0:
        entry.received += 901
    elif way == 1:
        entry.received -= 7 * HOUR + 61
    elif way == 2:
        entry.received -= 2 * DAY
    else:
        entry.form = "slashed_day" if way == 3 else "day"
        by_day(entry)
        entry.received -= DAY
    older_than_grace(m, d, i)
    return on_both(d, entry)


def e7(m: DossierMaker, i: int) -> Additions:
    d = m.counter_dossier((4, 10, 9)[i % 3], "E7", age=11)
    code, wire = (
        (f"HS.{d.n:06d}/2026", f"HS.{d.n:06d}/2026"),
        (f"HỒSƠ-{d.n:06d}/26", f"Hồ sơ-{d.n:06d}/26"),
        (f"BTP-2026-{d.n:08d}", f" btp-2026-{d.n:08d}"),
        (f"H99.18.03-260820-{d.n:012d}", f"H99.18.03-260820-{d.n:012d}"),
    )[i % 4]
    d.code, d.code_wire = code, wire
    return on_both(d, copy_for_portal(d))


PLANTS: dict[str, PlantMaker] = {
    "A7": a7, "A8": a8, "B5": b5, "B6": b6, "B10": b10, "B11": b11, "C1": c1, "C2": c2,
    "C3": c3, "C4": c4, "C5": c5, "C6": c6, "C9": c9, "C12": c12, "C14": c14, "E7": e7,
}  # fmt: skip
