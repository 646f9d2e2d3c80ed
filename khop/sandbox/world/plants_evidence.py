"""Planted discrepancies between the systems and what really happened: paper and the post."""

from __future__ import annotations

from dataclasses import replace

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.paper_growth import logbook_row, register_row
from khop.sandbox.world.plants import HOUR, Made, Planting, give_alias, move_reception
from khop.sandbox.world.post_events import DELIVERED, FETCHED, ON_THE_WAY, OUT, Direction, Event
from khop.sandbox.world.timeline import Maker


def scan(
    d: Dossier, code: int, at: int | None, way: Direction = "return", order: str | None = None
) -> Event:
    """A scan of the way's only waybill; ``at`` in milliseconds of UTC."""
    item = f"HC{d.n * 2 + (way == 'return'):09d}VN"
    return Event(order or d.code_wire, way, item, code, at, at or d.changed, "100001")


def journey(d: Dossier, handed: int, delivered: int | None) -> tuple[Event, ...]:
    """A return order between two moments, in seconds of UTC."""
    scans = [scan(d, FETCHED, handed * 1000), scan(d, OUT, handed * 1000 + 500)]
    if delivered is not None:
        scans.append(scan(d, DELIVERED, delivered * 1000))
    return tuple(scans)


def collected(d: Dossier) -> tuple[Event, ...]:
    """A collect order that was at the office before the dossier was received."""
    assert d.received is not None
    steps = ((FETCHED, 2 * DAY), (ON_THE_WAY, DAY), (DELIVERED, 1))
    return tuple(scan(d, code, (d.received - ago) * 1000, "collect") for code, ago in steps)


def stranger(m: Maker, story: str, age: int = 20) -> Dossier:
    """A dossier that will not be in the one-stop: it lends its dates to paper."""
    return m.counter(10, story, age=age)


def a1(m: Maker, i: int) -> Made:
    """In the logbook, unknown to the one-stop."""
    d = stranger(m, "A1")
    last = m.last_of_age(2)
    way = i % 7
    if way == 0:
        return Made(logbook=(logbook_row(m, d, received=last, returned=None),))
    if way == 1:
        return Made(logbook=(logbook_row(m, d, received=midnight(day_of(last)), exactness="day"),))
    if way == 2:
        return Made(logbook=(logbook_row(m, d, code=None),))
    if way == 3:
        return Made(logbook=(logbook_row(m, d, code=None, person="name", returned=None),))
    if way == 4:
        return _almost_alike(m, i)
    if way == 5:  # the portal knows it, the one-stop does not
        return Made(entries=(copy_for_portal(d),), logbook=(logbook_row(m, d),))
    return Made(logbook=(logbook_row(m, d, code=m.fresh_alias(d)),))


def _almost_alike(m: Maker, i: int) -> Made:
    """Same unit, procedure and applicant, received two working days apart: another dossier."""
    d = m.counter(4, "A1", age=9)
    assert d.received is not None
    order = m.calendar.order(day_of(d.received)) + (2 if i % 2 else -2)
    received = midnight(m.calendar.day_at(order)) + 9 * HOUR
    row = logbook_row(m, d, code=None, received=received)
    return Made((d,), (copy_for_portal(d),), logbook=(row,))


def a2(m: Maker, i: int) -> Made:
    """A signed result of which the one-stop has no dossier."""
    d = stranger(m, "A2")
    way = i % 5
    if way == 0:
        return Made(register=(register_row(m, d, day_of(m.last_of_age(2))),))
    if way == 1:
        return Made(register=(register_row(m, d, m.day(3), code=None),))
    if way == 2:
        return Made(register=(register_row(m, d, m.day(5), code=None, person="name"),))
    if way == 3:
        return Made(register=(register_row(m, d, m.day(4)),), logbook=(logbook_row(m, d),))
    return _almost_ended(m, i)


def _almost_ended(m: Maker, i: int) -> Made:
    """Signed two working days from the end of a dossier like it: the result of another."""
    d = m.counter(9, "A2", age=25)
    d.finished = d.acted = m.moment(12)
    m.settle(d)
    row = register_row(m, d, m.day(10 if i % 2 else 14), code=None)
    return Made((d,), (copy_for_portal(d),), register=(row,))


def b1(m: Maker, i: int) -> Made:
    """Signed, delivered or given back, and still open in the one-stop."""
    d = m.counter((4, 2)[i % 2], "B1", age=12)
    if i % 6 == 4:
        give_alias(m, d)
    entry = copy_for_portal(d)
    last = m.last_of_age(2)
    way = i % 6
    code = d.alias or d.code
    if way == 0:
        return Made((d,), (entry,), register=(register_row(m, d, day_of(last)),))
    if way == 1:
        return Made((d,), (entry,), logbook=(logbook_row(m, d, returned=last),))
    if way == 2:
        return Made((d,), (entry,), events=journey(d, last - 3 * HOUR, last))
    if way == 3:
        row = logbook_row(m, d, returned=midnight(m.day(4)), exactness="day")
        return Made((d,), (entry,), logbook=(row,), register=(register_row(m, d, m.day(5)),))
    if way == 4:
        return Made((d,), (entry,), register=(register_row(m, d, m.day(6), code=code),))
    # one of two is fresh, the earliest counts
    fresh = m.now - 2 * HOUR
    row = logbook_row(m, d, returned=fresh)
    return Made((d,), (entry,), logbook=(row,), register=(register_row(m, d, m.day(3)),))


def c7(m: Maker, i: int) -> Made:
    """Given back before the result was signed."""
    way = i % 4
    if way == 0:
        d = _returned_at(m, "C7", m.last_of_age(3))
        signed = day_of(m.last_of_age(3)) + 1
        return Made((d,), (copy_for_portal(d),), register=(register_row(m, d, signed),))
    d = m.counter(9, "C7", age=20)
    d.finished = d.acted = m.moment(9)
    m.settle(d)
    assert d.received is not None
    entry = copy_for_portal(d)
    result = register_row(m, d, m.day(4))
    if way == 1:
        row = logbook_row(m, d, returned=m.moment(6), exactness=("day", "second")[i % 2])
        return Made((d,), (entry,), logbook=(row,), register=(result,))
    if way == 2:
        events = journey(d, d.finished + HOUR, m.moment(7))
        return Made((d,), (entry,), events=events, register=(result,))
    d = _returned_at(m, "C7", m.moment(8))
    result = register_row(m, d, m.day(7), code=d.code.lower())
    return Made((d,), (copy_for_portal(d),), register=(result,))


def _returned_at(m: Maker, story: str, returned: int) -> Dossier:
    d = m.counter(10, story, age=20)
    assert d.received is not None
    d.finished = min(returned - 2 * HOUR, max(d.received + DAY, m.moment(12)))
    d.returned = d.acted = returned
    m.settle(d)
    return d


def c8(m: Maker, i: int) -> Made:
    """Signed before the dossier was received."""
    d = m.counter((9, 10, 4)[i % 3], "C8", age=11)
    assert d.received is not None
    day = day_of(d.received)
    if d.status == 4:  # just after midnight: still the day before in UTC
        move_reception(m, d, midnight(day) + 600)
    ago = (1, 3, 20)[i // 3 % 3]
    return Made((d,), (copy_for_portal(d),), register=(register_row(m, d, day - ago),))


def d1(m: Maker, i: int) -> Made:
    """Entered two or more working days after reception."""
    d = m.counter(4, "D1", age=9)
    assert d.received is not None
    way = i % 4
    if way in (0, 3):  # the one-stop says so itself
        d.entered = midnight(m.day(7)) + (60 if i % 2 else 10 * HOUR)
        made = Made((d,), (copy_for_portal(d),))
    else:
        received = midnight(m.day(11)) + (DAY - 60 if way == 1 else 9 * HOUR)
        row = logbook_row(m, d, received=received)
        made = Made((d,), (copy_for_portal(d),), logbook=(row,))
    assert d.entered is not None
    d.acted = max(d.acted, d.entered + HOUR)
    m.settle(d)
    if way < 2:
        return made
    # signed before it was entered is grave, signed on the same day is not
    signed = day_of(d.entered) - (1 if way == 3 else 0)
    return replace(made, register=(register_row(m, d, signed),))


def h1(m: Maker, i: int) -> Made:
    """Delivered by post, and the one-stop still says ready."""
    d = m.counter(9, "H1", age=25)
    d.finished = d.acted = m.moment(8)
    m.settle(d)
    if i % 3 == 2:
        give_alias(m, d)
    last = m.last_of_age(2) if i % 2 else m.moment(4)
    events = journey(d, d.finished + HOUR, last)
    if i % 3 == 1:
        events += collected(d)
    elif d.alias is not None:
        events = tuple(scan(d, e.code, e.at, order=d.alias) for e in events)
    return Made((d,), (copy_for_portal(d),), events=events)


def h2(m: Maker, i: int) -> Made:
    """Closed before the post delivered, or never delivered."""
    d = _returned_at(m, "H2", m.moment(5))
    assert d.returned is not None
    assert d.finished is not None
    way = i % 4
    handed = d.finished + HOUR
    if way == 0:
        events = (*journey(d, handed, None), scan(d, DELIVERED, d.returned * 1000 + 1))
    elif way == 1:
        events = journey(d, handed, d.returned + DAY)
    else:
        handed = m.last_of_age(11) if way == 2 else m.moment(14)
        d.finished = handed - HOUR
        events = journey(d, handed, None)
        m.settle(d)
    if i % 3 == 2:
        events += collected(d)
    return Made((d,), (copy_for_portal(d),), events=events)


PLANTS_OF_EVIDENCE: dict[str, Planting] = {
    "A1": a1, "A2": a2, "B1": b1, "C7": c7, "C8": c8, "D1": d1, "H1": h1, "H2": h2,
}  # fmt: skip
