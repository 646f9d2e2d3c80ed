"""What a rule is, and the few comparisons rules are written with.

A predicate is an Ibis expression over a case. Null makes a comparison not true, as in SQL.
``age(t) > n`` is written as "t falls on a day before the n-th working day back", one constant
per run: working days never go back, so both say the same and the engine compares integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from khop.config.domain_tables import Tables
from khop.mappings.records import Instant
from khop.mappings.time.calendar import WorkingCalendar
from khop.sync.reconciling.rules.numbers import default_number
from khop.text.local_time import DAY_US, LOCAL, LOCAL_OFFSET_US

_MINUTE_US = 60 * 1_000_000


class Severity(StrEnum):
    """S1 grave … S4 information (docs/domain.md, Audit)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


@dataclass(slots=True)
class Limit:
    """What rules ask of the age of one time: whether more than so many working days, or more
    than such a span, have passed, and whether it lies on a later day than ``now``."""

    moment: ir.IntegerValue
    working_days: set[int] = field(default_factory=set)
    spans: set[timedelta] = field(default_factory=set)
    by_day: bool = False


class Limits:
    """Every age that rules ask for, gathered while they are asked."""

    def __init__(self) -> None:
        self._found: dict[object, Limit] = {}

    def __iter__(self) -> Iterator[Limit]:
        return iter(self._found.values())

    def of(self, moment: ir.IntegerValue) -> Limit:
        """What is asked of this time so far."""
        return self._found.setdefault(moment.op(), Limit(moment))


@dataclass(frozen=True, slots=True)
class Clock:
    """The run's fixed ``now``, and the province's tables and numbers the rules measure with.

    ``rule`` is the rule that measures; ``grace_by_rule`` gives single rules another grace.
    ``limits``: where each age that is asked for is written down.
    """

    now: datetime
    tables: Tables
    grace: int = 1
    grace_by_rule: Mapping[str, int] = field(default_factory=dict)
    differs_minutes: int = 15
    parameters: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rule: str = ""
    limits: Limits = field(default_factory=Limits, compare=False)

    def of(self, rule: str) -> Clock:
        """This clock in the hands of another rule: whether that one fires is by its grace."""
        return replace(self, rule=rule)

    @property
    def calendar(self) -> WorkingCalendar:
        return self.tables.calendar

    @property
    def today_ord(self) -> int:
        """The number of the day of ``now`` among the working days."""
        return self.calendar.ord(self.now.astimezone(LOCAL).date())

    def number(self, name: str) -> int:
        """A number of the rule that measures: the province's own, else the packaged one."""
        own = self.parameters.get(self.rule, {}).get(name)
        return default_number(self.rule, name) if own is None else own

    def older_than(self, moment_us: ir.IntegerValue, span: timedelta) -> ir.BooleanValue:
        """The moment lies more than ``span`` of plain time before ``now``."""
        self.limits.of(moment_us).spans.add(span)
        return moment_us < Instant.of(self.now - span).us

    def older(self, moment_us: ir.IntegerValue, days: int | None = None) -> ir.BooleanValue:
        """``age(moment) > days``, in working days; ``days`` None is the grace."""
        grace = self.grace_by_rule.get(self.rule, self.grace)
        back = grace if days is None else days
        self.limits.of(moment_us).working_days.add(back)
        today = self.now.astimezone(LOCAL).date()
        first_within = self.calendar.first_with_ord(self.calendar.ord(today) - back)
        return moment_us < start_us(first_within)

    def on_a_later_day(self, moment_us: ir.IntegerValue) -> ir.BooleanValue:
        """The moment's day is after the day of ``now``."""
        self.limits.of(moment_us).by_day = True
        today = self.now.astimezone(LOCAL).date()
        return moment_us >= start_us(today + timedelta(days=1))


Predicate = Callable[[ir.Table, Clock], ir.BooleanValue]


class Excuse(StrEnum):
    """Events of a province's registers that explain late or massed entries (domain.md 6.3)."""

    OUTAGE = "outage"
    MIGRATION = "migration"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``shows``: the case's columns that a finding reports.

    ``acts``: who must act (CB officer in charge, TBP head of one-stop, TTDV head of the unit,
    QTHT administrator, KSTT procedure control). ``repairable``: a machine may repair it.
    ``basis``: where the rule comes from. ``graver``: when a finding is S1 whatever ``severity``
    says. ``excused_by``: registered events that explain what the rule sees.
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
    predicate: Predicate
    repairable: bool = False
    graver: Predicate | None = None
    excused_by: frozenset[Excuse] = frozenset()


def among(column: ir.IntegerValue, states: Iterable[int]) -> ir.BooleanValue:
    """The state is one of these; null is not."""
    return column.isin(sorted(int(state) for state in states))


class Moment(NamedTuple):
    """A time of a case: microseconds, and whether only its day is known (null: no)."""

    us: ir.IntegerValue
    by_day: ir.BooleanValue


def moment(case: ir.Table, *names: str) -> Moment:
    """The time of that name; of several the first that is known."""
    times = [case[f"{name}_us"] for name in names]
    flags = [_flag(case, name) for name in names]
    if len(names) == 1:
        return Moment(times[0], flags[0])
    known = [(time.notnull(), flag) for time, flag in zip(times, flags, strict=True)]
    return Moment(ibis.coalesce(*times), ibis.cases(*known, else_=False))


def differs(case: ir.Table, a: str, b: str, minutes: int) -> ir.BooleanValue:
    """Two times differ: by more than ``minutes``, or by day where one is known by day only."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    apart = (a_us - b_us).abs() > minutes * _MINUTE_US
    return ibis.ifelse(_by_day(case, a, b), _day(a_us) != _day(b_us), apart)


def before(case: ir.Table, a: str | Moment, b: str | Moment) -> ir.BooleanValue:
    """Time ``a`` lies before time ``b``; by day where one is known by day only."""
    first = moment(case, a) if isinstance(a, str) else a
    second = moment(case, b) if isinstance(b, str) else b
    by_day = first.by_day | second.by_day
    return ibis.ifelse(by_day, _day(first.us) < _day(second.us), first.us < second.us)


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
    return _flag(case, a) | _flag(case, b)


def _flag(case: ir.Table, name: str) -> ir.BooleanValue:
    """Whether only the day is known; a time without such a column has its time of day too."""
    if f"{name}_day" not in case.columns:
        return ibis.literal(False)
    return ibis.coalesce(case[f"{name}_day"], False)


def _day(moment_us: ir.IntegerValue) -> ir.IntegerValue:
    return (moment_us + LOCAL_OFFSET_US) // DAY_US


def start_us(day: date) -> int:
    """The first moment of a local day, in microseconds of UTC."""
    return Instant.of(datetime.combine(day, time(), tzinfo=LOCAL).astimezone(UTC)).us
