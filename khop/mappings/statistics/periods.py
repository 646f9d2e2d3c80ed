"""The periods of reports (docs/domain.md, Periods).

Two schemes are in use: calendar quarters, and quarters that begin on the 15th of the month before.
The unit chooses which one a report follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table

_MONTHS = 12
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``first`` to ``last``, both included. Raises ConfigError."""

    first: date
    last: date

    def __post_init__(self) -> None:
        for name, day in (("first", self.first), ("last", self.last)):
            if not isinstance(day, date) or isinstance(day, datetime):
                raise ConfigError("is not a day", key=f"period.{name}")
        if self.last < self.first:
            raise ConfigError("lies before the first day", key="period.last")


def calendar_month(year: int, month: int) -> Period:
    """One month, from its first day to its last. Raises ConfigError."""
    place = _number(year, 2000, 2100, "year") * _MONTHS + _number(month, 1, _MONTHS, "month") - 1
    return _between(place, place + 1, 1)


def report_quarters(year: int, first: int, last: int, *, scheme: str = "calendar") -> Period:
    """From quarter ``first`` to quarter ``last`` of a report year.

    (1, 1) is the first quarter, (1, 2) six months, (1, 3) nine, (1, 4) the year. ``scheme``:
    ``calendar`` or ``nd09``. Raises ConfigError.
    """
    begins = _number(first, 1, _QUARTERS, "first")
    ends = _number(last, begins, _QUARTERS, "last")
    first_day, before = _scheme(scheme)
    january = _number(year, 2000, 2100, "year") * _MONTHS - before
    return _between(january + 3 * (begins - 1), january + 3 * ends, first_day)


def _scheme(id: str) -> tuple[int, int]:
    rows = load_table("statistics")["scheme"]
    for row in rows:
        if row["id"] == id:
            return row["first_day"], row["months_before"]
    known = ", ".join(row["id"] for row in rows)
    raise ConfigError(f"is not a scheme of report periods; write one of {known}", key="scheme")


def _between(begin: int, end: int, first_day: int) -> Period:
    """From ``first_day`` of month ``begin`` to the day before that of month ``end``; months are
    counted from year 0."""
    first, after = (
        date(place // _MONTHS, place % _MONTHS + 1, first_day) for place in (begin, end)
    )
    return Period(first, after - timedelta(days=1))


def _number(value: int, least: int, most: int, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise ConfigError(f"is not a whole number from {least} to {most}", key=f"period.{name}")
