"""Planted discrepancies and decoys of deadlines: what was done when a dossier was due."""

from __future__ import annotations

from khop.sandbox.world.calendar import DAY, midnight
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.plants import HOUR, Additions, PlantMaker, give_alias, on_both
from khop.sandbox.world.plants_history import NO_STEPS_BETWEEN

_MONTH = 30 * DAY
_QUARTER = 15 * 60


def _finished_at(m: DossierMaker, d: Dossier, finished: int) -> None:
    """Set when it ended; one that was returned was so an hour later."""
    d.finished = d.acted = finished
    if d.status == 10:
        d.returned = d.acted = finished + HOUR
    m.set_changed(d)


def _ended_by(m: DossierMaker, d: Dossier, *steps: tuple[int, int], due: int | None) -> Additions:
    """Received and worked on, and then these steps."""
    assert d.received is not None
    d.entered = d.received + 60
    d.steps = ((d.entered, 2), (d.received + HOUR, 4), *steps)
    d.acted, d.status = d.steps[-1]
    d.due, d.no_due = due, due is None
    d.shape |= NO_STEPS_BETWEEN
    m.set_changed(d)
    return on_both(d, copy_for_portal(d))


def b4(m: DossierMaker, i: int) -> Additions:
    """Finished for more than thirty days, and not returned."""
    d = m.counter_dossier(9, "B4", age=45)
    _finished_at(m, d, m.now - (_MONTH + 1, 31 * DAY, 40 * DAY, _MONTH + HOUR)[i % 4])
    if i % 5 == 4:
        give_alias(m, d)
    if i % 3 == 2:
        m.set_changed(d, m.now - 3 * DAY)
    return on_both(d, copy_for_portal(d))


def d4(m: DossierMaker, i: int) -> Additions:
    """Ended at the second of its due date, and written later."""
    d = m.counter_dossier(9 + i % 2, "D4", age=20)
    _finished_at(m, d, m.moment(8))
    d.due, d.no_due = d.finished, False
    m.set_changed(d, d.acted + (_QUARTER + 1, 2 * HOUR, 2 * DAY)[i % 3])
    return on_both(d, copy_for_portal(d))


def f3(m: DossierMaker, i: int) -> Additions:
    """First asked for papers four or more working days after the reception."""
    d = m.counter_dossier(4, "F3", age=12)
    assert d.received is not None
    asked = (m.first_of_age(8), m.moment(8), m.moment(6), m.last_of_age(8))[i % 4]
    if i % 5 == 4:  # once before the reception, which does not count
        made = _ended_by(m, d, (asked, 5), (asked + 2 * HOUR, 4), due=None)
        d.steps = ((d.received - HOUR, 5), *(d.steps or ()))
        d.submitted = d.received - 2 * HOUR
        return Additions(made.dossiers, (copy_for_portal(d),))
    if i % 5 == 3:  # still waiting
        return _ended_by(m, d, (asked, 5), due=None)
    return _ended_by(m, d, (asked, 5), (asked + 2 * HOUR, 4), due=None)


def f4(m: DossierMaker, i: int) -> Additions:
    """Waits for papers that were asked for one working day before the due date, on it or later."""
    d = m.counter_dossier(5, "F4", age=7)
    assert d.received is not None
    dues = (midnight(m.day(4)) + 16 * HOUR, m.moment(5), m.moment(6), d.received + 2 * HOUR)
    asked = m.first_of_age(5) if i % 3 else m.moment(5)
    return _ended_by(m, d, (asked, 5), due=dues[i % 4])


def f8(m: DossierMaker, i: int) -> Additions:
    """Withdrawn one working day before the due date, on it or later."""
    d = m.counter_dossier(7, "F8", age=9)
    withdrawn = m.first_of_age(4) if i % 3 else m.moment(4)
    dues = (midnight(m.day(3)) + 16 * HOUR, m.moment(4), m.moment(6))
    steps = ((withdrawn, 7), (withdrawn + DAY, 7))
    return _ended_by(m, d, *steps[: 1 + i % 2], due=dues[i % 3])


def f9(m: DossierMaker, i: int) -> Additions:
    """Received, and refused on a day after the due date."""
    d = m.counter_dossier(3, "F9", age=12)
    due = midnight(m.day(7)) + 23 * HOUR
    refused = (midnight(m.day(6)) + 60, m.moment(5), m.moment(3))[i % 3]
    return _ended_by(m, d, (refused, 3), due=due)


#: Names at a step that stand for nobody.
_NOBODY = (None, "Chuyên viên", " CÁN  BỘ ", "mot cua", "Admin", " ")


def d7(m: DossierMaker, i: int) -> Additions:
    """Under way, and in nobody's hands: not due, due later, or due before."""
    d = m.counter_dossier((4, 2)[i % 2], "D7", age=6)
    d.holder = _NOBODY[i % 6]
    coming = midnight(m.calendar.day_at(m.today + 2)) + 60
    d.due = (None, coming, m.moment(1), coming + 9 * DAY)[i % 4]
    d.no_due = d.due is None
    return on_both(d, copy_for_portal(d))


def g7(m: DossierMaker, i: int) -> Additions:
    """The same, and due today or on the next working day."""
    d = m.counter_dossier((4, 2)[i % 2], "G7", age=6)
    d.holder = _NOBODY[i % 6]
    tomorrow = midnight(m.calendar.day_at(m.today + 1))
    today = midnight(m.calendar.day_at(m.today))
    d.due = (tomorrow + 23 * HOUR, today + 60, today + 23 * HOUR)[i % 3]
    d.no_due = False
    return on_both(d, copy_for_portal(d))


PLANTS_OF_DEADLINES: dict[str, PlantMaker] = {
    "B4": b4, "D4": d4, "D7": d7, "F3": f3, "F4": f4, "F8": f8, "F9": f9, "G7": g7,
}  # fmt: skip


def in_time(m: DossierMaker, i: int) -> Additions:
    """Asked for papers, withdrawn or refused as late as it may be."""
    way = i % 5
    d = m.counter_dossier((4, 5, 7, 3, 10)[way], "in time", age=9)
    if way == 0:  # the third working day after the reception
        asked = m.last_of_age(6)
        return _ended_by(m, d, (asked, 5), (asked + HOUR, 4), due=m.moment(1))
    if way in (1, 2):  # two working days before the due date
        done = m.last_of_age(6)
        return _ended_by(m, d, (done, (5, 7)[way - 1]), due=midnight(m.day(4)) + 60)
    if way == 3:  # later on the day it was due
        due = midnight(m.day(5)) + 8 * HOUR
        return _ended_by(m, d, (due + 10 * HOUR, 3), due=due)
    # withdrawn on the due date, which is not how it ended
    due = d.finished = m.moment(5)
    d.returned = due + 3 * HOUR
    return _ended_by(m, d, (due + HOUR, 7), (due + 3 * HOUR, 10), due=due - HOUR)


def ended_in_time(m: DossierMaker, i: int) -> Additions:
    """Ended a second off its due date, written within a quarter of an hour, or finished for no
    more than thirty days."""
    way = i % 5
    d = m.counter_dossier(10 if way == 3 else 9, "ended in time", age=45)
    ago = (8 * DAY, 8 * DAY, _MONTH, 40 * DAY, 29 * DAY)[way]
    _finished_at(m, d, m.now - ago)
    assert d.finished is not None
    if way < 2:
        d.due, d.no_due = d.finished - (1 - way), False
    if way == 1:
        d.changed = (d.finished + _QUARTER) * 1000
    return on_both(d, copy_for_portal(d))


def in_hands(m: DossierMaker, i: int) -> Additions:
    """In nobody's hands, but not under way; or in those of an officer with such a word in the
    name, and nearly due."""
    way = i % 5
    d = m.counter_dossier((9, 6, 10, 4, 2)[way], "in hands", age=6)
    d.holder = (*_NOBODY[:3], "Cán bộ Mẫu", "Admin Một Cửa")[way]
    if way > 2:
        d.due, d.no_due = midnight(m.calendar.day_at(m.today + 1)) + HOUR, False
    return on_both(d, copy_for_portal(d))


DECOYS_OF_DEADLINES: tuple[PlantMaker, ...] = (in_time, ended_in_time, in_hands)
