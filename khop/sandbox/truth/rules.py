"""The rules of docs/rules.md about dossiers of the one-stop, each as a condition.

Written from that page alone, in plain Python and without anything of the engine's, so that one
misreading cannot be on both sides of a comparison. A comparison with a time that is not known
does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from khop.sandbox.truth.cases import Case
from khop.sandbox.truth.codes import read_code
from khop.sandbox.truth.statements import Record, Time
from khop.sandbox.truth.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Clock,
    before,
    earliest,
    first_known,
    local_day,
)

NEW, RECEIVED, REFUSED, PROCESSING, SUPPLEMENT, PAYING, WITHDRAWN, STOPPED, FINISHED, RETURNED = (
    range(1, 11)
)
ACTIVE = frozenset({RECEIVED, PROCESSING})
OPEN = frozenset({RECEIVED, PROCESSING, SUPPLEMENT, PAYING})
DONE = frozenset({FINISHED, RETURNED})

#: Changes of state that never happen, by the state before (docs/domain.md, States).
FORBIDDEN = {
    NEW: {4, 8, 9, 10},
    RECEIVED: {1},
    REFUSED: {1, 2, 4, 5, 6, 7, 8, 9, 10},
    PROCESSING: {1, 2},
    SUPPLEMENT: {1, 9, 10},
    PAYING: {1, 2, 10},
    WITHDRAWN: {1, 2, 3, 5, 6, 9},
    STOPPED: {1, 2, 3, 5, 6, 9},
    FINISHED: {1, 2, 3, 5, 7, 8},
    RETURNED: {1, 2, 3, 4, 5, 6, 7, 8, 9},
}


class Rule(NamedTuple):
    """``fires``: of the record that counts, its case, and the clock. ``why``: in a few words."""

    id: str
    severity: str
    why: str
    fires: Callable[[Record, Case, Clock], bool]


def _never_synced(os: Record, case: Case, clock: Clock) -> bool:
    own_channel = os.channel is not None and os.channel != 2
    return (
        os.status not in (NEW, None)
        and (own_channel or not case.aliases)
        and "aliases" not in os.unread
        and case.absent
        and clock.aged("A7", os.received)
    )


def _done_in_reality(os: Record, case: Case, clock: Clock) -> bool:
    proof = earliest((case.signed, case.delivered, case.logbook_returned))
    return os.status in ACTIVE and clock.aged("B1", proof)


def _portal_closed_first(os: Record, case: Case, _clock: Clock) -> bool:
    return _portal_status(case) in DONE and os.status in OPEN | {STOPPED}


def _one_stop_closed_first(os: Record, case: Case, clock: Clock) -> bool:
    waiting = _portal_status(case) in OPEN | {NEW, STOPPED}
    return waiting and os.status in DONE and clock.aged("B6", os.finished)


def _states_differ(os: Record, case: Case, clock: Clock) -> bool:
    there = _portal_status(case)
    return (
        None not in (os.status, there)
        and os.status != there
        and not _portal_closed_first(os, case, clock)
        and not _one_stop_closed_first(os, case, clock)
        and clock.aged("B11", os.changed)
    )


def _forbidden_step(os: Record, _case: Case, _clock: Clock) -> bool:
    """The order of states at one moment is unknown: no step is judged there."""
    for (one, _), (other, _) in pairwise(_moments(os)):
        if len(one) == len(other) == 1:
            (source,), (target,) = one, other
            if source and target and source != target and target in FORBIDDEN[source]:
                return True
    return False


def _not_taken_up(os: Record, _case: Case, clock: Clock) -> bool:
    return os.status == NEW and clock.aged("B10", os.submitted)


def _no_reception(os: Record, _case: Case, _clock: Clock) -> bool:
    blank = os.received is None and "received" not in os.unread
    return blank and os.status not in (NEW, REFUSED, SUPPLEMENT, None)


def _no_end(os: Record, _case: Case, _clock: Clock) -> bool:
    return os.status in DONE and os.finished is None and "finished" not in os.unread


def _received_later(os: Record, _case: Case, clock: Clock) -> bool:
    return os.received is not None and local_day(os.received[0]) > clock.today


def _finished_later(os: Record, _case: Case, clock: Clock) -> bool:
    return os.finished is not None and local_day(os.finished[0]) > clock.today


def _finished_before_received(os: Record, _case: Case, _clock: Clock) -> bool:
    return before(os.finished, os.received)


def _out_of_order(os: Record, _case: Case, _clock: Clock) -> bool:
    return before(os.received, os.submitted) or before(os.returned, os.finished)


def returned_unsigned(os: Record | None, case: Case) -> bool:
    """C7, for dossiers and for paper alone: ``os`` is None then. What cannot be read comes before
    what is known of a later place."""
    returned = None if os is None else os.returned
    if returned is None and os is not None and "returned" in os.unread:
        return False
    if returned is None and case.logbook_returned is None and "returned" in case.logbook_unread:
        return False
    return before(first_known(returned, case.logbook_returned, case.delivered), case.signed)


def _signed_before_received(os: Record, case: Case, _clock: Clock) -> bool:
    return before(case.signed, os.received)


def _no_due_date(os: Record, _case: Case, _clock: Clock) -> bool:
    sent_back = os.status == SUPPLEMENT and os.received is None
    needs_one = os.status not in (NEW, REFUSED, None) and not sent_back
    blank = os.due is None and not os.no_due and not os.unread & {"due", "no_due"}
    return blank and needs_one


def _shifted(os: Record, case: Case, clock: Clock) -> bool:
    shift = clock.numbers.shift_hours * HOUR
    tolerance = clock.numbers.shift_tolerance_minutes * MINUTE
    return any(
        not one[1] and not other[1] and abs(abs(one[0] - other[0]) - shift) <= tolerance
        for one, other in _pairs(os, case)
    )


def _times_differ(os: Record, case: Case, clock: Clock) -> bool:
    limit = clock.numbers.differs_minutes * MINUTE
    apart = any(
        local_day(one[0]) != local_day(other[0])
        if one[1] or other[1]
        else abs(one[0] - other[0]) > limit
        for one, other in _pairs(os, case)
    )
    return apart and not _shifted(os, case, clock) and clock.aged("C14", os.changed)


def _entered_late(os: Record, case: Case, clock: Clock) -> bool:
    if case.logbook_received is None and "received" in case.logbook_unread:
        return False
    received = first_known(case.logbook_received, os.received)
    if received is None or os.entered is None:
        return False
    return clock.order(os.entered) - clock.order(received) > clock.numbers.late_entry_days


def signed_before_entry(os: Record, case: Case) -> bool:
    """D1 is S1 then."""
    return before(case.signed, os.entered)


def _code_reused(_os: Record, case: Case, _clock: Clock) -> bool:
    applicants = {record.applicant for record in case.natives} - {None}
    procedures = {record.procedure for record in case.natives} - {None}
    return len(applicants) > 1 or len(procedures) > 1


def _made_up(_os: Record, case: Case, _clock: Clock) -> bool:
    read = read_code(case.code)
    return read is not None and len(read[1]) == 5


def _other_day_in_code(os: Record, case: Case, clock: Clock) -> bool:
    day, _ = read_code(case.code) or (None, "")
    if day is None or os.received is None:
        return False
    apart = abs(clock.calendar.order(day) - clock.order(os.received))
    return apart > clock.numbers.code_date_days


def _unknown_shape(_os: Record, case: Case, _clock: Clock) -> bool:
    return read_code(case.code) is None


def _waits_for_papers(os: Record, _case: Case, clock: Clock) -> bool:
    if os.status != SUPPLEMENT:
        return False
    moments, asked = _moments(os), _asked_for_papers(os)
    unknown_end = bool(moments) and None in moments[-1][0]
    since = asked[-1] if asked and not unknown_end else os.changed
    limit = clock.numbers.supplement_days * DAY
    return since is not None and clock.now - since[0] > limit


def _asked_twice(os: Record, _case: Case, _clock: Clock) -> bool:
    states = [state for state, _ in os.history]
    if states.count(SUPPLEMENT) < 2:
        return False
    return sum(before(os.received, time) for time in _asked_for_papers(os)) >= 2


def _at_the_counter(os: Record, _case: Case, clock: Clock) -> bool:
    if os.status != FINISHED or os.finished is None:
        return False
    until = os.finished[0] + (DAY if os.finished[1] else 0)
    return clock.now - until > clock.numbers.counter_days * DAY


def _closed_when_due(os: Record, _case: Case, clock: Clock) -> bool:
    if os.finished is None or os.due is None or os.changed is None:
        return False
    exact = not os.finished[1] and not os.due[1]
    same = os.finished[0] // SECOND == os.due[0] // SECOND
    later = os.changed[0] - os.due[0] > clock.numbers.after_due_minutes * MINUTE
    return exact and same and later


def _first_asked_late(os: Record, _case: Case, clock: Clock) -> bool:
    asked = next((time for time in _asked_for_papers(os) if before(os.received, time)), None)
    if asked is None or os.received is None:
        return False
    return clock.order(asked) - clock.order(os.received) > clock.numbers.late_request_days


def _asked_near_due(os: Record, _case: Case, clock: Clock) -> bool:
    asked = _last_change_to(SUPPLEMENT, os)
    return os.status == SUPPLEMENT and _near_due(
        os, asked, clock, clock.numbers.request_near_due_days
    )


def _withdrawn_near_due(os: Record, _case: Case, clock: Clock) -> bool:
    withdrawn = _last_change_to(WITHDRAWN, os)
    return os.status == WITHDRAWN and _near_due(
        os, withdrawn, clock, clock.numbers.withdrawal_near_due_days
    )


def _near_due(os: Record, time: Time | None, clock: Clock, days: int) -> bool:
    if time is None or os.due is None:
        return False
    return clock.order(os.due) - clock.order(time) <= days


def _refused_after_due(os: Record, _case: Case, _clock: Clock) -> bool:
    refused = _last_change_to(REFUSED, os)
    if os.status != REFUSED or os.received is None or refused is None or os.due is None:
        return False
    return local_day(refused[0]) > local_day(os.due[0])


def _in_nobodys_hands(os: Record, _case: Case, clock: Clock) -> bool:
    return os.status in ACTIVE and os.held is False and not _nearly_due(os, clock)


def _nobodys_and_nearly_due(os: Record, _case: Case, clock: Clock) -> bool:
    return os.status in ACTIVE and os.held is False and _nearly_due(os, clock)


def _nearly_due(os: Record, clock: Clock) -> bool:
    return os.due is not None and clock.order(os.due) - clock.calendar.order(clock.today) in (0, 1)


def _delivered_not_closed(os: Record, case: Case, clock: Clock) -> bool:
    return os.status == FINISHED and clock.aged("H1", case.delivered)


def _closed_before_delivery(os: Record, case: Case, clock: Clock) -> bool:
    days = clock.numbers.under_way_days
    undelivered = case.delivered is None and not case.delivery_unread
    lost = undelivered and clock.aged("H2", case.handed, days)
    wrong = before(os.returned, case.delivered) or lost
    return os.status == RETURNED and case.handed is not None and wrong


def _portal_status(case: Case) -> int | None:
    return None if case.portal is None else case.portal.status


def _pairs(os: Record, case: Case) -> Iterator[tuple[Time, Time]]:
    """The times that both systems know."""
    if case.portal is not None:
        for name in ("received", "due", "finished", "returned"):
            one, other = getattr(os, name), getattr(case.portal, name)
            if one is not None and other is not None:
                yield one, other


def _moments(os: Record) -> list[tuple[set[int | None], int]]:
    """(states, moment) of the history, oldest first; none where a step has no time, which may lie
    between any two others."""
    if any(when is None for _, when in os.history):
        return []
    states: defaultdict[int, set[int | None]] = defaultdict(set)
    for status, when in os.history:
        if when is not None:
            states[when[0]].add(status)
    return [(states[us], us) for us in sorted(states)]


def _asked_for_papers(os: Record) -> list[Time]:
    """When the state became 5, oldest first."""
    return _changes_to(SUPPLEMENT, os)


def _changes_to(state: int, os: Record) -> list[Time]:
    """When the state became this one, oldest first."""
    moments = [(set[int | None](), 0), *_moments(os)]
    return [
        (us, False)
        for (earlier, _), (states, us) in pairwise(moments)
        if state in states and state not in earlier
    ]


def _last_change_to(state: int, os: Record) -> Time | None:
    """None where the state at the end of the history is not known."""
    moments, changes = _moments(os), _changes_to(state, os)
    return changes[-1] if changes and None not in moments[-1][0] else None


#: What the one-stop does not have (A1, A2, A8, C7 of paper alone) is judged in ``judge``.
RULES = (
    Rule("A7", "S2", "received, and the portal does not have it", _never_synced),
    Rule("B1", "S1", "done in reality, open in the one-stop", _done_in_reality),
    Rule("B4", "S3", "finished, not returned for more than thirty days", _at_the_counter),
    Rule("B5", "S1", "closed on the portal, open in the one-stop", _portal_closed_first),
    Rule("B6", "S2", "closed in the one-stop, open on the portal", _one_stop_closed_first),
    Rule("B8", "S3", "a step that cannot follow the one before", _forbidden_step),
    Rule("B10", "S2", "filed online, not taken up", _not_taken_up),
    Rule("B11", "S3", "the two systems name different states", _states_differ),
    Rule("C1", "S2", "no reception date", _no_reception),
    Rule("C2", "S2", "ended without end date", _no_end),
    Rule("C3", "S2", "received in the future", _received_later),
    Rule("C4", "S2", "ended in the future", _finished_later),
    Rule("C5", "S2", "ended before it was received", _finished_before_received),
    Rule("C6", "S2", "filed after reception, or returned before its end", _out_of_order),
    Rule(
        "C7",
        "S1",
        "returned before the result was signed",
        lambda os, case, _clock: returned_unsigned(os, case),
    ),
    Rule("C8", "S1", "signed before the dossier was received", _signed_before_received),
    Rule("C9", "S2", "no due date", _no_due_date),
    Rule("C12", "S3", "a time is seven hours off on the portal", _shifted),
    Rule("C14", "S3", "a time differs between the systems", _times_differ),
    Rule("D1", "S2", "entered long after reception", _entered_late),
    Rule("D4", "S1", "closed at its due date to the second", _closed_when_due),
    Rule("D7", "S2", "in nobody's hands", _in_nobodys_hands),
    Rule("E1", "S1", "one code, two dossiers", _code_reused),
    Rule("E3", "S2", "a made-up code", _made_up),
    Rule("E4", "S3", "the date in the code is not the reception date", _other_day_in_code),
    Rule("E7", "S4", "unknown code shape", _unknown_shape),
    Rule("F1", "S2", "waiting for papers for more than thirty days", _waits_for_papers),
    Rule("F2", "S2", "asked for papers twice", _asked_twice),
    Rule("F3", "S2", "first asked for papers days after reception", _first_asked_late),
    Rule("F4", "S1", "asked for papers when due", _asked_near_due),
    Rule("F8", "S2", "withdrawn when due", _withdrawn_near_due),
    Rule("F9", "S2", "refused after its due date", _refused_after_due),
    Rule("G7", "S2", "nearly due, in nobody's hands", _nobodys_and_nearly_due),
    Rule("H1", "S2", "delivered by post, not closed", _delivered_not_closed),
    Rule("H2", "S2", "closed before it was delivered", _closed_before_delivery),
)
