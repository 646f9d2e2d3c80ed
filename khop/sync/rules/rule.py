"""What a rule is, and the few comparisons rules are written with.

A predicate is an Ibis expression over a case. Null makes a comparison not true, as in SQL.
``age(t) > n`` is written as "t falls on a day before the n-th working day back", one constant
per run: working days never go back, so both say the same and the engine compares integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from khop.mappings.calendar import WorkingCalendar
from khop.mappings.records import DAY_US, LOCAL_OFFSET_US, Instant

_MINUTE_US = 60 * 1_000_000
_LOCAL = timezone(timedelta(hours=7))


class Severity(StrEnum):
    """S1 grave … S4 information (specs/domain.md 6.1)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


@dataclass(frozen=True, slots=True)
class Clock:
    """The run's fixed ``now`` and the numbers the rules measure with.

    ``rule`` is the rule that measures; ``grace_by_rule`` gives single rules another grace.
    """

    now: datetime
    calendar: WorkingCalendar
    grace: int = 1
    grace_by_rule: Mapping[str, int] = field(default_factory=dict)
    differs_minutes: int = 15
    rule: str = ""

    def of(self, rule: str) -> Clock:
        """This clock in the hands of another rule: whether that one fires is by its grace."""
        return replace(self, rule=rule)

    def older(self, moment_us: ir.IntegerValue, days: int | None = None) -> ir.BooleanValue:
        """``age(moment) > days``, in working days; ``days`` None is the grace."""
        grace = self.grace_by_rule.get(self.rule, self.grace)
        back = grace if days is None else days
        today = self.now.astimezone(_LOCAL).date()
        first_within = self.calendar.first_with_ord(self.calendar.ord(today) - back)
        return moment_us < _start_us(first_within)

    def on_a_later_day(self, moment_us: ir.IntegerValue) -> ir.BooleanValue:
        """The moment's day is after the day of ``now``."""
        today = self.now.astimezone(_LOCAL).date()
        return moment_us >= _start_us(today + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``shows``: the case's columns that a finding reports.

    ``acts``: who must act (CB officer in charge, TBP head of one-stop, TTDV head of the unit,
    QTHT administrator, KSTT procedure control). ``repairable``: a machine may repair it.
    ``basis``: where the rule comes from.
    """

    id: str
    name_en: str
    name_vi: str
    severity: Severity
    acts: str
    basis: str
    explanation_en: str
    explanation_vi: str
    shows: tuple[str, ...]
    predicate: Callable[[ir.Table, Clock], ir.BooleanValue]
    repairable: bool = False


def among(column: ir.IntegerValue, states: Iterable[int]) -> ir.BooleanValue:
    """The state is one of these; null is not."""
    return column.isin(sorted(int(state) for state in states))


def differs(case: ir.Table, a: str, b: str, minutes: int) -> ir.BooleanValue:
    """Two times differ: by more than ``minutes``, or by day where one is known by day only."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    apart = (a_us - b_us).abs() > minutes * _MINUTE_US
    return ibis.ifelse(_by_day(case, a, b), _day(a_us) != _day(b_us), apart)


def before(case: ir.Table, a: str, b: str) -> ir.BooleanValue:
    """Time ``a`` lies before time ``b``; by day where one is known by day only."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    return ibis.ifelse(_by_day(case, a, b), _day(a_us) < _day(b_us), a_us < b_us)


def apart_by(
    case: ir.Table, a: str, b: str, distance_us: int, tolerance_us: int
) -> ir.BooleanValue:
    """Two times known to the second lie ``distance_us`` apart, tolerance inclusive."""
    gap = (case[f"{a}_us"] - case[f"{b}_us"]).abs()
    near = (gap - distance_us).abs() <= tolerance_us
    return near & ~_by_day(case, a, b)


def any_of(parts: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """At least one holds; an unknown one counts as not holding."""
    found = ibis.literal(False)
    for part in parts:
        found = found | ibis.coalesce(part, False)
    return found


def fires(predicate: ir.BooleanValue) -> ir.BooleanValue:
    """Whether the predicate is true, with unknown as false."""
    return ibis.coalesce(predicate, False)


def _by_day(case: ir.Table, a: str, b: str) -> ir.BooleanValue:
    return ibis.coalesce(case[f"{a}_day"], False) | ibis.coalesce(case[f"{b}_day"], False)


def _day(moment_us: ir.IntegerValue) -> ir.IntegerValue:
    return (moment_us + LOCAL_OFFSET_US) // DAY_US


def _start_us(day: date) -> int:
    return Instant.of(datetime.combine(day, time(), tzinfo=_LOCAL).astimezone(UTC)).us
