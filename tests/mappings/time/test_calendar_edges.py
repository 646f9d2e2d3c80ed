"""The first day of the calendar, and a province that works on New Year's Day."""

from __future__ import annotations

from datetime import date

from khop.mappings.time.calendar import WorkingCalendar


def test_working_days_are_counted_from_the_second_of_january_1990() -> None:
    """The first was a holiday, the second a Tuesday."""
    calendar = WorkingCalendar()
    days = [calendar.ord(date(1990, 1, day)) for day in (1, 2, 5, 6, 7, 8)]
    assert days == [0, 1, 4, 4, 4, 5]
    assert calendar.first_with_ord(1) == date(1990, 1, 2)


def test_a_province_may_work_on_the_first_day_of_a_year() -> None:
    new_year = date(2027, 1, 1)
    assert not WorkingCalendar().is_working(new_year)
    assert WorkingCalendar(worked_days=[new_year]).is_working(new_year)


def test_all_counts_are_those_of_each_day() -> None:
    calendar = WorkingCalendar()
    first, last = date(1990, 1, 1), date(2100, 12, 31)
    counts = calendar.all_ords()
    assert len(counts) == (last - first).days + 1
    for day in (first, date(2024, 2, 29), date(2026, 11, 24), date(2026, 12, 31), last):
        assert counts[(day - first).days] == calendar.ord(day)
