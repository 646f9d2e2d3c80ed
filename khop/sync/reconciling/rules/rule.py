"""What a rule is, and the comparisons that rules are written with.

A predicate is an Ibis expression over a case. Null makes a comparison not true, as in SQL. A rule
that fires *because* a value is null asks ``blank``, which does not hold where the value could not
be read (``unread``). Ages and numbers come from the clock (``rules.clock``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from khop.sync.reconciling.rules.clock import Clock
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

if TYPE_CHECKING:
    import ibis.expr.types as ir

_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US


class Severity(StrEnum):
    """S1 grave … S4 information (docs/domain.md, Audit)."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"


Predicate: TypeAlias = "Callable[[ir.Table, Clock], ir.BooleanValue]"


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
    found = truth(False)
    for side, _, column in (name.partition("_") for name in names):
        found = found | fires(case[f"{side}_unread"].contains(f" {column} "))
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
    import ibis

    chosen, by_day = [], []
    for name, time_us, flag in zip(names, times, flags, strict=True):
        lost = unread(case, name)
        chosen += [(time_us.notnull(), time_us), (lost, ibis.null("int64"))]
        by_day += [(time_us.notnull(), flag), (lost, truth(False))]
    return Moment(ibis.cases(*chosen), ibis.cases(*by_day, else_=False))


def differs(case: ir.Table, a: str, b: str, minutes: ir.IntegerValue) -> ir.BooleanValue:
    """Two times lie more than ``minutes`` apart; where one is known by day only, the days
    differ."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    apart = (a_us - b_us).abs() > minutes * _MINUTE_US
    return _by_day(case, a, b).ifelse(_day(a_us) != _day(b_us), apart)


def before(case: ir.Table, a: str | Moment, b: str | Moment) -> ir.BooleanValue:
    """Time ``a`` lies before time ``b``; where one is known by day only, days are compared."""
    first = moment(case, a) if isinstance(a, str) else a
    second = moment(case, b) if isinstance(b, str) else b
    by_day = first.by_day | second.by_day
    return by_day.ifelse(_day(first.us) < _day(second.us), first.us < second.us)


def apart_by(
    case: ir.Table, a: str, b: str, distance_us: ir.IntegerValue, tolerance_us: ir.IntegerValue
) -> ir.BooleanValue:
    """Two times lie ``distance_us`` apart, tolerance inclusive; false where one is known by day
    only."""
    gap = (case[f"{a}_us"] - case[f"{b}_us"]).abs()
    near = (gap - distance_us).abs() <= tolerance_us
    return near & ~_by_day(case, a, b)


def on_a_later_day(case: ir.Table, a: str, b: str) -> ir.BooleanValue:
    """Time ``a`` lies on a later local day than time ``b``."""
    return _day(case[f"{a}_us"]) > _day(case[f"{b}_us"])


def in_the_same_second(case: ir.Table, a: str, b: str) -> ir.BooleanValue:
    """Two times are equal when they are cut to seconds; false where one is known by day only."""
    a_us, b_us = case[f"{a}_us"], case[f"{b}_us"]
    return (a_us // _SECOND_US == b_us // _SECOND_US) & ~_by_day(case, a, b)


def any_of(parts: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    """At least one holds; an unknown one counts as not holding."""
    found = truth(False)
    for part in parts:
        found = found | fires(part)
    return found


def fires(predicate: ir.BooleanValue) -> ir.BooleanValue:
    """Whether the predicate is true, with unknown as false."""
    return predicate.coalesce(False)


def truth(value: bool) -> ir.BooleanValue:
    """The same truth for every case."""
    import ibis

    return cast("ir.BooleanValue", ibis.literal(value))


def earliest(*times: ir.IntegerValue) -> ir.IntegerValue:
    """The least of these that are known."""
    import ibis

    return cast("ir.IntegerValue", ibis.least(*times))


def _by_day(case: ir.Table, a: str, b: str) -> ir.BooleanValue:
    return _flag(case, a) | _flag(case, b)


def _flag(case: ir.Table, name: str) -> ir.BooleanValue:
    """Whether only the day of this time is known; times without a ``_day`` column are exact."""
    if f"{name}_day" not in case.columns:
        return truth(False)
    return fires(case[f"{name}_day"])


def _day(moment_us: ir.IntegerValue) -> ir.IntegerValue:
    return (moment_us + LOCAL_OFFSET_US) // DAY_US
