"""When an unchanged case must be compared again, because its age passes a limit.

By the passing of time alone a case changes what it fires only when the age of one of its times
crosses a limit of a rule. While predicates are built, the clock collects these limits
(``rules.rule.Limits``); for each case the next moment at which one is crossed is written into the
table ``recheck``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import ibis.expr.types as ir
import sqlalchemy as sa

from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError
from khop.sync.ledger.schema import recheck
from khop.sync.reconciling.batches import batches
from khop.sync.reconciling.rules import Clock, Rule
from khop.sync.reconciling.rules.rule import Limit, Limits, any_of, start_us


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """The limits of one time of a case, without the time itself (``rules.rule.Limit``)."""

    working_days: frozenset[int]
    spans_us: frozenset[int]
    by_day: bool

    @classmethod
    def of(cls, limit: Limit) -> AgeLimits:
        spans = (span // timedelta(microseconds=1) for span in limit.spans)
        return cls(frozenset(limit.working_days), frozenset(spans), limit.by_day)


def aging_cases(
    cases: ir.Table, rules: Iterable[Rule], clock: Clock
) -> tuple[ir.Table | None, tuple[AgeLimits, ...]]:
    """The cases with a time that has yet to cross a limit, and the limits of each column.

    Columns: ``subject``, then ``time_0``, ``time_1``, …; None when no rule asks for an age.
    """
    recording = replace(clock, limits=Limits())
    for rule in rules:
        rule.predicate(cases, recording.of(rule.id))
    limits = list(recording.limits)
    if not limits:
        return None, ()
    young = any_of(limit.moment >= _oldest_us(limit, clock) for limit in limits)
    columns = {f"time_{number}": limit.moment for number, limit in enumerate(limits)}
    return cases.filter(young).select("subject", **columns), tuple(map(AgeLimits.of, limits))


def recheck_rows(
    cases: Iterable[Mapping[str, Any]], limits: Sequence[AgeLimits], clock: Clock
) -> list[dict[str, Any]]:
    """Rows of ``recheck`` for these rows of ``aging_cases``."""
    now_us, crossed = Instant.of(clock.now).us, _working_day_crossings(clock)
    found = []
    for case in cases:
        moments = [
            moment
            for number, of_time in enumerate(limits)
            if (time_us := case[f"time_{number}"]) is not None
            for moment in _moments(time_us, of_time, crossed)
            if moment > now_us
        ]
        if moments:
            found.append({"subject": case["subject"], "due_us": min(moments)})
    return found


def write_rechecks(
    connection: sa.Connection,
    found: Sequence[Mapping[str, Any]],
    subjects: Collection[str] | None,
) -> None:
    """Replace the rechecks of the subjects, or of all (None), by these rows."""
    if subjects is None:
        connection.execute(sa.delete(recheck))
    else:
        for part in batches(sorted(subjects)):
            connection.execute(sa.delete(recheck).where(recheck.c.subject.in_(part)))
    if found:
        connection.execute(sa.insert(recheck), list(found))


def _oldest_us(limit: Limit, clock: Clock) -> int:
    """The oldest time that can still cross one of its limits."""
    now_us = Instant.of(clock.now).us
    oldest = [now_us] if limit.by_day else []
    oldest += [now_us - span // timedelta(microseconds=1) for span in limit.spans]
    if limit.working_days:
        first = clock.today_ord - max(limit.working_days)
        oldest.append(start_us(clock.calendar.first_with_ord(first)))
    return min(oldest)


def _moments(
    time_us: int, limits: AgeLimits, crossed: Callable[[int, int], int | None]
) -> Iterator[int]:
    """When this time crosses each of its limits."""
    for days in limits.working_days:
        if (moment := crossed(time_us, days)) is not None:
            yield moment
    yield from (time_us + span_us + 1 for span_us in limits.spans_us)
    if limits.by_day:
        yield start_us(Instant(time_us).local_date)


def _working_day_crossings(clock: Clock) -> Callable[[int, int], int | None]:
    """The function that says when ``age(moment) > days`` becomes true; None outside of the
    calendar. Most cases share their days, so the answers are kept."""

    @lru_cache(maxsize=100_000)
    def of_day(day: date, days: int) -> int | None:
        try:
            return start_us(clock.calendar.first_with_ord(clock.calendar.ord(day) + days + 1))
        except DayError:
            return None

    return lambda moment_us, days: of_day(Instant(moment_us).local_date, days)
