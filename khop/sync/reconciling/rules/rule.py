"""What a rule is, and the comparisons that rules are written with.

A predicate is an Ibis expression over a case. Null makes a comparison not true, as in SQL. A rule
that fires *because* a value is null asks ``blank``, which does not hold where the value could not
be read (``unread``).
``age(t) > n`` is written as "t lies before the first day whose working-day number is that of
today minus n". That day is one constant per run, so the database compares integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
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
    """What rules ask about the age of one time: ``working_days`` and ``spans`` it is compared
    with, and whether its day is compared with today (``by_day``)."""

    moment: ir.IntegerValue
    working_days: set[int] = field(default_factory=set)
    spans: set[timedelta] = field(default_factory=set)
    by_day: bool = False


class Limits:
    """The limits of every time whose age was asked for, collected while predicates are built."""

    def __init__(self) -> None:
        self._found: dict[object, Limit] = {}

    def __iter__(self) -> Iterator[Limit]:
        return iter(self._found.values())

    def of(self, moment: ir.IntegerValue) -> Limit:
        """The limits of this time, to be added to."""
        return self._found.setdefault(moment.op(), Limit(moment))


@dataclass(frozen=True, slots=True)
class Clock:
    """The run's fixed ``now``, and the province's tables and settings that rules measure with.

    ``rule``: id of the rule that measures; its own grace and numbers are used. ``limits``
    collects every age that is asked for.
    """

    now: datetime
    tables: Tables
    settings: RuleSettings = field(default_factory=RuleSettings)
    rule: str = ""
    limits: Limits = field(default_factory=Limits, compare=False)

    def of(self, rule: str) -> Clock:
        """The same clock with the grace and the numbers of another rule."""
        return replace(self, rule=rule)

    @property
    def calendar(self) -> WorkingCalendar:
        return self.tables.calendar

    @property
    def today(self) -> date:
        """The local day of ``now``."""
        return self.now.astimezone(LOCAL).date()

    @property
    def today_ord(self) -> int:
        """The number of today among the working days."""
        return self.calendar.ord(self.today)

    def number(self, name: str) -> int:
        """A number of the rule: the province's own, else the packaged one."""
        own = self.settings.numbers.get(self.rule, {}).get(name)
        return default_number(self.rule, name) if own is None else own

    def older_than(self, moment_us: ir.IntegerValue, span: timedelta) -> ir.BooleanValue:
        """The moment lies more than ``span`` of plain time before ``now``."""
        self.limits.of(moment_us).spans.add(span)
        return moment_us < Instant.of(self.now - span).us

    def older(self, moment_us: ir.IntegerValue, days: int | None = None) -> ir.BooleanValue:
        """``age(moment) > days``, in working days; ``days`` None is the rule's grace."""
        if days is None:
            days = self.settings.grace_by_rule.get(self.rule, self.settings.grace)
        self.limits.of(moment_us).working_days.add(days)
        first_within = self.calendar.first_with_ord(self.today_ord - days)
        return moment_us < start_us(first_within)

    def on_a_later_day(self, moment_us: ir.IntegerValue) -> ir.BooleanValue:
        """The moment's day is after today."""
        self.limits.of(moment_us).by_day = True
        return moment_us >= start_us(self.today + timedelta(days=1))


Predicate = Callable[[ir.Table, Clock], ir.BooleanValue]


class Excuse(StrEnum):
    """Registered events that explain late entries or many entries at once (docs/rules.md)."""

    OUTAGE = "outage"
    MIGRATION = "migration"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``shows``: the case's columns that a finding reports. ``acts``: who must act (CB officer in
    charge, TBP head of one-stop, TTDV head of the unit, QTHT administrator, KSTT procedure
    control). ``repairable``: a machine may repair it. ``basis``: the law or the page that the
    rule comes from. ``graver``: findings for which this holds are S1, whatever ``severity`` is.
    ``excused_by``: kinds of registered events for which the rule does not fire.
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


def unread(case: ir.Table, *names: str) -> ir.BooleanValue:
    """Whether a source has a value for one of these columns that could not be read.

    ``names``: as ``os_received``. Such a column is null, and nothing is known of its value.
    """
    found = ibis.literal(False)
    for side, _, column in (name.partition("_") for name in names):
        found = found | ibis.coalesce(case[f"{side}_unread"].contains(f" {column} "), False)
    return found


def blank(case: ir.Table, name: str) -> ir.BooleanValue:
    """The source has no value: the column is null, and not because it could not be read."""
    column = case[f"{name}_us" if f"{name}_us" in case.columns else name]
    return column.isnull() & ~unread(case, name)


def moment(case: ir.Table, *names: str) -> Moment:
    """The time of that name; of several the first that is known. None where one before it could
    not be read."""
    times = [case[f"{name}_us"] for name in names]
    flags = [_flag(case, name) for name in names]
    if len(names) == 1:
        return Moment(times[0], flags[0])
    chosen, by_day = [], []
    for name, time_us, flag in zip(names, times, flags, strict=True):
        lost = unread(case, name)
        chosen += [(time_us.notnull(), time_us), (lost, ibis.null("int64"))]
        by_day += [(time_us.notnull(), flag), (lost, ibis.literal(False))]
    return Moment(ibis.cases(*chosen), ibis.cases(*by_day, else_=False))


def differs(case: ir.Table, a: str, b: str, minutes: int) -> ir.BooleanValue:
    """Two times lie more than ``minutes`` apart; where one is known by day only, the days
    differ."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    apart = (a_us - b_us).abs() > minutes * _MINUTE_US
    return ibis.ifelse(_by_day(case, a, b), _day(a_us) != _day(b_us), apart)


def before(case: ir.Table, a: str | Moment, b: str | Moment) -> ir.BooleanValue:
    """Time ``a`` lies before time ``b``; where one is known by day only, days are compared."""
    first = moment(case, a) if isinstance(a, str) else a
    second = moment(case, b) if isinstance(b, str) else b
    by_day = first.by_day | second.by_day
    return ibis.ifelse(by_day, _day(first.us) < _day(second.us), first.us < second.us)


def apart_by(
    case: ir.Table, a: str, b: str, distance_us: int, tolerance_us: int
) -> ir.BooleanValue:
    """Two times lie ``distance_us`` apart, tolerance inclusive; false where one is known by day
    only."""
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
    """Whether only the day of this time is known; times without a ``_day`` column are exact."""
    if f"{name}_day" not in case.columns:
        return ibis.literal(False)
    return ibis.coalesce(case[f"{name}_day"], False)


def _day(moment_us: ir.IntegerValue) -> ir.IntegerValue:
    return (moment_us + LOCAL_OFFSET_US) // DAY_US


def start_us(day: date) -> int:
    """The first moment of a local day, in microseconds of UTC."""
    return Instant.of(datetime.combine(day, time(), tzinfo=LOCAL).astimezone(UTC)).us
