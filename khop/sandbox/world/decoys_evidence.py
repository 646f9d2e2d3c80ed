"""Decoys of paper and post: evidence at the limit of a rule that must not fire it."""

from __future__ import annotations

from khop.sandbox.world.calendar import DAY, day_of, midnight
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import Dossier, copy_for_portal
from khop.sandbox.world.paper_rows import logbook_row, register_row
from khop.sandbox.world.plants import HOUR, Additions, PlantMaker, give_alias
from khop.sandbox.world.plants_evidence import collect_order, return_order, scan, unregistered
from khop.sandbox.world.post_events import DELIVERED, ON_THE_WAY, OUT


def fresh_moment(m: DossierMaker, i: int) -> int:
    """The first or the last moment with an age of one working day."""
    return min(m.first_of_age(1) if i % 2 else m.last_of_age(1), m.now - HOUR)


def fresh_row(m: DossierMaker, i: int) -> Additions:
    """Only on paper, within the grace: it may still be entered."""
    d = unregistered(m, "fresh row")
    received = fresh_moment(m, i)
    if i % 3 == 2:
        received = midnight(day_of(received))
    code = None if i % 4 == 3 else d.code
    exactness = "day" if i % 3 == 2 else "second"
    row = logbook_row(m, d, received=received, returned=None, code=code, exactness=exactness)
    return Additions(logbook=(row,))


def fresh_result(m: DossierMaker, i: int) -> Additions:
    """Signed within the grace, and in no system yet."""
    d = unregistered(m, "fresh result")
    code = None if i % 4 == 3 else d.code
    return Additions(register=(register_row(m, d, day_of(fresh_moment(m, i)), code=code),))


def undated_row(m: DossierMaker, i: int) -> Additions:
    """A row with only the return: its age is unknown."""
    d = unregistered(m, "undated row")
    return Additions(logbook=(logbook_row(m, d, received=None),))


def just_done(m: DossierMaker, i: int) -> Additions:
    """Signed, delivered or returned within the grace, and not closed yet."""
    d = m.counter_dossier((4, 2)[i % 2], "just done", age=8)
    done = fresh_moment(m, i // 2)
    entry = copy_for_portal(d)
    if i % 3 == 0:
        return Additions((d,), (entry,), register=(register_row(m, d, day_of(done)),))
    if i % 3 == 1:
        return Additions((d,), (entry,), logbook=(logbook_row(m, d, returned=done),))
    return Additions((d,), (entry,), events=return_order(d, done - HOUR, done))


def just_delivered(m: DossierMaker, i: int) -> Additions:
    """Delivered within the grace, and still waiting for collection in the one-stop."""
    d = m.counter_dossier(9, "just delivered", age=15)
    d.finished = d.acted = m.moment(4)
    m.set_changed(d)
    events = return_order(d, d.finished + HOUR, fresh_moment(m, i))
    return Additions((d,), (copy_for_portal(d),), events=events)


def papers_by_post(m: DossierMaker, i: int) -> Additions:
    """A delivery to the office, not to the applicant."""
    d = m.counter_dossier((4, 9, 10)[i % 3], "papers by post", age=14)
    d.channel = 3
    order = d.code_wire
    if i % 6 > 2:
        give_alias(m, d)
        order = d.alias or order
    events = tuple(scan(d, e.code, e.at, "collect", order) for e in collect_order(d))
    return Additions((d,), (copy_for_portal(d),), events=events)


def waiting_for_payment(m: DossierMaker, i: int) -> Additions:
    """Signed or returned while the dossier waits for papers or payment, or is stopped."""
    d = m.counter_dossier((5, 6, 8)[i % 3], "waiting for payment", age=12)
    entry = copy_for_portal(d)
    if i % 2:
        return Additions((d,), (entry,), logbook=(logbook_row(m, d, returned=m.moment(3)),))
    return Additions((d,), (entry,), register=(register_row(m, d, m.day(5)),))


def same_day_signed(m: DossierMaker, i: int) -> Additions:
    """Received, signed and returned on one local day, which may be two days in UTC."""
    d = m.counter_dossier(10, "same day signed", age=7)
    assert d.received is not None
    day = day_of(d.received)
    d.received = midnight(day) + (60 if i % 2 else 9 * HOUR)
    d.submitted, d.entered = d.received - 60, d.received + 60
    d.finished = d.received + HOUR
    d.returned = d.acted = d.finished + HOUR
    m.set_changed(d)
    row = logbook_row(m, d)
    return Additions(
        (d,), (copy_for_portal(d),), logbook=(row,), register=(register_row(m, d, day),)
    )


def exact_delivery(m: DossierMaker, i: int) -> Additions:
    """Closed at the moment of delivery, or exactly ten working days with the post."""
    d = m.counter_dossier(10, "exact delivery", age=22)
    d.finished = m.first_of_age(10) - HOUR
    d.returned = d.acted = m.moment(6)
    m.set_changed(d)
    handed = m.first_of_age(10) if i % 2 else m.moment(8)
    delivered = None if i % 2 else d.returned
    return Additions((d,), (copy_for_portal(d),), events=return_order(d, handed, delivered))


def timeless_delivery(m: DossierMaker, i: int) -> Additions:
    """A delivery without a time, and an older scan."""
    d = m.counter_dossier((4, 9)[i % 2], "timeless delivery", age=16)
    events = [scan(d, DELIVERED, (None, 0)[i // 2 % 2])]
    if i % 4 > 1:
        events += [scan(d, OUT, m.moment(5) * 1000), scan(d, ON_THE_WAY, None)]
    return Additions((d,), (copy_for_portal(d),), events=tuple(events))


def candidate(m: DossierMaker, i: int) -> Additions:
    """A row without a code that is similar to a dossier: a candidate, not a finding."""
    d = m.counter_dossier(4, "candidate", age=11)
    if i % 5 == 4:
        return _candidate_of_old_unit(m, d)
    apart = (0, 1, -1)[i % 3]
    received = midnight(m.day(11 + apart)) + (0 if i % 2 else 10 * HOUR)
    row = logbook_row(
        m, d, code=None, received=received, returned=m.moment(5),
        exactness="day" if i % 2 else "second", person=("number", "short")[i // 2 % 2],
    )  # fmt: skip
    return Additions((d,), (copy_for_portal(d),), logbook=(row,))


def _candidate_of_old_unit(m: DossierMaker, d: Dossier) -> Additions:
    """The row has the unit that merged into the dossier's unit."""
    d.unit = 0
    m.give_code(d)
    row = logbook_row(m, d, code=None, returned=m.moment(5), old_unit=True)
    return Additions((d,), (copy_for_portal(d),), logbook=(row,))


def candidate_result(m: DossierMaker, i: int) -> Additions:
    """A signed result without a code, one working day from the end of a similar dossier."""
    d = m.counter_dossier(9, "candidate result", age=13)
    d.finished = d.acted = m.moment(7)
    m.set_changed(d)
    row = register_row(m, d, m.day(7 + (0, 1, -1)[i % 3]), code=None)
    return Additions((d,), (copy_for_portal(d),), register=(row,))


def alias_on_paper(m: DossierMaker, i: int) -> Additions:
    """Paper and post have the portal's code of a dossier that was filed there."""
    d = m.counter_dossier(10, "alias on paper", age=17)
    give_alias(m, d)
    assert d.alias is not None
    assert d.finished is not None
    assert d.returned is not None
    rows = (logbook_row(m, d, code=d.alias),)
    results = (register_row(m, d, day_of(d.finished), code=d.alias),)
    steps = return_order(d, d.finished + 60, d.returned)
    events = tuple(scan(d, e.code, e.at, order=d.alias) for e in steps)
    return Additions((d,), (copy_for_portal(d),), logbook=rows, register=results, events=events)


def unmapped_evidence(m: DossierMaker, i: int) -> Additions:
    """Evidence of every kind for a dossier in an unmapped state."""
    d = m.counter_dossier(4, "unmapped evidence", age=19)
    d.status = 0
    assert d.received is not None
    row = logbook_row(m, d, received=d.received - 9 * DAY, returned=m.moment(9))
    result = register_row(m, d, (m.day(4), m.day(30))[i % 2])
    events = return_order(d, m.moment(8) + HOUR, m.moment(6))
    return Additions((d,), (copy_for_portal(d),), logbook=(row,), register=(result,), events=events)


def paper_first(m: DossierMaker, i: int) -> Additions:
    """Entered days after the one-stop's reception, but one working day after the logbook's."""
    d = m.counter_dossier(4, "paper first", age=10)
    d.entered = m.moment(4)
    d.acted = max(d.acted, d.entered + HOUR)
    m.set_changed(d)
    received = m.first_of_age(5) if i % 2 else m.last_of_age(5)
    return Additions((d,), (copy_for_portal(d),), logbook=(logbook_row(m, d, received=received),))


DECOYS_OF_EVIDENCE: tuple[PlantMaker, ...] = (
    fresh_row, fresh_result, undated_row, just_done, just_delivered, papers_by_post,
    waiting_for_payment, same_day_signed, exact_delivery, timeless_delivery, candidate,
    candidate_result, alias_on_paper, unmapped_evidence, paper_first,
)  # fmt: skip
