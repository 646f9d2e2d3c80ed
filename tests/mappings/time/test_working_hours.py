"""Working time of a unit: sessions, counting through them, and how a unit writes its own."""

from __future__ import annotations

import csv
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError, KhopError, RecordError
from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.mappings.time.working_hours import (
    Session,
    WorkingHours,
    at,
    clock_us,
    in_order,
    is_after,
    local_day,
    parse_sessions,
    read_unit_sessions,
    since_midnight,
    usual_sessions,
)
from tests.mappings.moments import instant, local

MORNING, AFTERNOON = Session(time(7), time(11, 30)), Session(time(13, 30), time(17))
CALENDAR = WorkingCalendar()
HOURS = WorkingHours(CALENDAR)
#: The longest time that a test can add without leaving the calendar.
LENGTHS = st.timedeltas(timedelta(0), timedelta(hours=500))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_the_usual_sessions_make_eight_hours() -> None:
    assert usual_sessions() == (MORNING, AFTERNOON) == HOURS.sessions
    assert HOURS.between(local("2026-11-19T00:00"), local("2026-11-20T00:00")) == hours(8)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-20T06:59:59", False),
        ("2026-11-20T07:00", True),
        ("2026-11-20T11:29:59", True),
        ("2026-11-20T11:30", False),
        ("2026-11-20T13:29:59", False),
        ("2026-11-20T13:30", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T09:00", False),  # Saturday
        ("2026-08-22T09:00", True),  # worked Saturday
        ("2026-11-24T09:00", False),  # Ngày Văn hóa
    ],
)
def test_a_session_holds_its_start_and_not_its_end(moment: str, open_: bool) -> None:
    assert HOURS.is_open(local(moment)) is open_


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-20T05:00", "2026-11-20T07:00"),
        ("2026-11-20T07:00", "2026-11-20T07:00"),
        ("2026-11-20T10:15", "2026-11-20T10:15"),
        ("2026-11-20T11:30", "2026-11-20T13:30"),
        ("2026-11-20T14:00", "2026-11-20T14:00"),
        ("2026-11-20T17:00", "2026-11-23T07:00"),
        ("2026-11-21T09:00", "2026-11-23T07:00"),
        ("2026-11-23T18:00", "2026-11-25T07:00"),
        ("2026-08-21T18:00", "2026-08-22T07:00"),
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert HOURS.next_opening(local(moment)) == local(opening)


@given(MOMENTS)
def test_the_next_opening_is_open_and_nothing_is_worked_before_it(moment: datetime) -> None:
    found = HOURS.next_opening(instant(moment))
    assert HOURS.is_open(found)
    assert found.us >= instant(moment).us
    assert HOURS.between(instant(moment), found) == timedelta(0)
    assert HOURS.next_opening(found) == found


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-11-20T06:00", "2026-11-20T11:30"),
        ("2026-11-20T11:30", "2026-11-20T11:30"),
        ("2026-11-20T11:30:01", "2026-11-20T17:00"),
        ("2026-11-20T12:00", "2026-11-20T17:00"),
        ("2026-11-20T17:00", "2026-11-20T17:00"),
        ("2026-11-20T20:00", "2026-11-20T17:00"),
    ],
)
def test_the_end_of_the_session(moment: str, end: str) -> None:
    assert HOURS.session_end(local(moment)) == local(end)


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        ("2026-11-20T08:00", 3.5, "2026-11-20T11:30"),
        ("2026-11-20T08:00", 4, "2026-11-20T14:00"),
        ("2026-11-20T08:00", 8, "2026-11-23T08:00"),
        ("2026-11-20T16:00", 1, "2026-11-20T17:00"),
        ("2026-11-20T16:00", 2, "2026-11-23T08:00"),
        ("2026-11-20T17:00", 1, "2026-11-23T08:00"),
        ("2026-11-21T10:00", 8, "2026-11-23T17:00"),
        ("2026-11-23T16:00", 2, "2026-11-25T08:00"),
        ("2026-08-21T16:00", 2, "2026-08-22T08:00"),
        ("2025-12-31T16:30", 9, "2026-01-06T07:30"),
        ("2026-11-20T05:00", 0, "2026-11-20T05:00"),
    ],
)
def test_hours_are_worked_hours(start: str, number: float, end: str) -> None:
    assert HOURS.add(local(start), hours(number)) == local(end)


@given(MOMENTS, LENGTHS)
def test_the_time_between_start_and_sum_is_the_added_length(
    moment: datetime, length: timedelta
) -> None:
    start = instant(moment)
    assert HOURS.between(start, HOURS.add(start, length)) == length
    assert HOURS.between(HOURS.add(start, length), start) == -length


@given(MOMENTS, LENGTHS, LENGTHS)
def test_adding_twice_is_adding_the_sum(
    moment: datetime, first: timedelta, second: timedelta
) -> None:
    start = instant(moment)
    assert HOURS.add(HOURS.add(start, first), second) == HOURS.add(start, first + second)


@given(MOMENTS, st.timedeltas(timedelta(microseconds=1), timedelta(hours=100)))
def test_the_end_is_the_first_moment_at_which_it_was_worked(
    moment: datetime, length: timedelta
) -> None:
    start = instant(moment)
    end = HOURS.add(start, length)
    just_before = Instant(end.us - 1)
    assert HOURS.between(start, just_before) == length - timedelta(microseconds=1)
    assert HOURS.is_open(just_before)


def test_a_unit_that_works_one_long_session() -> None:
    unit = WorkingHours(CALENDAR, [Session(time(8), time(16))])
    assert unit.add(local("2026-11-20T15:00"), hours(2)) == local("2026-11-23T09:00")
    assert unit.opening(date(2026, 11, 20)) == local("2026-11-20T08:00")
    assert unit.closing(date(2026, 11, 20)) == local("2026-11-20T16:00")


def test_first_opening_and_last_closing_of_a_day() -> None:
    assert HOURS.opening(date(2026, 11, 20)) == local("2026-11-20T07:00")
    assert HOURS.closing(date(2026, 11, 20)) == local("2026-11-20T17:00")


def test_negative_working_time_is_refused() -> None:
    with pytest.raises(DayError, match="forwards"):
        HOURS.add(local("2026-11-20T08:00"), timedelta(microseconds=-1))


def test_a_day_has_no_working_hours_of_its_own() -> None:
    day = local("2026-11-20")
    for count in (HOURS.is_open, HOURS.next_opening, HOURS.session_end):
        with pytest.raises(RecordError, match=r"^time: has no time of day"):
            count(day)
    with pytest.raises(RecordError, match="no time of day"):
        HOURS.add(day, hours(1))
    with pytest.raises(RecordError, match="no time of day"):
        HOURS.between(local("2026-11-20T08:00"), day)


@given(st.integers(), LENGTHS)
def test_any_instant_gives_a_moment_or_a_record_error(us: int, length: timedelta) -> None:
    with suppress(KhopError):
        assert HOURS.add(Instant(us), length).us >= us


def test_the_edges_of_the_calendar() -> None:
    first, last = local("1990-01-01T00:00"), local("2100-12-31T23:59:59")
    assert local_day(first) == date(1990, 1, 1)
    assert local_day(last) == date(2100, 12, 31)
    for us in (first.us - 1, last.us + 1_000_000):
        with pytest.raises(DayError, match="1990-2100"):
            local_day(Instant(us))


def test_known_defect_an_evening_in_utc_is_the_same_local_day() -> None:
    evening = Instant.of(datetime.fromisoformat("2026-11-20T18:30:00+00:00"))
    assert local_day(evening) == date(2026, 11, 21)
    assert clock_us(evening) == since_midnight(time(1, 30))
    morning = Instant.of(datetime.fromisoformat("2026-11-20T16:59:59+00:00"))
    assert local_day(morning) == date(2026, 11, 20)


@given(MOMENTS)
def test_day_and_clock_make_the_instant(moment: datetime) -> None:
    found = instant(moment)
    assert at(local_day(found), clock_us(found)) == found
    assert clock_us(found) == since_midnight(moment.time())


def test_a_clock_in_microseconds() -> None:
    assert since_midnight(time(1, 2, 3, 4)) == 3_723_000_004


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("2026-11-20T10:00:01", "2026-11-20T10:00:00", True),
        ("2026-11-20T10:00", "2026-11-20T10:00", False),
        ("2026-11-20T23:00", "2026-11-20", False),
        ("2026-11-20", "2026-11-20T00:00", False),
        ("2026-11-21", "2026-11-20T23:00", True),
        ("2026-11-21T00:00", "2026-11-20", True),
        ("2026-11-20", "2026-11-21", False),
    ],
)
def test_a_day_is_compared_by_days(first: str, second: str, after: bool) -> None:
    assert is_after(local(first), local(second)) is after


@pytest.mark.parametrize(
    "text",
    [
        "07:00-11:30, 13:30-17:00",
        "07:00–11:30;13:30–17:00",
        " 7:00 - 11:30 , 13:30 — 17:00 ",
        "7h-11h30, 13h30-17h",
        "7H − 11H30; 13g30 đến 17g",
        "13:30-17,7-11:30",
    ],
)
def test_known_defect_every_usual_delimiter_is_read(text: str) -> None:
    assert parse_sessions(text) == (MORNING, AFTERNOON)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no session"),
        ("07:00-11:30,", "no session"),
        ("07:00-11:30 13:30-17:00", "no session"),
        ("07:00/11:30", "no session"),
        ("sáng, chiều", "no session"),
        ("07:00-24:00", "does not exist"),
        ("07:60-11:00", "does not exist"),
        ("11:30-07:00", "11:30-07:00 ends before it starts"),
        ("07:00-07:00", "ends before"),
        ("07:00-12:00, 11:30-17:00", "07:00-12:00 and 11:30-17:00 overlap"),
    ],
)
def test_known_defect_the_usual_sessions_never_replace_an_unread_text(
    text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        parse_sessions(text, "units.A")
    assert caught.value.key == "units.A"


@pytest.mark.parametrize("bad", [None, 7, ["07:00-11:30"], time(7)])
def test_sessions_are_text(bad: object) -> None:
    with pytest.raises(ConfigError, match="not a text") as caught:
        parse_sessions(bad)
    assert caught.value.key == "calendar.sessions"


def test_sessions_may_touch() -> None:
    assert len(parse_sessions("07:00-11:30,11:30-17:00")) == 2


def test_a_unit_without_sessions_is_refused() -> None:
    with pytest.raises(ConfigError, match="no session") as caught:
        WorkingHours(CALENDAR, [])
    assert caught.value.key == "calendar.sessions"


def test_sessions_are_put_in_order() -> None:
    assert in_order([AFTERNOON, MORNING]) == (MORNING, AFTERNOON)
    assert WorkingHours(CALENDAR, [AFTERNOON, MORNING]).sessions == (MORNING, AFTERNOON)


UNITS = """unit,sessions
 H44.01 ,"07:30-11:30, 13:00-17:00"
H44.02,08:00-16:00
"""


def test_units_have_sessions_of_their_own() -> None:
    found = read_unit_sessions(csv.DictReader(UNITS.splitlines()), "units.csv")
    assert found == {
        "H44.01": (Session(time(7, 30), time(11, 30)), Session(time(13), time(17))),
        "H44.02": (Session(time(8), time(16)),),
    }


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("H44.02,7-11", "units.csv, row 4.unit", "H44.02 comes twice"),
        (" ,7-11", "units.csv, row 4.unit", "names no unit"),
        ("H44.03,", "units.csv, row 4.sessions", "no session"),
        ("H44.03", "units.csv, row 4.sessions", "not a text"),
    ],
)
def test_a_bad_row_raises_with_its_row(line: str, key: str, message: str) -> None:
    rows = csv.DictReader([*UNITS.splitlines(), line])
    with pytest.raises(ConfigError, match=message) as caught:
        read_unit_sessions(rows, "units.csv")
    assert caught.value.key == key
