"""Times and working days, as docs/rules.md compares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from khop.sandbox.truth.statements import Time

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class WorkingDays(Protocol):
    """Counts working days."""

    def order(self, day: int) -> int:
        """Working days up to and including ``day`` (local days since 1970)."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the rules, which a province may change (docs/rules.md)."""

    grace: int = 1
    grace_by_rule: Mapping[str, int] = field(default_factory=dict)
    differs_minutes: int = 15
    shift_hours: int = 7
    shift_tolerance_minutes: int = 1
    late_entry_days: int = 1
    code_date_days: int = 1
    supplement_days: int = 30
    under_way_days: int = 10
    counter_days: int = 30
    after_due_minutes: int = 15
    late_request_days: int = 3
    request_near_due_days: int = 1
    withdrawal_near_due_days: int = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of judgement (``now``: microseconds of UTC), and what ages are measured with."""

    now: int
    calendar: WorkingDays
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def today(self) -> int:
        return local_day(self.now)

    def order(self, time: Time) -> int:
        """The number of the time's day among the working days."""
        return self.calendar.order(local_day(time[0]))

    def aged(self, rule: str, time: Time | None, days: int | None = None) -> bool:
        """Whether more than ``days`` working days have passed; None: the rule's grace."""
        if time is None:
            return False
        if days is None:
            days = self.numbers.grace_by_rule.get(rule, self.numbers.grace)
        return self.calendar.order(self.today) - self.order(time) > days


def local_day(us: int) -> int:
    """The day in Viet Nam (UTC+7), in days since 1970."""
    return (us + 7 * HOUR) // DAY


def before(one: Time | None, other: Time | None) -> bool:
    """Whether one is earlier; by day when either is known by its day alone."""
    if one is None or other is None:
        return False
    if one[1] or other[1]:
        return local_day(one[0]) < local_day(other[0])
    return one[0] < other[0]


def earliest(times: Iterable[Time | None]) -> Time | None:
    """The first of those that are known. A day comes before a moment at its start."""
    known = [time for time in times if time is not None]
    return min(known, key=lambda time: (time[0], not time[1])) if known else None


def first_known(*times: Time | None) -> Time | None:
    return next((time for time in times if time is not None), None)
