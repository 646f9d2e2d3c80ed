"""Limits of the catalogue, read and counted."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.catalogue_records import TimeLimit
from khop.mappings.records import Channel
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.mappings.time.deadline_rules import Measure, ProcedureClock, deadline_rules
from khop.mappings.time.time_limits import LONGEST, Limit, LimitClock, read_limit
from khop.mappings.time.working_hours import Session, WorkingHours, clock_us, local_day
from tests.mappings.moments import instant, local

RULES = deadline_rules()
HOURS = WorkingHours(WorkingCalendar())
CLOCK = LimitClock(HOURS, RULES)
DAYS_ONLY = st.sampled_from([Measure.WORKING_DAY, Measure.CALENDAR_DAY, Measure.MONTH])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2080, 1, 1))


def written(amount: object, unit: object) -> TimeLimit:
    return TimeLimit(Channel.COUNTER, amount, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "measure"),
    [
        ("Ngày làm việc", Measure.WORKING_DAY),
        ("  NGÀY  LÀM VIỆC ", Measure.WORKING_DAY),
        ("Ngày", Measure.CALENDAR_DAY),
        ("Giờ", Measure.WORKING_HOUR),
        ("giờ làm việc", Measure.WORKING_HOUR),
        ("tháng", Measure.MONTH),
    ],
)
def test_units_of_limits_are_read_as_written(unit: str, measure: Measure) -> None:
    assert read_limit(written(5, unit), RULES) == Limit(5, measure)


@pytest.mark.parametrize("unit", ["", "d", "Phiên", "Ngày lam viec", None, 5, ["Ngày"]])
def test_an_unknown_unit_of_a_limit_gives_none(unit: object) -> None:
    assert read_limit(written(5, unit), RULES) is None


@pytest.mark.parametrize("amount", [None, 0, -1, LONGEST + 1, True, "5", 5.0, 10**40])
def test_an_impossible_amount_gives_none(amount: object) -> None:
    assert read_limit(written(amount, "Ngày"), RULES) is None


@pytest.mark.parametrize("amount", [1, LONGEST])
def test_the_smallest_and_the_largest_amount(amount: int) -> None:
    assert read_limit(written(amount, "Ngày"), RULES) == Limit(amount, Measure.CALENDAR_DAY)
    assert LONGEST == 9_999


def test_a_unit_may_be_several_of_its_measure() -> None:
    rules = deadline_rules(
        {"unit": [{"measure": "calendar_day", "times": 7, "labels": ["Tuần", "tuần lễ"]}]}
    )
    assert read_limit(written(2, "Tuần lễ"), rules) == Limit(14, Measure.CALENDAR_DAY)
    assert read_limit(written(2, "Ngày"), rules) == Limit(2, Measure.CALENDAR_DAY)


@pytest.mark.parametrize(
    ("start", "amount", "measure", "due"),
    [
        # the vectors of docs/domain.md (Calendar), at the time of day of reception
        ("2026-11-20T09:15", 3, Measure.WORKING_DAY, "2026-11-26T09:15"),
        ("2026-11-23T16:59", 1, Measure.WORKING_DAY, "2026-11-25T16:59"),
        ("2026-02-12T08:00", 5, Measure.WORKING_DAY, "2026-02-26T08:00"),
        ("2025-12-31T08:00", 5, Measure.WORKING_DAY, "2026-01-09T08:00"),
        ("2025-12-31T08:00", 6, Measure.WORKING_DAY, "2026-01-10T08:00"),
        ("2026-08-21T08:00", 1, Measure.WORKING_DAY, "2026-08-22T08:00"),
        ("2026-08-28T08:00", 1, Measure.WORKING_DAY, "2026-09-03T08:00"),
        ("2026-04-24", 3, Measure.WORKING_DAY, "2026-05-04"),
        ("2026-08-22", 2, Measure.WORKING_DAY, "2026-08-25"),
        ("2026-11-20", 15, Measure.WORKING_DAY, "2026-12-14"),
        ("2026-12-30", 5, Measure.WORKING_DAY, "2027-01-07"),
        ("2026-11-21T20:00", 1, Measure.WORKING_DAY, "2026-11-23T20:00"),
        # calendar days, off days off
        ("2026-11-16T09:00", 3, Measure.CALENDAR_DAY, "2026-11-19T09:00"),
        ("2026-11-18T09:00", 3, Measure.CALENDAR_DAY, "2026-11-23T09:00"),
        ("2026-11-20", 4, Measure.CALENDAR_DAY, "2026-11-25"),
        ("2025-12-30T09:00", 3, Measure.CALENDAR_DAY, "2026-01-05T09:00"),
        # months
        ("2026-10-15T09:00", 1, Measure.MONTH, "2026-11-16T09:00"),
        ("2026-01-31", 1, Measure.MONTH, "2026-03-02"),
        ("2026-09-30T09:00", 3, Measure.MONTH, "2026-12-30T09:00"),
        ("2025-12-20", 12, Measure.MONTH, "2026-12-21"),
        ("2024-01-31", 1, Measure.MONTH, "2024-02-29"),
        ("2025-12-05", 1, Measure.MONTH, "2026-01-05"),
        # hours
        ("2026-11-20T16:00", 4, Measure.WORKING_HOUR, "2026-11-23T10:00"),
        # the same day
        ("2026-11-20T09:00", 1, Measure.SAME_DAY, "2026-11-20T17:00"),
        ("2026-11-20T16:59:59", 1, Measure.SAME_DAY, "2026-11-20T17:00"),
        ("2026-11-20T17:00", 1, Measure.SAME_DAY, "2026-11-23T17:00"),
        ("2026-11-21T09:00", 1, Measure.SAME_DAY, "2026-11-23T17:00"),
        ("2026-11-20", 1, Measure.SAME_DAY, "2026-11-20"),
        ("2026-11-21", 1, Measure.SAME_DAY, "2026-11-23"),
    ],
)
def test_when_a_limit_has_run_out(start: str, amount: int, measure: Measure, due: str) -> None:
    assert CLOCK.settle(CLOCK.end(local(start), Limit(amount, measure)), measure) == local(due)


def test_a_province_may_let_calendar_days_end_on_a_day_off() -> None:
    rules = deadline_rules({"counting": {"roll_to_working_day": False}})
    saturday = local("2026-11-21T09:00")
    for measure in (Measure.CALENDAR_DAY, Measure.MONTH):
        assert LimitClock(HOURS, rules).settle(saturday, measure) == saturday
        assert CLOCK.settle(saturday, measure) == local("2026-11-23T09:00")


@pytest.mark.parametrize(
    ("resumed", "due"),
    [
        ("2026-11-20T09:10", "2026-11-20T09:10"),
        ("2026-11-20T09:11", "2026-11-23T09:10"),
        ("2026-11-21T08:00", "2026-11-23T09:10"),
        ("2026-11-23T09:10", "2026-11-23T09:10"),
        ("2026-11-23T09:11", "2026-11-25T09:10"),
        ("2026-11-20", "2026-11-20T09:10"),
        ("2026-11-23", "2026-11-23T09:10"),
    ],
)
def test_a_promise_is_never_before_the_clock_resumed(resumed: str, due: str) -> None:
    for measure in (Measure.WORKING_DAY, Measure.CALENDAR_DAY, Measure.SAME_DAY):
        assert CLOCK.settle(local("2026-11-20T09:10"), measure, local(resumed)) == local(due)


def test_a_promise_at_the_close_is_compared_at_the_close() -> None:
    clock = LimitClock(HOURS, deadline_rules({"counting": {"due_time": "day_end"}}))
    for resumed, due in (
        ("2026-11-20T17:00", "2026-11-20T17:00"),
        ("2026-11-20T17:01", "2026-11-23T17:00"),
    ):
        found = clock.settle(local("2026-11-20T09:10"), Measure.WORKING_DAY, local(resumed))
        assert found == local(due)


@pytest.mark.parametrize("measure", [Measure.WORKING_DAY, Measure.WORKING_HOUR, Measure.SAME_DAY])
def test_other_limits_are_not_moved_off_days_off(measure: Measure) -> None:
    saturday = local("2026-11-21T09:00")
    assert CLOCK.settle(saturday, measure) == saturday


@pytest.mark.parametrize(
    ("due_time", "due"),
    [
        ("as_received", "2026-11-20T09:10"),
        ("session_end", "2026-11-20T11:30"),
        ("day_end", "2026-11-20T17:00"),
    ],
)
def test_a_limit_in_days_is_due_at_the_configured_time_of_day(due_time: str, due: str) -> None:
    clock = LimitClock(HOURS, deadline_rules({"counting": {"due_time": due_time}}))
    assert clock.settle(local("2026-11-20T09:10"), Measure.WORKING_DAY) == local(due)
    day = local("2026-11-20")
    assert clock.settle(day, Measure.WORKING_DAY) == day
    hour = local("2026-11-20T09:10")
    assert clock.settle(hour, Measure.WORKING_HOUR) == hour


def test_a_unit_with_its_own_sessions_is_due_at_its_own_close() -> None:
    hours = WorkingHours(WorkingCalendar(), [Session(time(8), time(16))])
    clock = LimitClock(hours, deadline_rules({"counting": {"due_time": "day_end"}}))
    assert clock.settle(local("2026-11-20T09:10"), Measure.WORKING_DAY) == local("2026-11-20T16:00")


def test_hours_need_a_time_of_day() -> None:
    with pytest.raises(RecordError, match="no time of day"):
        CLOCK.end(local("2026-11-20"), Limit(4, Measure.WORKING_HOUR))


@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.SAME_DAY])
def test_a_limit_that_ends_after_the_calendar_raises_a_day_error(measure: Measure) -> None:
    with pytest.raises(DayError, match=r"^day: the calendar counts 1990-2100 only$"):
        CLOCK.end(local("2100-12-31T16:00"), Limit(9_999, measure))


@pytest.mark.parametrize("measure", [m for m in Measure if m is not Measure.SAME_DAY])
def test_a_limit_that_is_far_too_large_raises_a_day_error(measure: Measure) -> None:
    with pytest.raises(DayError, match="1990-2100"):
        CLOCK.end(local("2026-03-02T08:00"), Limit(10**15, measure))


@pytest.mark.parametrize("amount", [0, -3, True, 1.5, float("nan"), "5", None])
@pytest.mark.parametrize("measure", Measure)
def test_a_limit_is_a_whole_number_above_zero(amount: Any, measure: Measure) -> None:
    with pytest.raises(RecordError, match=r"^limit: is no whole number above zero$"):
        Limit(amount, measure)


def test_the_last_days_of_the_calendar_count() -> None:
    start = local("2100-11-30")
    assert CLOCK.end(start, Limit(31, Measure.CALENDAR_DAY)) == local("2100-12-31")
    assert CLOCK.end(start, Limit(1, Measure.MONTH)) == local("2100-12-30")
    for limit in (Limit(32, Measure.CALENDAR_DAY), Limit(2, Measure.MONTH)):
        with pytest.raises(DayError):
            CLOCK.end(start, limit)


@pytest.mark.parametrize(
    ("received", "starts"),
    [
        ("2026-11-20T15:00", "2026-11-20T15:00"),
        ("2026-11-20T15:00:01", "2026-11-23T07:00"),
        ("2026-11-20", "2026-11-20"),
        ("2026-11-23T16:00", "2026-11-25T07:00"),
    ],
)
def test_the_fifteen_hour_rule_of_a_procedure(received: str, starts: str) -> None:
    assert CLOCK.starts(local(received), ProcedureClock(cutoff=time(15))) == local(starts)


def test_a_procedure_without_cut_off_starts_at_any_time() -> None:
    received = local("2026-11-20T23:59")
    assert CLOCK.starts(received, ProcedureClock()) == received


@pytest.mark.parametrize(
    ("received", "by"),
    [
        ("2026-11-20T08:00", "2026-11-20T17:00"),
        ("2026-11-20T15:00", "2026-11-20T17:00"),
        ("2026-11-20T15:00:01", "2026-11-23T07:00"),
        ("2026-11-21T09:00", "2026-11-23T07:00"),
        ("2026-11-23T15:30", "2026-11-25T07:00"),
    ],
)
def test_the_file_is_handed_on_the_same_day_or_at_the_start_of_the_next(
    received: str, by: str
) -> None:
    assert CLOCK.transferred_by(local(received)) == local(by)


def test_a_province_may_hand_on_until_another_hour() -> None:
    clock = LimitClock(HOURS, deadline_rules({"transfer": {"same_day_until": time(16)}}))
    assert clock.transferred_by(local("2026-11-20T16:00")) == local("2026-11-20T17:00")
    assert clock.transferred_by(local("2026-11-20T16:01")) == local("2026-11-23T07:00")


@pytest.mark.parametrize(
    ("measure", "began", "ended", "due"),
    [
        (Measure.WORKING_DAY, "2026-11-16T10:00", "2026-11-17T10:00", "2026-11-23T09:00"),
        (Measure.WORKING_DAY, "2026-11-16T10:00", "2026-11-16T16:00", "2026-11-20T09:00"),
        (Measure.WORKING_DAY, "2026-11-13T10:00", "2026-11-15T10:00", "2026-11-20T09:00"),
        (Measure.WORKING_DAY, "2026-11-13", "2026-11-17", "2026-11-25T09:00"),
        (Measure.SAME_DAY, "2026-11-16T10:00", "2026-11-17T10:00", "2026-11-23T09:00"),
        (Measure.CALENDAR_DAY, "2026-11-13T10:00", "2026-11-16T09:00", "2026-11-23T09:00"),
        (Measure.MONTH, "2026-11-13T10:00", "2026-11-16T09:00", "2026-11-23T09:00"),
        (Measure.WORKING_HOUR, "2026-11-16T10:00", "2026-11-16T14:00", "2026-11-20T11:00"),
    ],
)
def test_a_pause_moves_the_due_date_by_what_the_limit_counts(
    measure: Measure, began: str, ended: str, due: str
) -> None:
    moved = CLOCK.shift(local("2026-11-20T09:00"), local(began), local(ended), measure)
    assert moved == local(due)


@given(MOMENTS, st.integers(1, 200), DAYS_ONLY)
def test_a_longer_limit_never_ends_earlier_and_keeps_the_time_of_day(
    moment: datetime, amount: int, measure: Measure
) -> None:
    start = instant(moment)
    ends = [CLOCK.end(start, Limit(n, measure)) for n in (amount, amount + 1)]
    assert start.us < ends[0].us < ends[1].us
    assert {clock_us(end) for end in ends} == {clock_us(start)}


@given(MOMENTS, st.integers(1, 300))
def test_working_days_are_counted_on_the_calendar(moment: datetime, amount: int) -> None:
    start = instant(moment)
    end = CLOCK.end(start, Limit(amount, Measure.WORKING_DAY))
    assert HOURS.calendar.age(local_day(start), local_day(end)) == amount
    assert HOURS.calendar.is_working(local_day(end))


@given(MOMENTS, st.sampled_from(Measure))
def test_settling_twice_equals_settling_once(moment: datetime, measure: Measure) -> None:
    for due_time in ("as_received", "session_end", "day_end"):
        clock = LimitClock(HOURS, deadline_rules({"counting": {"due_time": due_time}}))
        once = clock.settle(instant(moment), measure)
        assert clock.settle(once, measure) == once


@given(MOMENTS, MOMENTS, st.integers(1, 60), st.integers(0, 400))
def test_a_pause_of_a_limit_in_working_days_adds_its_working_days(
    moment: datetime, stop: datetime, amount: int, hours: int
) -> None:
    due = CLOCK.end(instant(moment), Limit(amount, Measure.WORKING_DAY))
    began, ended = instant(stop), instant(stop + timedelta(hours=hours))
    moved = CLOCK.shift(due, began, ended, Measure.WORKING_DAY)
    age = HOURS.calendar.age
    paused = age(local_day(began), local_day(ended))
    assert age(local_day(due), local_day(moved)) == paused


def test_the_unit_of_working_time_is_the_hour() -> None:
    end = CLOCK.end(local("2026-11-20T07:00"), Limit(1, Measure.WORKING_HOUR))
    assert end == local("2026-11-20T08:00")
    assert local_day(end) == date(2026, 11, 20)
