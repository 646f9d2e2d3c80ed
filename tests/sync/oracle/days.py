"""Days, times and codes, as the second opinion (``oracle``) reads them: from the specs alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache

#: Microseconds of UTC, and whether only the day is known.
Time = tuple[int, bool]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Weekdays off, and Saturdays worked. Elsewhere only weekends are known to be off.
_OFF = {
    2021: "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9",
    2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
    2027: "1/1",
}
_WORKED = {2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}


def _days(table: Mapping[int, str]) -> set[date]:
    return {
        date(year, int(month), int(day))
        for year, text in table.items()
        for day, month in (part.split("/") for part in text.split())
    }


class Calendar:
    """Working days, counted from the first day of 1990."""

    def __init__(self) -> None:
        self._off, self._worked = _days(_OFF), _days(_WORKED)
        self.ord = cache(self._count)

    def _count(self, day: date) -> int:
        """Working days up to and including ``day``; weeks are counted, the table is corrected."""
        first = date(1990, 1, 1)  # a Monday
        weeks, rest = divmod((day - first).days + 1, 7)
        number = weeks * 5 + min(rest, 5)
        number -= sum(1 for off in self._off if off <= day)
        return number + sum(1 for worked in self._worked if worked <= day)


def local_date(us: int) -> date:
    moment = datetime(1970, 1, 1) + timedelta(microseconds=us + 7 * HOUR)
    return moment.date()


def before(one: Time | None, other: Time | None) -> bool:
    """Whether one is earlier: by day when either is known by its day alone."""
    if one is None or other is None:
        return False
    if one[1] or other[1]:
        return local_date(one[0]) < local_date(other[0])
    return one[0] < other[0]


def earliest(times: Iterable[Time | None]) -> Time | None:
    """The first of those that are known.

    Of a day and a moment within it, taken as the day: it is where either could have begun.
    """
    known = [time for time in times if time is not None]
    return min(known, key=lambda time: (time[0], not time[1])) if known else None


def first_known(*times: Time | None) -> Time | None:
    return next((time for time in times if time is not None), None)


_SHAPES = (
    (r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}-(\d{6})-(\d{4})", "20"),
    (r"[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,6}-(\d{6})-(\d{4})", "20"),
    (r".+-(\d{6})-(\d{6,7})", "20"),
    (r"[A-Y]\d{2}(?:\.[0-9A-Z]{1,3})*-(\d{8})-(\d{4,7})", ""),
    (r".+-(\d{6})-(\d{5})", "20"),
)


def read_code(code: str) -> tuple[date | None, str] | None:
    """(date, serial) of a code of a known shape; the date None when its digits are no day."""
    for pattern, century in _SHAPES:
        if found := re.fullmatch(pattern, code, re.ASCII):
            return _day(f"{century}{found[1]}"), found[2]
    return None


def _day(digits: str) -> date | None:
    """A day that calendars count; taken as none outside 1990-2100."""
    try:
        day = datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None
