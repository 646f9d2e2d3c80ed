"""Which cases a reconcile has to look at: those that changed, or whose age crosses a limit.

A case that nobody touches changes what it fires only by the passing of time. When it was looked
at, the next moment at which that can happen was written down (``wake``). What decides beside the
cases is the basis: rules, numbers, calendar, sources; when that is another, all cases are
looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import ibis.expr.types as ir
import sqlalchemy as sa

from khop.config import RuleSettings
from khop.mappings.calendar import DayError
from khop.mappings.records import Instant, Status
from khop.sync.ledger.schema import (
    discrepancy,
    exclusion,
    reconciled,
    record_alias,
    source_record,
    wake,
)
from khop.sync.results import FindingState
from khop.sync.rules import Clock
from khop.sync.rules.existence import alone_since
from khop.sync.rules.rule import any_of, start_us

_BATCH = 500

#: Case times that a rule measures the age of, in working days.
_AGED = (
    *("os_submitted_us", "os_received_us", "os_finished_us", "os_changed_us"),
    *("lb_received_us", "lb_returned_us", "rg_signed_us", "ps_handed_us", "ps_delivered_us"),
)
#: The same of the portal, but for dossiers alone that no one-stop has: where all were first looked
#: up in one week, every case would wake soon after, and for nothing.
_ALONE = "po_alone_us"
#: Case times that a rule compares with the day of ``now``.
_DATED = ("os_received_us", "os_finished_us")
_WAITING = ("os_status", "os_supplement_us", "os_changed_us")
_MEASURED = (*_AGED, _ALONE)
_COLUMNS = ("subject", *dict.fromkeys((*_MEASURED, *_DATED, *_WAITING)))


def basis_of(settings: RuleSettings, parts: Mapping[str, Any]) -> str:
    """Digest of what decides beside the cases."""
    told = {"rules": settings.model_dump(mode="json"), **parts}
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def last_reconcile(connection: sa.Connection) -> sa.Row[Any] | None:
    """What the last reconcile wrote down of itself."""
    return connection.execute(sa.select(reconciled)).first()


def write_reconcile(
    connection: sa.Connection, now_us: int, basis: str, cases: int, unmapped: int
) -> None:
    """Write down what this reconcile was."""
    connection.execute(sa.delete(reconciled))
    connection.execute(
        sa.insert(reconciled).values(
            id=1, now_us=now_us, basis=basis, cases=cases, unmapped=unmapped
        )
    )


def subjects_to_see(connection: sa.Connection, touched: Iterable[str], now_us: int) -> set[str]:
    """The subjects that these codes can change anything of, and those that wake by ``now``.

    A dossier and its aliases hang together: what is said under one code is said of all of them.
    A finding whose exclusion has ended wakes its subject.
    """
    woken = connection.scalars(sa.select(wake.c.subject).where(wake.c.wake_us <= now_us))
    seen: set[str] = set()
    new = {*touched, *woken, *_readmitted(connection, now_us)}
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


def wakeful(cases: ir.Table, clock: Clock) -> ir.Table:
    """The cases that can wake: with a time that is young, or to come, or waiting for papers."""
    oldest = clock.calendar.first_with_ord(clock.today_ord - max(_graces(clock)))
    cases = cases.mutate(**{_ALONE: alone_since(cases)})
    young = [cases[name] >= start_us(oldest) for name in _MEASURED]
    waiting = cases.os_status == Status.SUPPLEMENT.value
    return cases.filter(any_of([*young, waiting])).select(*_COLUMNS)


def wake_rows(cases: Iterable[Mapping[str, Any]], clock: Clock) -> list[dict[str, Any]]:
    """Rows of ``wake`` for these cases."""
    graces, now_us, flip = _graces(clock), Instant.of(clock.now).us, _flips(clock)
    found = []
    for case in cases:
        moments = [m for m in _moments(case, graces, flip, clock) if m > now_us]
        if moments:
            found.append({"subject": case["subject"], "wake_us": min(moments)})
    return found


def write_wakes(
    connection: sa.Connection,
    found: Sequence[Mapping[str, Any]],
    subjects: Collection[str] | None,
) -> None:
    """Put these in place of what was written of the subjects; None: of all."""
    if subjects is None:
        connection.execute(sa.delete(wake))
    else:
        listed = sorted(subjects)
        for start in range(0, len(listed), _BATCH):
            part = listed[start : start + _BATCH]
            connection.execute(sa.delete(wake).where(wake.c.subject.in_(part)))
    if found:
        connection.execute(sa.insert(wake), list(found))


def _moments(
    row: Mapping[str, Any],
    graces: Collection[int],
    flip: Callable[[int, int], int | None],
    clock: Clock,
) -> Iterator[int]:
    for name in _MEASURED:
        moment = row[name]
        if moment is not None:
            yield from (at for grace in graces if (at := flip(moment, grace)) is not None)
    for name in _DATED:
        if row[name] is not None:
            yield start_us(Instant(row[name]).local_date)
    if row["os_status"] == Status.SUPPLEMENT:
        since = row["os_supplement_us"] or row["os_changed_us"]
        if since is not None:
            span = timedelta(days=clock.of("F1").number("days"))
            yield since + span // timedelta(microseconds=1) + 1


def _graces(clock: Clock) -> frozenset[int]:
    """Every age in working days at which some rule changes its mind."""
    return frozenset({clock.grace, *clock.grace_by_rule.values(), clock.of("H2").number("days")})


def _flips(clock: Clock) -> Callable[[int, int], int | None]:
    """When ``age(moment) > grace`` becomes true; None outside the calendar."""

    @lru_cache(maxsize=100_000)
    def of_day(day: Any, grace: int) -> int | None:
        try:
            return start_us(clock.calendar.first_with_ord(clock.calendar.ord(day) + grace + 1))
        except DayError:
            return None

    return lambda moment, grace: of_day(Instant(moment).local_date, grace)
