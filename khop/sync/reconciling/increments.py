"""Which cases a reconcile has to look at: those that changed, or whose age crosses a limit.

A case that nobody touches changes what it fires only by the passing of time. When it was looked
at, the next moment at which that can happen was written down (``recheck``). What decides beside the
cases is the basis: rules, numbers, calendar, sources; when that is another, all cases are
looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

import ibis.expr.types as ir
import sqlalchemy as sa

from khop.config.model import RuleSettings
from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError
from khop.sync.ledger.schema import (
    discrepancy,
    exclusion,
    last_reconcile,
    recheck,
    record_alias,
    source_record,
)
from khop.sync.reconciling.rules import Clock, Rule
from khop.sync.reconciling.rules.rule import Limit, Limits, any_of, start_us
from khop.sync.results import FindingState

_BATCH = 500


def basis_of(settings: RuleSettings, parts: Mapping[str, Any]) -> str:
    """Digest of what decides beside the cases."""
    told = {"rules": settings.model_dump(mode="json"), **parts}
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def read_last_reconcile(connection: sa.Connection) -> sa.Row[Any] | None:
    """What the last reconcile wrote down of itself."""
    return connection.execute(sa.select(last_reconcile)).first()


def write_reconcile(
    connection: sa.Connection, now_us: int, basis: str, cases: int, unmapped: int
) -> None:
    """Write down what this reconcile was."""
    connection.execute(sa.delete(last_reconcile))
    connection.execute(
        sa.insert(last_reconcile).values(
            id=1, now_us=now_us, basis=basis, cases=cases, unmapped=unmapped
        )
    )


def subjects_to_see(connection: sa.Connection, touched: Iterable[str], now_us: int) -> set[str]:
    """The subjects that these codes can change anything of, and those due for a recheck by ``now``.

    A dossier and its aliases hang together: what is said under one code is said of all of them.
    A finding whose exclusion has ended brings its subject back.
    """
    overdue = connection.scalars(sa.select(recheck.c.subject).where(recheck.c.due_us <= now_us))
    seen: set[str] = set()
    new = {*touched, *overdue, *_readmitted(connection, now_us)}
    while new:
        seen |= new
        new = {*_beside(connection, new)} - seen
    return seen


def _readmitted(connection: sa.Connection, now_us: int) -> Iterator[str]:
    """Subjects of findings that are excluded by what holds no more."""
    same = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
    )
    ended = (
        sa.select(discrepancy.c.subject)
        .join(exclusion, same)
        .where(discrepancy.c.state == FindingState.EXCLUDED.value, exclusion.c.until_us < now_us)
    )
    yield from connection.scalars(ended)


def _beside(connection: sa.Connection, codes: Collection[str]) -> Iterator[str]:
    """Dossiers that have one of these as an alias, and aliases of these dossiers."""
    same = sa.and_(
        record_alias.c.source == source_record.c.source,
        record_alias.c.native_id == source_record.c.native_id,
    )
    owners = sa.select(source_record.c.code).join(record_alias, same)
    aliases = sa.select(record_alias.c.alias).join(source_record, same)
    listed = sorted(codes)
    for start in range(0, len(listed), _BATCH):
        part = listed[start : start + _BATCH]
        yield from connection.scalars(owners.where(record_alias.c.alias.in_(part)))
        yield from connection.scalars(aliases.where(source_record.c.code.in_(part)))


# --- when to look again -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recheck:
    """When a case can change its mind by one of its times (``rules.rule.Limit``)."""

    working_days: frozenset[int]
    spans_us: frozenset[int]
    by_day: bool

    @classmethod
    def by(cls, limit: Limit) -> Recheck:
        spans = (span // timedelta(microseconds=1) for span in limit.spans)
        return cls(frozenset(limit.working_days), frozenset(spans), limit.by_day)


def rechecked(
    cases: ir.Table, rules: Iterable[Rule], clock: Clock
) -> tuple[ir.Table | None, tuple[Recheck, ...]]:
    """The cases that time alone can change, with a column for each time whose age a rule asks
    for, and what is asked of these columns; None when no rule asks for any."""
    recording = replace(clock, limits=Limits())
    for rule in rules:
        rule.predicate(cases, recording.of(rule.id))
    limits = list(recording.limits)
    if not limits:
        return None, ()
    young = any_of(limit.moment >= _oldest_us(limit, clock) for limit in limits)
    columns = {f"time_{number}": limit.moment for number, limit in enumerate(limits)}
    return cases.filter(young).select("subject", **columns), tuple(map(Recheck.by, limits))


def recheck_rows(
    cases: Iterable[Mapping[str, Any]], ages: Sequence[Recheck], clock: Clock
) -> list[dict[str, Any]]:
    """Rows of ``recheck`` for these cases."""
    now_us, flip = Instant.of(clock.now).us, _flips(clock)
    found = []
    for case in cases:
        moments = [
            moment
            for number, how in enumerate(ages)
            if (time_us := case[f"time_{number}"]) is not None
            for moment in _moments(time_us, how, flip)
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
    """Put these in place of what was written of the subjects; None: of all."""
    if subjects is None:
        connection.execute(sa.delete(recheck))
    else:
        listed = sorted(subjects)
        for start in range(0, len(listed), _BATCH):
            part = listed[start : start + _BATCH]
            connection.execute(sa.delete(recheck).where(recheck.c.subject.in_(part)))
    if found:
        connection.execute(sa.insert(recheck), list(found))


def _oldest_us(limit: Limit, clock: Clock) -> int:
    """No time before this one can still cross a limit."""
    now_us = Instant.of(clock.now).us
    oldest = [now_us] if limit.by_day else []
    oldest += [now_us - span // timedelta(microseconds=1) for span in limit.spans]
    if limit.working_days:
        first = clock.today_ord - max(limit.working_days)
        oldest.append(start_us(clock.calendar.first_with_ord(first)))
    return min(oldest)


def _moments(time_us: int, how: Recheck, flip: Callable[[int, int], int | None]) -> Iterator[int]:
    """When what is asked of this time gets another answer."""
    yield from (at for days in how.working_days if (at := flip(time_us, days)) is not None)
    yield from (time_us + span_us + 1 for span_us in how.spans_us)
    if how.by_day:
        yield start_us(Instant(time_us).local_date)


def _flips(clock: Clock) -> Callable[[int, int], int | None]:
    """When ``age(moment) > grace`` becomes true; None outside the calendar."""

    @lru_cache(maxsize=100_000)
    def of_day(day: Any, grace: int) -> int | None:
        try:
            return start_us(clock.calendar.first_with_ord(clock.calendar.ord(day) + grace + 1))
        except DayError:
            return None

    return lambda moment, grace: of_day(Instant(moment).local_date, grace)
