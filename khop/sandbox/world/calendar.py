"""Working days of the simulated province (docs/domain.md, Calendar), in whole days since 1970.

A local day is a day of Asia/Ho_Chi_Minh, which is UTC+7 without daylight saving.
"""

from __future__ import annotations

from datetime import date, timedelta

import holidays

DAY = 86_400
LOCAL_OFFSET = 7 * 3600
_EPOCH = date(1970, 1, 1)

#: What the yearly notices add to the holidays by law (docs/domain.md, Calendar).
DAYS_OFF = ("2026-01-02", "2026-08-31", "2026-11-24")
WORKED_DAYS = ("2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22")


def day_of(seconds: int) -> int:
    """The local day a moment (seconds of UTC since 1970) falls on."""
    return (seconds + LOCAL_OFFSET) // DAY


def midnight(day: int) -> int:
    """The moment a local day begins, in seconds of UTC since 1970."""
    return day * DAY - LOCAL_OFFSET


def from_date(day: date) -> int:
    """The local day of a date."""
    return (day - _EPOCH).days


def to_date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


class Calendar:
    """Working days from 1 January of ``first`` to 31 December of ``last``."""

    def __init__(self, first: int, last: int) -> None:
        off = set(holidays.country_holidays("VN", years=range(first, last + 1)))
        off |= {date.fromisoformat(text) for text in DAYS_OFF}
        worked = {date.fromisoformat(text) for text in WORKED_DAYS}
        self._first = from_date(date(first, 1, 1))
        self._counts: list[int] = []
        self._working: list[int] = []
        for day in range(self._first, from_date(date(last, 12, 31)) + 1):
            today = to_date(day)
            if today in worked or (today.weekday() < 5 and today not in off):
                self._working.append(day)
            self._counts.append(len(self._working))

    def order(self, day: int) -> int:
        """``ord``: working days up to and including ``day`` (docs/rules.md).

        Days outside the calendar count as its first or last day.
        """
        index = min(max(day - self._first, 0), len(self._counts) - 1)
        return self._counts[index]

    def day_at(self, order: int) -> int:
        """The working day whose ``order`` this is."""
        return self._working[order - 1]

    def after(self, day: int, working_days: int) -> int:
        """The working day that is ``working_days`` working days after ``day``."""
        return self.day_at(self.order(day) + working_days)
