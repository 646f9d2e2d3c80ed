"""Due dates: what starts, stops and moves them, by law and by the portal's computation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.records import Channel, Instant, Precision
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.mappings.time.deadline_rules import (
    Definition,
    Ground,
    Measure,
    ProcedureClock,
    deadline_rules,
)
from khop.mappings.time.deadlines import (
    Deadline,
    DueChange,
    Extension,
    Missing,
    Note,
    Stop,
    Terms,
    clock_start,
    deadline,
    deadlines,
)
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import WorkingHours, local_day

HOURS = WorkingHours(WorkingCalendar())
CLOCK = LimitClock(HOURS, deadline_rules())
LAW, PORTAL = Definition.STATUTORY, Definition.PORTAL_766
TEN_DAYS = Limit(10, Measure.WORKING_DAY)
AGE = HOURS.calendar.age


def local(text: str) -> Instant:
    """An instant from local time; with precision day when no time is written."""
    moment = datetime.fromisoformat(text)
    precision = Precision.SECOND if len(text) > 10 else Precision.DAY
    return Instant.of(datetime.fromisoformat(f"{moment.isoformat()}+07:00"), precision)


def instant(moment: datetime) -> Instant:
    return local(moment.isoformat())


# Monday; ten working days later is Monday, 16 March, and no holiday lies between.
RECEIVED, DUE = local("2026-03-02T09:00"), local("2026-03-16T09:00")


def stop(ground: str, began: str, ended: str | None = None) -> Stop:
    return Stop(Ground(ground), local(began), None if ended is None else local(ended))


def extension(decided: str, due: str, reason: str = "đợi ý kiến") -> Extension:
    return Extension(local(decided), local(due), reason)


def of(
    *events: Stop | Extension,
    definition: Definition = LAW,
    limit: Limit | None = TEN_DAYS,
    start: Instant | None = RECEIVED,
    procedure: ProcedureClock | None = None,
    clock: LimitClock = CLOCK,
) -> Deadline:
    stops = [event for event in events if isinstance(event, Stop)]
    extensions = [event for event in events if isinstance(event, Extension)]
    special = ProcedureClock() if procedure is None else procedure
    return deadline(definition, clock, Terms(limit, special, stops, extensions), start)


def test_the_words_that_are_stored_and_shown() -> None:
    assert " ".join(Missing) == "start limit time_of_day clock_stands"
    assert " ".join(Note) == (
        "stop_after_due supplement_repeated supplement_late extension_after_due "
        "extension_repeated extension_not_later notice_too_late no_reason"
    )


def test_a_limit_and_nothing_else() -> None:
    found = of()
    assert found == Deadline(LAW, DUE, history=(DueChange(DUE, RECEIVED, "limit"),))
    assert found.original == DUE


@pytest.mark.parametrize(
    ("start", "limit", "missing"),
    [
        (None, TEN_DAYS, Missing.START),
        (RECEIVED, None, Missing.LIMIT),
        (None, None, Missing.START),
        (local("2026-03-02"), Limit(4, Measure.WORKING_HOUR), Missing.TIME_OF_DAY),
    ],
)
def test_a_due_date_that_is_not_known_says_why(
    start: Instant | None, limit: Limit | None, missing: Missing
) -> None:
    found = of(start=start, limit=limit)
    assert (found.due, found.missing, found.original) == (None, missing, None)


@pytest.mark.parametrize(
    "event",
    [
        stop("supplement", "2026-03-02", "2026-03-02T15:00"),
        stop("supplement", "2026-03-02T10:00", "2026-03-03"),
        extension("2026-03-02T10:00", "2026-03-05"),
    ],
)
def test_hours_cannot_be_counted_from_days(event: Stop | Extension) -> None:
    assert of(event, limit=Limit(8, Measure.WORKING_HOUR)).missing is Missing.TIME_OF_DAY
    assert of(event).missing is None


# --- supplement: restart and pause


@pytest.mark.parametrize(
    ("asked", "answered", "by_law", "by_portal"),
    [
        # asked on the third working day: by law everything is counted anew
        ("2026-03-05T10:00", "2026-03-09T14:00", "2026-03-23T14:00", "2026-03-18T09:00"),
        ("2026-03-02T10:00", "2026-03-03T08:00", "2026-03-17T08:00", "2026-03-17T09:00"),
        # on the fourth: too late for that, a pause
        ("2026-03-06T10:00", "2026-03-09T14:00", "2026-03-17T09:00", "2026-03-17T09:00"),
    ],
)
def test_a_supplement_restarts_by_law_and_pauses_on_the_portal(
    asked: str, answered: str, by_law: str, by_portal: str
) -> None:
    both = deadlines(CLOCK, Terms(TEN_DAYS, stops=[stop("supplement", asked, answered)]), RECEIVED)
    assert both.statutory.due == local(by_law)
    assert both.portal.due == local(by_portal)
    assert both.statutory.original == both.portal.original == DUE


def test_a_late_request_is_noted_where_it_changes_the_effect() -> None:
    late = stop("supplement", "2026-03-06T10:00", "2026-03-09T14:00")
    assert of(late).notes == (Note.SUPPLEMENT_LATE,)
    assert of(late, definition=PORTAL).notes == ()
    in_time = stop("supplement", "2026-03-05T10:00", "2026-03-09T14:00")
    assert of(in_time).notes == ()


def test_a_second_request_is_noted() -> None:
    first = stop("supplement", "2026-03-03T10:00", "2026-03-04T10:00")
    second = stop("supplement", "2026-03-05T10:00", "2026-03-06T10:00")
    third = stop("supplement", "2026-03-07T10:00", "2026-03-09T10:00")
    assert of(first, second, definition=PORTAL).notes == (Note.SUPPLEMENT_REPEATED,)
    assert of(first, second, third, definition=PORTAL).notes == (Note.SUPPLEMENT_REPEATED,)
    assert of(first, second).due == local("2026-03-20T10:00")


def test_while_a_supplement_is_awaited_the_due_date_is_not_known() -> None:
    found = of(stop("supplement", "2026-03-05T10:00"))
    assert (found.due, found.missing) == (None, Missing.CLOCK_STANDS)
    assert found.original == DUE


def test_nothing_is_taken_from_the_record_of_a_clock_that_stands() -> None:
    found = of(
        stop("supplement", "2026-03-05T10:00"),
        stop("financial_duty", "2026-03-06T10:00", "2026-03-09T10:00"),
        extension("2026-03-10T10:00", "2026-03-20T10:00"),
    )
    assert (found.missing, len(found.history)) == (Missing.CLOCK_STANDS, 1)


def test_a_request_before_reception_is_no_stop() -> None:
    before = stop("supplement", "2026-02-26T10:00", "2026-02-27T10:00")
    until = stop("supplement", "2026-02-26T10:00", "2026-03-02T09:00")
    assert of(before).due == of(until).due == DUE
    assert of(before).notes == ()
    again = stop("supplement", "2026-03-03T10:00", "2026-03-04T10:00")
    assert Note.SUPPLEMENT_REPEATED not in of(before, again).notes


def test_a_pause_that_began_before_reception_counts_from_it() -> None:
    found = of(stop("financial_duty", "2026-02-26T10:00", "2026-03-04T10:00"))
    assert found.due == local("2026-03-18T09:00")


# --- other grounds


def test_a_financial_duty_pauses_by_law_only() -> None:
    duty = stop("financial_duty", "2026-03-04T10:00", "2026-03-11T10:00")
    both = deadlines(CLOCK, Terms(TEN_DAYS, stops=[duty]), RECEIVED)
    assert both.statutory.due == local("2026-03-23T09:00")
    assert both.portal.due == DUE
    assert [change.cause for change in both.statutory.history] == ["limit", "financial_duty"]
    assert both.statutory.history[1].since == local("2026-03-11T10:00")


def test_a_duty_that_is_not_yet_paid_stops_the_law_and_not_the_portal() -> None:
    stopped = Terms(TEN_DAYS, stops=[stop("financial_duty", "2026-03-04T10:00")])
    both = deadlines(CLOCK, stopped, RECEIVED)
    assert both.statutory.missing is Missing.CLOCK_STANDS
    assert both.portal.due == DUE


def test_a_consultation_stops_only_where_the_procedure_says_so() -> None:
    asked = stop("consultation", "2026-03-04T10:00", "2026-03-06T10:00")
    special = ProcedureClock(stops_for_consultation=True)
    assert of(asked).due == DUE
    assert of(asked, procedure=special).due == local("2026-03-18T09:00")
    # The portal's formula takes supplements out and nothing else.
    assert of(asked, definition=PORTAL, procedure=special).due == DUE
    duty = stop("financial_duty", "2026-03-04T10:00", "2026-03-06T10:00")
    assert of(duty, definition=PORTAL, procedure=special).due == DUE


def test_a_definition_without_rules_of_its_own_has_no_stops() -> None:
    found = of(
        stop("supplement", "2026-03-04T10:00", "2026-03-06T10:00"),
        definition=Definition.PROVINCIAL,
    )
    assert (found.due, found.notes) == (DUE, ())


def test_two_grounds_at_once_stop_the_clock_once() -> None:
    found = of(
        stop("financial_duty", "2026-03-09T10:00", "2026-03-12T10:00"),
        stop("supplement", "2026-03-10T10:00", "2026-03-11T10:00"),
    )
    assert found.due == local("2026-03-19T09:00")
    overlapping = of(
        stop("supplement", "2026-03-09T10:00", "2026-03-11T10:00"),
        stop("financial_duty", "2026-03-10T10:00", "2026-03-12T10:00"),
    )
    assert overlapping.due == local("2026-03-19T09:00")


def test_a_restart_inside_a_longer_stop_counts_from_the_end_of_that() -> None:
    found = of(
        stop("financial_duty", "2026-03-03T10:00", "2026-03-10T10:00"),
        stop("supplement", "2026-03-04T10:00", "2026-03-05T10:00"),
    )
    assert found.due == local("2026-03-24T10:00")


def test_a_stop_that_ends_at_once_changes_nothing() -> None:
    found = of(stop("financial_duty", "2026-03-04T10:00", "2026-03-04T10:00"))
    assert (found.due, len(found.history)) == (DUE, 1)


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        ("2026-03-16T08:00", "2026-03-16T09:00"),
        ("2026-03-16T09:00", "2026-03-16T09:00"),
        ("2026-03-16T09:01", "2026-03-17T09:00"),
        ("2026-03-17T08:00", "2026-03-17T09:00"),
        ("2026-03-21T10:00", "2026-03-23T09:00"),
    ],
)
def test_no_dossier_falls_due_while_its_clock_stands(ended: str, due: str) -> None:
    assert of(stop("financial_duty", "2026-03-16T08:00", ended)).due == local(due)


def test_calendar_days_do_not_fall_due_in_a_stop_either() -> None:
    four = Limit(4, Measure.CALENDAR_DAY)
    found = of(stop("financial_duty", "2026-03-06T08:00", "2026-03-06T16:00"), limit=four)
    assert found.due == local("2026-03-09T09:00")
    in_day = of(
        stop("financial_duty", "2026-03-02T10:00", "2026-03-02T18:00"),
        procedure=ProcedureClock(in_day=True),
    )
    assert in_day.due == local("2026-03-03T17:00")


def test_a_stop_cannot_end_before_it_begins() -> None:
    with pytest.raises(RecordError, match="financial_duty ends before it begins") as caught:
        of(stop("financial_duty", "2026-03-05T10:00", "2026-03-04T10:00"))
    assert caught.value.field == "stops"


@pytest.mark.parametrize("ground", ["supplement", "financial_duty"])
def test_a_stop_after_the_due_date_does_not_heal_lateness(ground: str) -> None:
    late = stop(ground, "2026-03-16T09:00:01", "2026-03-20T10:00")
    found = of(late)
    assert (found.due, found.notes) == (DUE, (Note.STOP_AFTER_DUE,))
    still_open = of(stop(ground, "2026-03-17T09:00"))
    assert (still_open.due, still_open.missing) == (DUE, None)
    in_time = of(stop(ground, "2026-03-16T09:00", "2026-03-20T08:00"))
    assert in_time.due == local("2026-03-20T09:00")


# --- extension


def test_one_extension_moves_the_due_date_and_the_original_stays() -> None:
    found = of(extension("2026-03-15T10:00", "2026-03-20T17:00"))
    assert found.due == local("2026-03-20T17:00")
    assert found.original == DUE
    assert found.notes == ()
    assert found.history[1] == DueChange(
        local("2026-03-20T17:00"), local("2026-03-15T10:00"), "extension"
    )


def test_an_extension_is_granted_once() -> None:
    first = extension("2026-03-13T10:00", "2026-03-20T17:00")
    second = extension("2026-03-18T10:00", "2026-03-27T17:00")
    found = of(first, second)
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), (Note.EXTENSION_REPEATED,))
    rules = deadline_rules({"extension": {"at_most": 2}})
    assert of(first, second, clock=LimitClock(HOURS, rules)).due == local("2026-03-27T17:00")


def test_an_apology_after_the_fact_does_not_make_the_dossier_on_time() -> None:
    found = of(extension("2026-03-16T09:00:01", "2026-03-20T17:00"))
    assert (found.due, found.notes) == (DUE, (Note.EXTENSION_AFTER_DUE,))


@pytest.mark.parametrize(
    ("decided", "notes"),
    [
        ("2026-03-15T23:59", ()),
        ("2026-03-16T00:00", (Note.NOTICE_TOO_LATE,)),
        ("2026-03-16T09:00", (Note.NOTICE_TOO_LATE,)),
    ],
)
def test_notice_is_due_a_day_before(decided: str, notes: tuple[Note, ...]) -> None:
    found = of(extension(decided, "2026-03-20T17:00"))
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), notes)


def test_a_province_may_ask_for_earlier_notice() -> None:
    clock = LimitClock(HOURS, deadline_rules({"extension": {"notice_days": 3}}))
    assert of(extension("2026-03-13T10:00", "2026-03-20"), clock=clock).notes == ()
    late = of(extension("2026-03-14T10:00", "2026-03-20"), clock=clock)
    assert late.notes == (Note.NOTICE_TOO_LATE,)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_extension_without_a_reason_is_noted(reason: str) -> None:
    found = of(extension("2026-03-13T10:00", "2026-03-20T17:00", reason))
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), (Note.NO_REASON,))


@pytest.mark.parametrize("due", ["2026-03-16T09:00", "2026-03-12T09:00", "2026-03-16"])
def test_an_extension_to_an_earlier_day_is_none(due: str) -> None:
    found = of(extension("2026-03-10T10:00", due))
    assert (found.due, found.notes) == (DUE, (Note.EXTENSION_NOT_LATER,))


def test_an_extension_that_was_no_extension_is_not_the_one() -> None:
    none = extension("2026-03-10T10:00", "2026-03-12T09:00")
    real = extension("2026-03-11T10:00", "2026-03-20T17:00")
    assert of(none, real).due == local("2026-03-20T17:00")


def test_a_pause_after_an_extension_moves_the_new_date() -> None:
    found = of(
        extension("2026-03-13T10:00", "2026-03-20T17:00"),
        stop("financial_duty", "2026-03-18T10:00", "2026-03-19T10:00"),
    )
    assert found.due == local("2026-03-23T17:00")
    assert [change.cause for change in found.history] == ["limit", "extension", "financial_duty"]


def test_of_two_events_at_one_moment_the_stop_comes_first() -> None:
    found = of(
        extension("2026-03-13T10:00", "2026-03-20T17:00"),
        stop("financial_duty", "2026-03-13T10:00", "2026-03-16T10:00"),
    )
    assert [change.cause for change in found.history] == ["limit", "financial_duty", "extension"]
    assert found.due == local("2026-03-20T17:00")


# --- the fifteen-hour rule, days, starts


def test_the_fifteen_hour_rule_starts_the_clock_the_next_working_day() -> None:
    special = ProcedureClock(cutoff=time(15))
    afternoon = local("2026-03-06T15:01")
    assert of(start=afternoon, procedure=special).due == local("2026-03-23T07:00")
    assert of(start=afternoon).due == local("2026-03-20T15:01")
    assert of(start=local("2026-03-06T15:00"), procedure=special).due == local("2026-03-20T15:00")


def test_the_fifteen_hour_rule_holds_for_a_restart_too() -> None:
    special = ProcedureClock(cutoff=time(15))
    asked = stop("supplement", "2026-03-03T10:00", "2026-03-06T16:00")
    assert of(asked, procedure=special).due == local("2026-03-23T07:00")


def test_a_pause_before_the_clock_has_started_is_no_pause() -> None:
    special = ProcedureClock(cutoff=time(15))
    duty = stop("financial_duty", "2026-03-06T15:30", "2026-03-09T08:00")
    found = of(duty, start=local("2026-03-06T15:10"), procedure=special)
    assert found.due == local("2026-03-23T07:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-06T14:00", "2026-03-06T17:00"),
        ("2026-03-06T15:30", "2026-03-09T17:00"),
        ("2026-03-06T18:00", "2026-03-09T17:00"),
    ],
)
def test_an_in_day_procedure_is_due_at_the_close_of_its_day(received: str, due: str) -> None:
    special = ProcedureClock(cutoff=time(15), in_day=True)
    assert of(start=local(received), limit=None, procedure=special).due == local(due)
    assert of(start=local(received), procedure=special).due == local(due)


def test_calendar_days_are_moved_off_a_day_off_once_after_a_pause() -> None:
    five = Limit(5, Measure.CALENDAR_DAY)
    found = of(stop("financial_duty", "2026-03-03T10:00", "2026-03-04T10:00"), limit=five)
    # Monday 2 + 5 is Saturday 7, promised for Monday 9; with one day of pause Sunday 8.
    assert found.original == local("2026-03-09T09:00")
    assert found.due == local("2026-03-09T09:00")


def test_a_dossier_known_by_days_is_due_by_days() -> None:
    found = of(stop("financial_duty", "2026-03-04", "2026-03-06T10:00"), start=local("2026-03-02"))
    assert found.due == local("2026-03-18")


@pytest.mark.parametrize(
    ("channel", "options", "start"),
    [
        (None, {}, "2026-03-02T09:00"),
        (Channel.COUNTER, {"handed_over": local("2026-03-01T09:00")}, "2026-03-02T09:00"),
        (Channel.ONLINE, {}, "2026-03-02T09:00"),
        (Channel.POST, {"handed_over": local("2026-03-01T09:00")}, "2026-03-01T09:00"),
        (Channel.POST, {}, None),
        (None, {"competent_received": local("2026-03-03T09:00")}, "2026-03-02T09:00"),
        (
            Channel.POST,
            {"non_territorial": True, "competent_received": local("2026-03-03T09:00")},
            "2026-03-03T09:00",
        ),
        (Channel.ONLINE, {"non_territorial": True}, None),
    ],
)
def test_where_the_clock_starts(
    channel: Channel | None, options: dict[str, Instant], start: str | None
) -> None:
    found = clock_start(RECEIVED, channel, **options)  # type: ignore[arg-type]
    assert found == (None if start is None else local(start))


def test_the_law_may_start_elsewhere_and_the_portal_never_does() -> None:
    started, promised = local("2026-03-03T08:00"), local("2026-03-18")
    both = deadlines(CLOCK, Terms(TEN_DAYS), RECEIVED, started=started, promised=promised)
    assert both.statutory.due == local("2026-03-17T08:00")
    assert both.portal.due == DUE
    assert both.promised == local("2026-03-18")
    assert (both.statutory.definition, both.portal.definition) == (LAW, PORTAL)


def test_a_start_that_is_not_known_is_not_guessed_from_the_reception() -> None:
    started = clock_start(RECEIVED, Channel.POST)
    both = deadlines(CLOCK, Terms(TEN_DAYS), RECEIVED, started=started)
    assert (both.statutory.due, both.statutory.missing) == (None, Missing.START)
    assert both.portal.due == DUE
    assert deadlines(CLOCK, Terms(TEN_DAYS), RECEIVED).statutory.due == DUE


def test_both_definitions_see_every_event() -> None:
    terms = Terms(
        None,
        ProcedureClock(in_day=True),
        [stop("supplement", "2026-03-02T10:00", "2026-03-03T10:00")],
        [extension("2026-03-02T11:00", "2026-03-06T10:00")],
    )
    both = deadlines(CLOCK, terms, RECEIVED)
    for found in (both.statutory, both.portal):
        assert [change.cause for change in found.history] == ["limit", "supplement", "extension"]


# --- provisional


@pytest.mark.parametrize(
    ("start", "amount", "provisional"),
    [
        ("2026-03-02T09:00", 10, False),
        ("2026-11-20T09:00", 1, True),  # due on the undecided Monday
        ("2026-11-20T09:00", 3, True),
        ("2026-11-24T09:00", 3, False),
        ("2026-12-30T09:00", 1, False),
        ("2026-12-30T09:00", 5, True),
    ],
)
def test_a_due_date_that_a_notice_may_still_move(
    start: str, amount: int, provisional: bool
) -> None:
    found = of(start=local(start), limit=Limit(amount, Measure.WORKING_DAY))
    assert found.provisional is provisional


def test_the_latest_version_decides_what_is_provisional() -> None:
    found = of(extension("2026-12-10T10:00", "2027-01-05T10:00"), start=local("2026-12-01T09:00"))
    assert (found.original, found.provisional) == (local("2026-12-15T09:00"), True)


def test_a_limit_beyond_the_calendar_is_a_fault_of_the_record() -> None:
    with pytest.raises(DayError):
        of(start=local("2100-12-20T09:00"))


# --- properties

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1))
LIMITS = st.builds(
    Limit,
    st.integers(1, 60),
    st.sampled_from([m for m in Measure if m is not Measure.SAME_DAY]),
)


@st.composite
def courses(draw: st.DrawFn) -> tuple[Instant, list[Stop]]:
    """A reception and pauses after it, none of them overlapping."""
    moment = draw(MOMENTS)
    received, stops = instant(moment), []
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 200)))):
        began = moment + timedelta(hours=gap)
        moment = began + timedelta(hours=length)
        stops.append(Stop(Ground.FINANCIAL_DUTY, instant(began), instant(moment)))
    return received, stops


def paused_days(stops: Sequence[Stop]) -> int:
    return sum(AGE(local_day(s.began), local_day(s.ended)) for s in stops if s.ended is not None)


@given(courses(), st.integers(1, 60))
def test_working_days_between_start_and_due_are_the_limit_and_the_pauses(
    course: tuple[Instant, list[Stop]], amount: int
) -> None:
    received, stops = course
    found = of(*stops, start=received, limit=Limit(amount, Measure.WORKING_DAY))
    assert found.due is not None
    ended = {s.ended: s for s in stops if s.ended is not None}
    assert AGE(local_day(received), local_day(found.history[0].due)) == amount
    taken = [(before, ended[after.since]) for before, after in pairwise(found.history)]
    stood = [s for before, s in taken if s.began.us <= before.due.us <= (s.ended or s.began).us]
    counted = AGE(local_day(received), local_day(found.due))
    # A stop that was on when the dossier would have been due takes away the rest of that day.
    assert 0 <= counted - amount - paused_days([s for _, s in taken]) <= len(stood)
    assert all(s.ended is None or s.ended.us <= found.due.us for _, s in taken)


def test_hours_used_up_when_the_clock_stopped_end_when_it_goes_on() -> None:
    # Received Monday 07:00 with two hours; stopped from 09:00, when they were over, to 18:00.
    received = instant(datetime(2015, 2, 2, 7))
    stop = Stop(
        Ground.FINANCIAL_DUTY,
        instant(datetime(2015, 2, 2, 9)),
        instant(datetime(2015, 2, 2, 18)),
    )
    night = Stop(
        Ground.FINANCIAL_DUTY,
        instant(datetime(2015, 2, 2, 19)),
        instant(datetime(2015, 2, 3, 8)),
    )
    limit = Limit(2, Measure.WORKING_HOUR)
    assert of(stop, start=received, limit=limit).due == instant(datetime(2015, 2, 3, 7))
    assert of(stop, night, start=received, limit=limit).due == instant(datetime(2015, 2, 3, 8))


@given(courses(), LIMITS)
def test_no_pause_brings_the_due_date_nearer(
    course: tuple[Instant, list[Stop]], limit: Limit
) -> None:
    received, stops = course
    dues = [change.due.us for change in of(*stops, start=received, limit=limit).history]
    assert dues == sorted(dues)


@given(courses(), LIMITS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_does_not_matter(
    course: tuple[Instant, list[Stop]], limit: Limit, random: st.DataObject
) -> None:
    received, stops = course
    shuffled = list(stops)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    told, other = (of(*told, start=received, limit=limit) for told in (stops, shuffled))
    assert told == other


@given(courses(), LIMITS)
def test_a_pause_told_in_two_halves_is_one_pause(
    course: tuple[Instant, list[Stop]], limit: Limit
) -> None:
    received, stops = course
    halves = []
    for each in stops[:1]:
        assert each.ended is not None
        middle = Instant((each.began.us + each.ended.us) // 2)
        halves += [Stop(each.ground, each.began, middle), Stop(each.ground, middle, each.ended)]
    whole = of(*stops[:1], start=received, limit=limit)
    split = of(*halves, start=received, limit=limit)
    assert whole.due == split.due
