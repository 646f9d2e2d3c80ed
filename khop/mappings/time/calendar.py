"""Working days of Vietnam's civil service.

The country's holidays come from the ``holidays`` package, days that it lacks from
``data/calendar.toml``, and a province's own days from the caller (docs/domain.md, Calendar).
Working hours are in ``working_hours``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from khop.errors import ConfigError, RecordError
from khop.mappings.facts.packaged import load_table

#: The first and last day that the calendar can count.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_SATURDAY = 5


class DayError(RecordError, ValueError):
    """A day, or a number of days, that the calendar cannot count.

    It is a RecordError, because such a day comes from a bad record, and a ValueError for callers
    that pass days of their own.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("day", reason)


class WorkingCalendar:
    """Which days are worked, and how many working days lie between two days.

    ``days_off`` and ``worked_days`` are the province's; they replace the country's.
    ``announced_through``: the last year whose notice the caller's days contain, where that is
    later than the year of the packaged table. Each unit may have a calendar of its own. Raises
    ConfigError when a day is in both lists, or is not a date.
    """

    def __init__(
        self,
        days_off: Iterable[date] = (),
        worked_days: Iterable[date] = (),
        announced_through: int | None = None,
    ) -> None:
        own_off, own_worked = _own(days_off, "days_off"), _own(worked_days, "worked_days")
        if both := own_off & own_worked:
            raise ConfigError(
                f"{min(both)} is named as a day off and as a worked day; keep one", key="calendar"
            )
        table = load_table("calendar")
        self._announced_through: int = max(table["announced_through"], _own_year(announced_through))
        self._off = _dates(table["days_off"]) - own_worked | own_off
        self._worked = _dates(table["worked_days"]) - own_off | own_worked
        self._undecided = _dates(table["undecided"]) - own_off - own_worked
        self._years = _counted(self._off, self._worked)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, WorkingCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, ...]:
        return self._off, self._worked, self._undecided, self._announced_through

    def is_working(self, day: date) -> bool:
        """Whether the day is worked. Raises as ``ord``."""
        year, index = self._place(day)
        return year.counts[index] > (year.counts[index - 1] if index else year.before)

    def ord(self, day: date) -> int:
        """Working days from 1990-01-01 up to and including ``day``.

        Raises DayError outside 1990-2100, and for anything but a date; a datetime is refused.
        """
        year, index = self._place(day)
        return year.counts[index]

    def all_ords(self) -> list[int]:
        """``ord`` of every day from 1990-01-01 to 2100-12-31."""
        return [count for year in self._years.all() for count in year.counts]

    def age(self, day: date, today: date) -> int:
        """Working days after ``day`` up to ``today``; negative when ``day`` is later.

        ``ord(today) - ord(day)`` (docs/rules.md). Raises as ``ord``.
        """
        return self.ord(today) - self.ord(day)

    def first_with_ord(self, number: int) -> date:
        """The first day whose ``ord`` is at least ``number``.

        Raises DayError when there is none up to 2100, and when ``number`` is not whole.
        """
        _check_whole(number)
        year = self._years.of(FIRST_DAY.year)
        while year.counts[-1] < number:
            year = self._years.of(year.first.year + 1)
        return year.first + timedelta(days=bisect_left(year.counts, number))

    def add_working_days(self, day: date, number: int) -> date:
        """The day that is ``number`` working days after ``day``, counted from the next one.

        Zero gives ``day`` itself. Raises DayError for a negative number and one that is not
        whole, and as ``ord``.
        """
        _check_whole(number)
        if number < 0:
            raise DayError("working days are added forwards only")
        before = self.ord(day)
        return self.first_with_ord(before + number) if number else day

    def working_day_from(self, day: date) -> date:
        """``day`` itself when it is worked, else the next day that is. Raises DayError."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def provisional(self, year: int) -> bool:
        """Whether the year's days off are computed and not yet announced."""
        return year > self._announced_through

    def undecided_days(self, first: date, last: date) -> tuple[date, ...]:
        """Days from ``first`` to ``last`` whose notice was proposed and is not out yet.

        A day that the province names as off or worked is decided. Raises DayError for anything
        but a date.
        """
        _check_day(first)
        _check_day(last)
        return tuple(sorted(day for day in self._undecided if first <= day <= last))

    def provisional_between(self, first: date, last: date) -> bool:
        """Whether a notice could still change a count from ``first`` to ``last``.

        Raises DayError for anything but a date.
        """
        undecided = self.undecided_days(first, last)
        return bool(undecided) or self.provisional(last.year)

    def _place(self, day: date) -> tuple[_Year, int]:
        _check_day(day)
        year = self._years.of(day.year)
        return year, day.toordinal() - year.first_ordinal


@lru_cache(maxsize=32)
def _counted(off: frozenset[date], worked: frozenset[date]) -> _Years:
    """The years of all calendars with these days; counting them takes a while."""
    return _Years(off, worked)


class _Years:
    """The counts of each year, made when first needed; each year needs the years before it."""

    def __init__(self, off: frozenset[date], worked: frozenset[date]) -> None:
        self._off = off
        self._worked = worked
        self._made: list[_Year] = []

    def of(self, number: int) -> _Year:
        """The counts of a year. Raises DayError for one outside of 1990-2100."""
        if not FIRST_DAY.year <= number <= LAST_DAY.year:
            raise DayError(f"the calendar counts {FIRST_DAY.year}-{LAST_DAY.year} only")
        place = number - FIRST_DAY.year
        years = self._made
        if place >= len(years):
            # The list is copied, so that other threads never see one that is half built.
            years = list(years)
            while len(years) <= place:
                before = years[-1].counts[-1] if years else 0
                first = date(FIRST_DAY.year + len(years), 1, 1)
                years.append(_Year(first, before, self._working_days(first)))
            self._made = years
        return years[place]

    def all(self) -> list[_Year]:
        """Every year from 1990 to 2100."""
        self.of(LAST_DAY.year)
        return self._made

    def _working_days(self, first: date) -> list[bool]:
        from holidays import country_holidays

        public = country_holidays("VN", years=first.year)
        length = (date(first.year + 1, 1, 1) - first).days
        days = (first + timedelta(days=i) for i in range(length))
        return [self._worked_day(day, public, public.weekend_workdays) for day in days]

    def _worked_day(self, day: date, public: Collection[date], worked: Collection[date]) -> bool:
        if day in self._worked:
            return True
        if day in self._off:
            return False
        return day in worked or (day.weekday() < _SATURDAY and day not in public)


class _Year:
    """Running count of working days: ``counts[i]`` up to day ``i``, from ``before`` on."""

    __slots__ = ("before", "counts", "first", "first_ordinal")

    def __init__(self, first: date, before: int, working: list[bool]) -> None:
        self.first = first
        self.first_ordinal = first.toordinal()
        self.before = before
        self.counts: list[int] = []
        for worked in working:
            before += worked
            self.counts.append(before)


def _check_day(day: date) -> None:
    """Raises DayError for a datetime too: its day depends on the zone."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise DayError("is no date")


def _check_whole(number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int):
        raise DayError("working days are counted in whole numbers")


def _own(days: Iterable[date], key: str) -> frozenset[date]:
    found = tuple(days)
    # A datetime is a date, but equals no date.
    if any(isinstance(day, datetime) or not isinstance(day, date) for day in found):
        raise ConfigError("holds something that is no date", key=f"calendar.{key}")
    return frozenset(found)


def _own_year(year: int | None) -> int:
    if year is None:
        return FIRST_DAY.year
    if isinstance(year, bool) or not isinstance(year, int):
        raise ConfigError("is no year", key="calendar.announced_through")
    return year


def _dates(rows: Iterable[dict[str, date]]) -> frozenset[date]:
    return frozenset(row["date"] for row in rows)
