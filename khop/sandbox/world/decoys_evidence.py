"""Decoys of paper and the post: evidence that looks like a fault and is none."""

from __future__ import annotations

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.paper_growth import logbook_row, register_row
from khop.sandbox.world.plants import HOUR, Made, Planting, give_alias
from khop.sandbox.world.plants_evidence import collected, journey, scan, stranger
from khop.sandbox.world.post_events import DELIVERED, ON_THE_WAY, OUT
from khop.sandbox.world.timeline import Maker


def fresh_moment(m: Maker, i: int) -> int:
    """The first or the last moment that is one working day old."""
    return min(m.first_of_age(1) if i % 2 else m.last_of_age(1), m.now - HOUR)


def fresh_row(m: Maker, i: int) -> Made:
    """On paper alone, within the grace: the clerk may still be entering it."""
    d = stranger(m, "fresh row")
    received = fresh_moment(m, i)
    if i % 3 == 2:
        received = midnight(day_of(received))
    code = None if i % 4 == 3 else d.code
    exactness = "day" if i % 3 == 2 else "second"
    row = logbook_row(m, d, received=received, returned=None, code=code, exactness=exactness)
    return Made(logbook=(row,))


def fresh_result(m: Maker, i: int) -> Made:
    """Signed within the grace, and nobody has the dossier yet."""
    d = stranger(m, "fresh result")
    code = None if i % 4 == 3 else d.code
    return Made(register=(register_row(m, d, day_of(fresh_moment(m, i)), code=code),))


def undated_row(m: Maker, i: int) -> Made:
    """A row that knows only when the result was given back: nobody can tell how old it is."""
    d = stranger(m, "undated row")
    return Made(logbook=(logbook_row(m, d, received=None),))


def just_done(m: Maker, i: int) -> Made:
    """Signed, delivered or given back within the grace, not closed yet."""
    d = m.counter((4, 2)[i % 2], "just done", age=8)
    done = fresh_moment(m, i // 2)
    entry = copy_for_portal(d)
    if i % 3 == 0:
        return Made((d,), (entry,), register=(register_row(m, d, day_of(done)),))
    if i % 3 == 1:
        return Made((d,), (entry,), logbook=(logbook_row(m, d, returned=done),))
    return Made((d,), (entry,), events=journey(d, done - HOUR, done))


def just_delivered(m: Maker, i: int) -> Made:
    """Delivered within the grace; the one-stop still says ready."""
    d = m.counter(9, "just delivered", age=15)
    d.finished = d.acted = m.moment(4)
    m.settle(d)
    events = journey(d, d.finished + HOUR, fresh_moment(m, i))
    return Made((d,), (copy_for_portal(d),), events=events)


def papers_by_post(m: Maker, i: int) -> Made:
    """Delivered to the office, not from it."""
    d = m.counter((4, 9, 10)[i % 3], "papers by post", age=14)
    d.channel = 3
    order = d.code_wire
    if i % 6 > 2:
        give_alias(m, d)
        order = d.alias or order
    events = tuple(scan(d, e.code, e.at, "collect", order) for e in collected(d))
    return Made((d,), (copy_for_portal(d),), events=events)


def waiting_for_payment(m: Maker, i: int) -> Made:
    """Signed or given back while the dossier waits for papers, money or its end."""
    d = m.counter((5, 6, 8)[i % 3], "waiting for payment", age=12)
    d.acted = max(d.acted, m.now - 20 * DAY)
    m.settle(d)
    entry = copy_for_portal(d)
    if i % 2:
        return Made((d,), (entry,), logbook=(logbook_row(m, d, returned=m.moment(3)),))
    return Made((d,), (entry,), register=(register_row(m, d, m.day(5)),))


def same_day_signed(m: Maker, i: int) -> Made:
    """Received, signed and given back on one local day, which may be two days in UTC."""
    d = m.counter(10, "same day signed", age=7)
    assert d.received is not None
    day = day_of(d.received)
    d.received = midnight(day) + (60 if i % 2 else 9 * HOUR)
    d.submitted, d.entered = d.received - 60, d.received + 60
    d.finished = d.received + HOUR
    d.returned = d.acted = d.finished + HOUR
    m.settle(d)
    row = logbook_row(m, d)
    return Made((d,), (copy_for_portal(d),), logbook=(row,), register=(register_row(m, d, day),))


def exact_delivery(m: Maker, i: int) -> Made:
    """Closed at the very moment of delivery, or with the post for ten working days."""
    d = m.counter(10, "exact delivery", age=22)
    d.finished = m.first_of_age(10) - HOUR
    d.returned = d.acted = m.moment(6)
    m.settle(d)
    handed = m.first_of_age(10) if i % 2 else m.moment(8)
    delivered = None if i % 2 else d.returned
    return Made((d,), (copy_for_portal(d),), events=journey(d, handed, delivered))


def timeless_delivery(m: Maker, i: int) -> Made:
    """A delivery of which the post does not say when, and a stop long ago."""
    d = m.counter((4, 9)[i % 2], "timeless delivery", age=16)
    events = [scan(d, DELIVERED, (None, 0)[i // 2 % 2])]
    if i % 4 > 1:
        events += [scan(d, OUT, m.moment(5) * 1000), scan(d, ON_THE_WAY, None)]
    return Made((d,), (copy_for_portal(d),), events=tuple(events))


def candidate(m: Maker, i: int) -> Made:
    """A row without a code that is like a dossier: nothing is missing, and nothing is proven."""
    d = m.counter(4, "candidate", age=11)
    if i % 5 == 4:
        return _candidate_of_old_unit(m, d)
    apart = (0, 1, -1)[i % 3]
    received = midnight(m.day(11 + apart)) + (0 if i % 2 else 10 * HOUR)
    row = logbook_row(
        m, d, code=None, received=received, returned=m.moment(5),
        exactness="day" if i % 2 else "second", person=("number", "short")[i // 2 % 2],
    )  # fmt: skip
    return Made((d,), (copy_for_portal(d),), logbook=(row,))


def _candidate_of_old_unit(m: Maker, d: Dossier) -> Made:
    """The row says the unit that merged into the dossier's."""
    d.unit = 0
    m.name(d)
    row = logbook_row(m, d, code=None, returned=m.moment(5), old_unit=True)
    return Made((d,), (copy_for_portal(d),), logbook=(row,))


def candidate_result(m: Maker, i: int) -> Made:
    """A signed result without a code, a working day from the end of a dossier like it."""
    d = m.counter(9, "candidate result", age=13)
    d.finished = d.acted = m.moment(7)
    m.settle(d)
    row = register_row(m, d, m.day(7 + (0, 1, -1)[i % 3]), code=None)
    return Made((d,), (copy_for_portal(d),), register=(row,))


def alias_on_paper(m: Maker, i: int) -> Made:
    """Paper and post know a dossier that was filed on the portal by the portal's code."""
    d = m.counter(10, "alias on paper", age=17)
    give_alias(m, d)
    assert d.alias is not None
    assert d.finished is not None
    assert d.returned is not None
    rows = (logbook_row(m, d, code=d.alias),)
    results = (register_row(m, d, day_of(d.finished), code=d.alias),)
    steps = journey(d, d.finished + 60, d.returned)
    events = tuple(scan(d, e.code, e.at, order=d.alias) for e in steps)
    return Made((d,), (copy_for_portal(d),), logbook=rows, register=results, events=events)


def unmapped_evidence(m: Maker, i: int) -> Made:
    """All evidence there is, about a dossier in a state no table knows."""
    d = m.counter(4, "unmapped evidence", age=19)
    d.status = 0
    assert d.received is not None
    row = logbook_row(m, d, received=d.received - 9 * DAY, returned=m.moment(9))
    result = register_row(m, d, (m.day(4), m.day(30))[i % 2])
    events = journey(d, m.moment(8) + HOUR, m.moment(6))
    return Made((d,), (copy_for_portal(d),), logbook=(row,), register=(result,), events=events)


def paper_first(m: Maker, i: int) -> Made:
    """Entered days after the one-stop's reception, on the working day after paper's."""
    d = m.counter(4, "paper first", age=10)
    d.entered = m.moment(4)
    d.acted = max(d.acted, d.entered + HOUR)
    m.settle(d)
    received = m.first_of_age(5) if i % 2 else m.last_of_age(5)
    return Made((d,), (copy_for_portal(d),), logbook=(logbook_row(m, d, received=received),))


DECOYS_OF_EVIDENCE: tuple[Planting, ...] = (
    fresh_row, fresh_result, undated_row, just_done, just_delivered, papers_by_post,
    waiting_for_payment, same_day_signed, exact_delivery, timeless_delivery, candidate,
    candidate_result, alias_on_paper, unmapped_evidence, paper_first,
)  # fmt: skip
