"""When an unchanged case must be compared again, because its age passes a limit.

By the passing of time alone a case changes what it fires only when the age of one of its times
crosses a limit of a rule. While predicates are built, the clock collects these limits
(``rules.clock.Asked``); for each case the next moment at which one is crossed is written into the
table ``recheck``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any

import ibis.expr.types as ir
import sqlalchemy as sa

from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError
from khop.sync.ledger.schema import recheck
from khop.sync.reconciling.batches import batches, parts
from khop.sync.reconciling.rules.clock import (
    Clock,
    Limit,
    days_ago_us,
    start_us,
    working_days_ago_us,
)
from khop.sync.reconciling.rules.rule import any_of
from khop.text.local_time import DAY_US


@dataclass(frozen=True, slots=True)
class _AgeLimits:
    """The limits of one time in the run of a clock, as numbers (``rules.clock.Limit``)."""

    working_days: frozenset[int]
    days: frozenset[int]
    by_day: bool

    @classmethod
    def of(cls, limit: Limit, clock: Clock) -> _AgeLimits:
        working_days, days = (
            frozenset(amount.of(clock.settings) for amount in amounts)
            for amounts in (limit.working_days, limit.days)
        )
        return cls(working_days, days, limit.by_day)


def aging_cases(cases: ir.Table, clock: Clock) -> ir.Table | None:
    """The cases with a time that has yet to cross one of the limits that the clock was asked for.

    Columns: ``subject``, then ``time_0``, ``time_1``, … in the order of the limits; None when
    nobody asked for an age.
    """
    limits = clock.asked.limits
    if not limits:
        return None
    young = any_of(
        limit.moment >= clock.asked.value(f"oldest_{number}", partial(_oldest_us, limit))
        for number, limit in enumerate(limits)
    )
    columns = {f"time_{number}": limit.moment for number, limit in enumerate(limits)}
    return cases.filter(young).select("subject", **columns)


def recheck_rows(
    cases: Iterable[Mapping[str, Any]], limits: Sequence[Limit], clock: Clock
) -> Iterator[dict[str, Any]]:
    """Rows of ``recheck`` for these rows of ``aging_cases``."""
    now_us, crossed = Instant.of(clock.now).us, _working_day_crossings(clock)
    numbers = [_AgeLimits.of(limit, clock) for limit in limits]
    for case in cases:
        moments = [
            moment
            for number, of_time in enumerate(numbers)
            if (time_us := case[f"time_{number}"]) is not None
            for moment in _moments(time_us, of_time, crossed)
            if moment > now_us
        ]
        if moments:
            yield {"subject": case["subject"], "due_us": min(moments)}


def write_rechecks(
    connection: sa.Connection,
    found: Iterable[Mapping[str, Any]],
    subjects: Collection[str] | None,
) -> None:
    """Replace the rechecks of the subjects, or of all (None), by these rows, a part at a time."""
    if subjects is None:
        connection.execute(sa.delete(recheck))
    else:
        for part in batches(sorted(subjects)):
            connection.execute(sa.delete(recheck).where(recheck.c.subject.in_(part)))
    for rows in parts(found):
        connection.execute(sa.insert(recheck), rows)


def _oldest_us(limit: Limit, clock: Clock) -> int:
    """The oldest time that can still cross one of its limits."""
    oldest = [Instant.of(clock.now).us] if limit.by_day else []
    oldest += [days_ago_us(clock, amount) for amount in limit.days]
    oldest += [working_days_ago_us(clock, amount) for amount in limit.working_days]
    return min(oldest)


def _moments(
    time_us: int, limits: _AgeLimits, crossed: Callable[[int, int], int | None]
) -> Iterator[int]:
    """When this time crosses each of its limits."""
    for days in limits.working_days:
        if (moment := crossed(time_us, days)) is not None:
            yield moment
    yield from (time_us + days * DAY_US + 1 for days in limits.days)
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
