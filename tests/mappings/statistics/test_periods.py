"""Periods of reports, in both schemes of quarters."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError
from khop.mappings.statistics.periods import Period, calendar_month, report_quarters


@pytest.mark.parametrize(
    ("scheme", "quarter", "first", "last"),
    [
        ("calendar", 1, "2026-01-01", "2026-03-31"),
        ("calendar", 2, "2026-04-01", "2026-06-30"),
        ("calendar", 3, "2026-07-01", "2026-09-30"),
        ("calendar", 4, "2026-10-01", "2026-12-31"),
        ("nd09", 1, "2025-12-15", "2026-03-14"),
        ("nd09", 2, "2026-03-15", "2026-06-14"),
        ("nd09", 3, "2026-06-15", "2026-09-14"),
        ("nd09", 4, "2026-09-15", "2026-12-14"),
    ],
)
def test_quarters_of_both_schemes(scheme: str, quarter: int, first: str, last: str) -> None:
    expected = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert report_quarters(2026, quarter, quarter, scheme=scheme) == expected


@pytest.mark.parametrize(
    ("last", "ends"), [(2, date(2026, 6, 14)), (3, date(2026, 9, 14)), (4, date(2026, 12, 14))]
)
def test_six_and_nine_months_and_the_year_are_cumulative(last: int, ends: date) -> None:
    assert report_quarters(2026, 1, last, scheme="nd09") == Period(date(2025, 12, 15), ends)


def test_the_default_scheme_is_calendar_quarters() -> None:
    assert report_quarters(2026, 1, 4) == Period(date(2026, 1, 1), date(2026, 12, 31))


@given(st.integers(2000, 2099), st.integers(1, 4), st.sampled_from(["calendar", "nd09"]))
def test_quarters_follow_each_other_without_a_gap(year: int, quarter: int, scheme: str) -> None:
    this = report_quarters(year, quarter, quarter, scheme=scheme)
    year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)
    following = report_quarters(year, quarter, quarter, scheme=scheme)
    assert following.first - this.last == timedelta(days=1)


@pytest.mark.parametrize(("month", "days"), [(1, 31), (2, 28), (11, 30), (12, 31)])
def test_a_calendar_month(month: int, days: int) -> None:
    expected = Period(date(2026, month, 1), date(2026, month, days))
    assert calendar_month(2026, month) == expected


@pytest.mark.parametrize(
    ("year", "first", "last", "key"),
    [
        (2026, 0, 1, "period.first"),
        (2026, 5, 5, "period.first"),
        (2026, 2, 1, "period.last"),
        (2026, 1, 5, "period.last"),
        (1999, 1, 1, "period.year"),
        (2101, 1, 1, "period.year"),
        ("2026", 1, 1, "period.year"),
        (2026, True, 1, "period.first"),
        (2026, 1, None, "period.last"),
    ],
)
def test_impossible_quarters_are_refused(year: Any, first: Any, last: Any, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        report_quarters(year, first, last)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("year", "month", "key"),
    [(2026, 0, "month"), (2026, 13, "month"), (1999, 1, "year"), (2101, 1, "year")],
)
def test_impossible_months_are_refused(year: int, month: int, key: str) -> None:
    with pytest.raises(ConfigError, match=r"a whole number from (1 to 12|2000 to 2100)") as caught:
        calendar_month(year, month)
    assert caught.value.key == f"period.{key}"


def test_the_first_and_the_last_year_are_taken() -> None:
    assert calendar_month(2000, 1).first == date(2000, 1, 1)
    assert calendar_month(2100, 12).last == date(2100, 12, 31)


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="calendar, nd09") as caught:
        report_quarters(2026, 1, 1, scheme="nd9")
    assert caught.value.key == "scheme"


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "period.last: lies before the first day"),
        (datetime(2026, 3, 2), date(2026, 3, 3), "period.first: is not a day"),
        (date(2026, 3, 2), "2026-03-03", "period.last: is not a day"),
        (None, date(2026, 3, 3), "period.first: is not a day"),
    ],
)
def test_an_impossible_period_is_refused(first: Any, last: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Period(first, last)
    assert str(caught.value) == message


def test_one_day_is_a_period() -> None:
    day = date(2026, 3, 2)
    assert Period(day, day).first == day
