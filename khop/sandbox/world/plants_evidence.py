"""Planted discrepancies between the systems and the evidence of paper and post."""

from __future__ import annotations

from dataclasses import replace

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.paper_rows import logbook_row, register_row
from khop.sandbox.world.plants import HOUR, Additions, PlantMaker, give_alias, move_reception
from khop.sandbox.world.post_events import DELIVERED, FETCHED, ON_THE_WAY, OUT, Direction, Event


def scan(
    d: Dossier, code: int, at: int | None, way: Direction = "return", order: str | None = None
) -> Event:
    """A scan of the only waybill in this direction; ``at`` in milliseconds of UTC."""
    item = f"HC{d.n * 2 + (way == 'return'):09d}VN"
    return Event(order or d.code_wire, way, item, code, at, at or d.changed, "100001")


def return_order(d: Dossier, handed: int, delivered: int | None) -> tuple[Event, ...]:
    """The scans of a return order between two moments, in seconds of UTC."""
    scans = [scan(d, FETCHED, handed * 1000), scan(d, OUT, handed * 1000 + 500)]
    if delivered is not None:
        scans.append(scan(d, DELIVERED, delivered * 1000))
    return tuple(scans)


def collect_order(d: Dossier) -> tuple[Event, ...]:
    """The scans of a collect order that arrived before the dossier was received."""
    assert d.received is not None
    steps = ((FETCHED, 2 * DAY), (ON_THE_WAY, DAY), (DELIVERED, 1))
    return tuple(scan(d, code, (d.received - ago) * 1000, "collect") for code, ago in steps)


def unregistered(m: DossierMaker, story: str, age: int = 20) -> Dossier:
    """A dossier that is not in the one-stop; rows on paper are made from it."""
    return m.counter_dossier(10, story, age=age)


def a1(m: DossierMaker, i: int) -> Additions:
    """In the logbook, unknown to the one-stop."""
    d = unregistered(m, "A1")
    last = m.last_of_age(2)
    way = i % 7
    if way == 0:
        return Additions(logbook=(logbook_row(m, d, received=last, returned=None),))
    if way == 1:
        received = midnight(day_of(last))
        row = logbook_row(m, d, received=received, returned=None, exactness="day")
        return Additions(logbook=(row,))
    if way == 2:
        return Additions(logbook=(logbook_row(m, d, code=None),))
    if way == 3:
        return Additions(logbook=(logbook_row(m, d, code=None, person="name", returned=None),))
    if way == 4:
        return _almost_alike(m, i)
    if way == 5:  # on the portal, not in the one-stop
        return Additions(entries=(copy_for_portal(d),), logbook=(logbook_row(m, d),))
    return Additions(logbook=(logbook_row(m, d, code=m.fresh_alias(d)),))


def _almost_alike(m: DossierMaker, i: int) -> Additions:
    """The same unit, procedure and applicant, but received two working days apart: two dossiers."""
    d = m.counter_dossier(4, "A1", age=9)
    assert d.received is not None
    order = m.calendar.order(day_of(d.received)) + (2 if i % 2 else -2)
    received = midnight(m.calendar.day_at(order)) + 9 * HOUR
    row = logbook_row(m, d, code=None, received=received)
    return Additions((d,), (copy_for_portal(d),), logbook=(row,))


def a2(m: DossierMaker, i: int) -> Additions:
    """A signed result without a dossier in the one-stop."""
    d = unregistered(m, "A2")
    way = i % 5
    if way == 0:
        return Additions(register=(register_row(m, d, day_of(m.last_of_age(2))),))
    if way == 1:
        return Additions(register=(register_row(m, d, m.day(3), code=None),))
    if way == 2:
        return Additions(register=(register_row(m, d, m.day(5), code=None, person="name"),))
    if way == 3:
        return Additions(register=(register_row(m, d, m.day(4)),), logbook=(logbook_row(m, d),))
    return _almost_ended(m, i)


def _almost_ended(m: DossierMaker, i: int) -> Additions:
    """Signed two working days from the end of a similar dossier: the result of another one."""
    d = m.counter_dossier(9, "A2", age=25)
    d.finished = d.acted = m.moment(12)
    m.set_changed(d)
    row = register_row(m, d, m.day(10 if i % 2 else 14), code=None)
    return Additions((d,), (copy_for_portal(d),), register=(row,))


def b1(m: DossierMaker, i: int) -> Additions:
    """Signed, delivered or returned, and still open in the one-stop."""
    d = m.counter_dossier((4, 2)[i % 2], "B1", age=12)
    if i % 6 == 4:
        give_alias(m, d)
    entry = copy_for_portal(d)
    last = m.last_of_age(2)
    way = i % 6
    code = d.alias or d.code
    if way == 0:
        return Additions((d,), (entry,), register=(register_row(m, d, day_of(last)),))
    if way == 1:
        return Additions((d,), (entry,), logbook=(logbook_row(m, d, returned=last),))
    if way == 2:
        return Additions((d,), (entry,), events=return_order(d, last - 3 * HOUR, last))
    if way == 3:
        row = logbook_row(m, d, returned=midnight(m.day(4)), exactness="day")
        return Additions((d,), (entry,), logbook=(row,), register=(register_row(m, d, m.day(5)),))
    if way == 4:
        return Additions((d,), (entry,), register=(register_row(m, d, m.day(6), code=code),))
    # one of the two is within the grace; the earliest counts
    fresh = m.now - 2 * HOUR
    row = logbook_row(m, d, returned=fresh)
    return Additions((d,), (entry,), logbook=(row,), register=(register_row(m, d, m.day(3)),))


def c7(m: DossierMaker, i: int) -> Additions:
    """Returned before the result was signed."""
    way = i % 4
    if way == 0:
        d = _returned_at(m, "C7", m.last_of_age(3))
        signed = day_of(m.last_of_age(3)) + 1
        return Additions((d,), (copy_for_portal(d),), register=(register_row(m, d, signed),))
    d = m.counter_dossier(9, "C7", age=20)
    d.finished = d.acted = m.moment(9)
    m.set_changed(d)
    assert d.received is not None
    entry = copy_for_portal(d)
    result = register_row(m, d, m.day(4))
    if way == 1:
        row = logbook_row(m, d, returned=m.moment(6), exactness=("day", "second")[i % 2])
        return Additions((d,), (entry,), logbook=(row,), register=(result,))
    if way == 2:
        events = return_order(d, d.finished + HOUR, m.moment(7))
        return Additions((d,), (entry,), events=events, register=(result,))
    d = _returned_at(m, "C7", m.moment(8))
    result = register_row(m, d, m.day(7), code=d.code.lower())
    return Additions((d,), (copy_for_portal(d),), register=(result,))


def _returned_at(m: DossierMaker, story: str, returned: int) -> Dossier:
    d = m.counter_dossier(10, story, age=20)
    assert d.received is not None
    d.finished = min(returned - 2 * HOUR, max(d.received + DAY, m.moment(12)))
    d.returned = d.acted = returned
    m.set_changed(d)
    return d


def c8(m: DossierMaker, i: int) -> Additions:
    """Signed before the dossier was received."""
    d = m.counter_dossier((9, 10, 4)[i % 3], "C8", age=11)
    assert d.received is not None
    day = day_of(d.received)
    if d.status == 4:  # 00:10 local time is the day before in UTC
        move_reception(m, d, midnight(day) + 600)
    ago = (1, 3, 20)[i // 3 % 3]
    return Additions((d,), (copy_for_portal(d),), register=(register_row(m, d, day - ago),))


def d1(m: DossierMaker, i: int) -> Additions:
    """Entered two or more working days after reception."""
    d = m.counter_dossier(4, "D1", age=9)
    assert d.received is not None
    way = i % 4
    if way in (0, 3):  # by the times of the one-stop alone
        d.entered = midnight(m.day(7)) + (60 if i % 2 else 10 * HOUR)
        made = Additions((d,), (copy_for_portal(d),))
    else:
        received = midnight(m.day(11)) + (DAY - 60 if way == 1 else 9 * HOUR)
        row = logbook_row(m, d, received=received)
        made = Additions((d,), (copy_for_portal(d),), logbook=(row,))
    assert d.entered is not None
    d.acted = max(d.acted, d.entered + HOUR)
    m.set_changed(d)
    if way < 2:
        return made
    # signed before the day of entry is severity S1, signed on that day is not
    signed = day_of(d.entered) - (1 if way == 3 else 0)
    return replace(made, register=(register_row(m, d, signed),))


def h1(m: DossierMaker, i: int) -> Additions:
    """Delivered by post, and still waiting for collection in the one-stop."""
    d = m.counter_dossier(9, "H1", age=25)
    d.finished = d.acted = m.moment(8)
    m.set_changed(d)
    if i % 3 == 2:
        give_alias(m, d)
    last = m.last_of_age(2) if i % 2 else m.moment(4)
    events = return_order(d, d.finished + HOUR, last)
    if i % 3 == 1:
        events += collect_order(d)
    elif d.alias is not None:
        events = tuple(scan(d, e.code, e.at, order=d.alias) for e in events)
    return Additions((d,), (copy_for_portal(d),), events=events)


def h2(m: DossierMaker, i: int) -> Additions:
    """Closed in the one-stop before the delivery, or without a delivery."""
    d = _returned_at(m, "H2", m.moment(5))
    assert d.returned is not None
    assert d.finished is not None
    way = i % 4
    handed = d.finished + HOUR
    if way == 0:
        events = (*return_order(d, handed, None), scan(d, DELIVERED, d.returned * 1000 + 1))
    elif way == 1:
        events = return_order(d, handed, d.returned + DAY)
    else:
        handed = m.last_of_age(11) if way == 2 else m.moment(14)
        d.finished = handed - HOUR
        events = return_order(d, handed, None)
        m.set_changed(d)
    if i % 3 == 2:
        events += collect_order(d)
    return Additions((d,), (copy_for_portal(d),), events=events)


PLANTS_OF_EVIDENCE: dict[str, PlantMaker] = {
    "A1": a1, "A2": a2, "B1": b1, "C7": c7, "C8": c8, "D1": d1, "H1": h1, "H2": h2,
}  # fmt: skip
