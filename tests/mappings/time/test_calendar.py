"""Working days against the compiled table and vectors of docs/domain.md (Calendar)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError, RecordError
from khop.mappings.time.calendar import FIRST_DAY, LAST_DAY, DayError, WorkingCalendar

# Weekdays off and Saturdays worked, as day/month, of every year the table asserts.
OFF = {
    2021: "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9",
    2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
}
WORKED = {2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}

DAYS = st.dates(FIRST_DAY, LAST_DAY)
CALENDAR = WorkingCalendar()


def days(year: int, text: str) -> set[date]:
    pairs = (part.split("/") for part in text.split())
    return {date(year, int(month), int(day)) for day, month in pairs}


def year_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", OFF)
def test_every_day_of_the_announced_years(year: int) -> None:
    calendar = WorkingCalendar()
    weekdays_off = {d for d in year_of(year) if d.weekday() < 5 and not calendar.is_working(d)}
    weekend_worked = {d for d in year_of(year) if d.weekday() >= 5 and calendar.is_working(d)}
    assert weekdays_off == days(year, OFF[year])
    assert weekend_worked == days(year, WORKED.get(year, ""))


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        ("2026-11-20", 3, "2026-11-26"),
        ("2026-11-23", 1, "2026-11-25"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2025-12-31", 5, "2026-01-09"),
        ("2025-12-31", 6, "2026-01-10"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2026-04-24", 3, "2026-05-04"),
        ("2026-08-22", 2, "2026-08-25"),
        ("2026-11-20", 15, "2026-12-14"),
        ("2026-12-30", 5, "2027-01-07"),
        # Worked Saturdays that the package of holidays knows.
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-04-25", 1, "2025-04-26"),
        ("2024-12-31", 2, "2025-01-03"),
    ],
)
def test_known_defect_new_year_and_worked_saturdays_count(
    start: str, number: int, due: str
) -> None:
    added = WorkingCalendar().add_working_days(date.fromisoformat(start), number)
    assert added == date.fromisoformat(due)


@given(DAYS)
def test_ord_grows_by_one_on_working_days_only(day: date) -> None:
    if day == FIRST_DAY:
        return
    grown = CALENDAR.ord(day) - CALENDAR.ord(day - timedelta(days=1))
    assert grown == CALENDAR.is_working(day)


@given(DAYS)
def test_first_with_ord_is_the_working_day_of_that_number(day: date) -> None:
    number = CALENDAR.ord(day)
    found = CALENDAR.first_with_ord(number)
    assert CALENDAR.ord(found) >= number
    assert found <= day
    assert found == FIRST_DAY or CALENDAR.ord(found - timedelta(days=1)) < number


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 400))
def test_added_days_are_working_days_after_the_start(day: date, number: int) -> None:
    due = CALENDAR.add_working_days(day, number)
    assert CALENDAR.is_working(due)
    assert CALENDAR.ord(due) == CALENDAR.ord(day) + number


def test_swaps_across_new_year_hold_on_both_sides() -> None:
    # Notices of 2014 and 2018: a day off on one side, its Saturday on the other.
    assert not CALENDAR.is_working(date(2015, 1, 2))
    assert CALENDAR.is_working(date(2014, 12, 27))
    assert not CALENDAR.is_working(date(2018, 12, 31))
    assert CALENDAR.is_working(date(2019, 1, 5))


@pytest.mark.parametrize(
    ("day", "today", "age"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-22", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-23", "2026-11-25", 1),
        ("2026-11-25", "2026-11-20", -2),
        ("2025-12-31", "2026-01-10", 6),
    ],
)
def test_age_in_working_days(day: str, today: str, age: int) -> None:
    assert CALENDAR.age(date.fromisoformat(day), date.fromisoformat(today)) == age


@given(DAYS, DAYS, DAYS)
def test_ages_add_up(a: date, b: date, c: date) -> None:
    assert CALENDAR.age(a, b) + CALENDAR.age(b, c) == CALENDAR.age(a, c)


@given(st.dates(FIRST_DAY, date(2100, 12, 1)))
def test_working_day_from_is_the_nearest_that_is_not_before(day: date) -> None:
    found = CALENDAR.working_day_from(day)
    assert CALENDAR.is_working(found)
    between = ((found - day).days, CALENDAR.age(day, found))
    assert between == (0, 0) or (between[0] > 0 and between[1] == 1)


def test_zero_days_gives_the_day_itself_even_when_it_is_off() -> None:
    assert CALENDAR.add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)


def test_negative_days_are_refused() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_working_days(date(2026, 1, 5), -1)


@pytest.mark.parametrize("number", [30_000, 10**12])
def test_more_days_than_the_calendar_has_raise_a_day_error(number: int) -> None:
    with pytest.raises(RecordError, match="1990-2100") as caught:
        CALENDAR.add_working_days(date(2026, 1, 5), number)
    assert caught.value.field == "day"


NO_DAYS = [
    "2026-01-05",
    None,
    20260105,
    True,
    # Whether these lie on 5 or on 6 January depends on a zone that the calendar does not know.
    datetime(2026, 1, 5, 20),
    datetime(2026, 1, 5, 20, tzinfo=UTC),
]


@pytest.mark.parametrize("day", NO_DAYS)
@pytest.mark.parametrize(
    "ask",
    [
        CALENDAR.ord,
        CALENDAR.is_working,
        CALENDAR.working_day_from,
        lambda day: CALENDAR.age(date(2026, 1, 1), day),
        lambda day: CALENDAR.add_working_days(day, 0),
        lambda day: CALENDAR.add_working_days(day, 1),
        lambda day: CALENDAR.undecided_days(day, date(2026, 12, 31)),
        lambda day: CALENDAR.provisional_between(date(2026, 1, 1), day),
    ],
)
def test_anything_but_a_date_raises_a_day_error(ask: Callable[[Any], object], day: Any) -> None:
    with pytest.raises(DayError, match=r"^day: is no date$"):
        ask(day)


@pytest.mark.parametrize("number", [True, 1.0, float("nan"), "3", None])
@pytest.mark.parametrize(
    "ask",
    [CALENDAR.first_with_ord, lambda number: CALENDAR.add_working_days(date(2026, 1, 5), number)],
)
def test_working_days_are_counted_in_whole_numbers(
    ask: Callable[[Any], object], number: Any
) -> None:
    with pytest.raises(DayError, match=r"^day: working days are counted in whole numbers$"):
        ask(number)


def test_a_province_adds_and_removes_days_off() -> None:
    calendar = WorkingCalendar(
        days_off=[date(2026, 11, 23), date(2026, 1, 10)],
        worked_days=[date(2026, 11, 24), date(2026, 11, 28)],
    )
    assert not calendar.is_working(date(2026, 11, 23))
    assert not calendar.is_working(date(2026, 1, 10))
    assert calendar.is_working(date(2026, 11, 24))
    assert calendar.is_working(date(2026, 11, 28))


def test_a_day_both_off_and_worked_raises_a_config_error() -> None:
    day = date(2026, 11, 23)
    with pytest.raises(ConfigError, match="2026-11-23"):
        WorkingCalendar(days_off=[day], worked_days=[day])


@pytest.mark.parametrize("bad", ["2026-11-23", None, datetime(2026, 11, 23), ["2026-11-23"]])
@pytest.mark.parametrize("key", ["days_off", "worked_days"])
def test_a_province_names_days_as_dates(key: str, bad: object) -> None:
    with pytest.raises(ConfigError, match=r": holds something that is no date$") as caught:
        WorkingCalendar(**{key: [bad]})  # type: ignore[arg-type]
    assert caught.value.key == f"calendar.{key}"


def test_known_defect_a_calendar_is_not_shared_between_units() -> None:
    day = date(2026, 11, 23)
    closed, other = WorkingCalendar(days_off=[day]), WorkingCalendar()
    for year in (2026, 2027):
        assert closed.ord(date(year, 12, 31)) == other.ord(date(year, 12, 31)) - 1
    assert other.is_working(day)
    assert not closed.is_working(day)


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1)])
def test_days_outside_the_calendar_are_refused(day: date) -> None:
    with pytest.raises(ValueError, match=r"^day: the calendar counts 1990-2100 only$"):
        CALENDAR.ord(day)


def test_years_not_announced_yet_are_provisional() -> None:
    assert not CALENDAR.provisional(2026)
    assert CALENDAR.provisional(2027)


def test_results_are_final_in_years_the_province_has_notices_for() -> None:
    calendar = WorkingCalendar(announced_through=2027)
    assert not calendar.provisional(2027)
    assert calendar.provisional(2028)


def test_an_earlier_announced_year_changes_nothing() -> None:
    calendar = WorkingCalendar(announced_through=2025)
    assert not calendar.provisional(2026)


def test_a_swap_that_was_only_proposed_is_undecided_until_the_province_names_the_day() -> None:
    monday = date(2026, 11, 23)
    assert CALENDAR.is_working(monday)
    assert CALENDAR.undecided_days(monday, monday) == (monday,)
    assert CALENDAR.undecided_days(date(2026, 11, 24), date(2027, 11, 24)) == ()
    assert CALENDAR.undecided_days(date(2026, 1, 1), date(2026, 11, 22)) == ()
    for decided in (WorkingCalendar(days_off=[monday]), WorkingCalendar(worked_days=[monday])):
        assert decided.undecided_days(monday, monday) == ()


@pytest.mark.parametrize(
    ("holiday", "monday"),
    [(date(2029, 11, 24), date(2029, 11, 26)), (date(2030, 11, 24), date(2030, 11, 25))],
)
def test_the_compensation_of_a_weekend_culture_day_stays_doubtful(
    holiday: date, monday: date
) -> None:
    announced = WorkingCalendar(announced_through=monday.year)
    assert holiday.weekday() >= 5
    assert not announced.is_working(monday)
    assert announced.provisional_between(holiday, monday)
    worked = WorkingCalendar(worked_days=[monday], announced_through=monday.year)
    assert worked.is_working(monday)
    settled = WorkingCalendar(days_off=[monday], announced_through=monday.year)
    for calendar in (worked, settled):
        assert not calendar.provisional_between(holiday, monday)


@pytest.mark.parametrize("year", range(2026, 2051))
def test_culture_day_is_off_each_year_from_2026(year: int) -> None:
    assert not CALENDAR.is_working(date(year, 11, 24))
    assert CALENDAR.is_working(date(2025, 11, 24))


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        ("2026-11-20", "2026-11-26", True),  # across the undecided Monday
        ("2026-11-24", "2026-12-31", False),
        ("2026-11-01", "2026-11-22", False),
        ("2026-12-30", "2027-01-07", True),  # 2027 has no notice yet
    ],
)
def test_a_count_is_provisional_where_a_notice_may_still_move_it(
    first: str, last: str, provisional: bool
) -> None:
    found = CALENDAR.provisional_between(date.fromisoformat(first), date.fromisoformat(last))
    assert found is provisional


@pytest.mark.parametrize("bad", ["2027", 2027.0, True])
def test_the_announced_year_is_a_number(bad: object) -> None:
    with pytest.raises(ConfigError, match=r": is no year$") as caught:
        WorkingCalendar(announced_through=bad)  # type: ignore[arg-type]
    assert caught.value.key == "calendar.announced_through"


def test_calendars_of_the_same_days_are_equal() -> None:
    day, other = date(2026, 11, 10), date(2026, 11, 11)
    calendar = WorkingCalendar(days_off=[day])
    assert calendar == WorkingCalendar(days_off=iter([day, day]))
    assert hash(calendar) == hash(WorkingCalendar(days_off=[day]))
    for different in (WorkingCalendar(), WorkingCalendar(days_off=[other]), "calendar", None):
        assert calendar != different
        assert hash(calendar) != hash(different)
