"""Reconciling: cases -> discrepancies, and the life of a discrepancy (rules.md section 5).

::

    (found) -> open -> resolved -> open (reopened) -> ...

All rules are columns of one query over the cases. What it answers is compared with the ledger
and written in one transaction, so a run over the same ledger at the same ``now`` changes
nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import ibis.expr.types as ir
import sqlalchemy as sa

from khop.config import RuleSettings
from khop.mappings.calendar import WorkingCalendar
from khop.mappings.records import Instant, Precision
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import cursor, discrepancy
from khop.sync.results import RuleCount
from khop.sync.rules import RULES, Clock, Rule
from khop.sync.rules.rule import fires
from khop.sync.warehouse import ledger_cases, rows

OPEN = "open"
RESOLVED = "resolved"

_LOCAL = timezone(timedelta(hours=7))
_EVIDENCE = (
    "os_source",
    "os_native_id",
    "os_changed_us",
    "po_source",
    "po_code",
    "po_presence",
    "po_checked_us",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that fired for one case."""

    rule: Rule
    code: str
    unit: str | None
    values: str
    evidence: str

    @property
    def fingerprint(self) -> str:
        text = f"{self.rule.id}\x1f{self.code}\x1f{self.values}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconcile saw and changed."""

    cases: int
    unmapped: int
    counts: tuple[RuleCount, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """``sources``: those that count. ``one_stops``: those of them that list dossiers."""

    sources: Sequence[str]
    one_stops: Sequence[str]


def reconcile(
    ledger: Ledger,
    settings: RuleSettings,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    scope: Scope,
    on_write: Callable[[sa.Connection, Reconciled], None] = lambda connection, done: None,
) -> Reconciled:
    """Run every rule over every case at ``now`` and bring the discrepancies up to date.

    ``on_write`` is called in the transaction that writes them.
    """
    active = [rule for rule in RULES.values() if rule.id not in settings.off]
    phantoms = lists_complete(ledger, scope.one_stops)
    with ledger_cases(
        ledger, phantoms=phantoms, sources=scope.sources, one_stops=scope.one_stops
    ) as cases:
        total, unmapped = _sizes(cases)
        found = list(_found(cases, active, settings, calendar, now)) if active else []
    with ledger.write() as connection:
        counts = _write(connection, found, Instant.of(now).us)
        done = Reconciled(total, unmapped, tuple(counts.get(r.id, _none(r.id)) for r in active))
        on_write(connection, done)
    return done


def rule_columns(
    cases: ir.Table,
    rules: Iterable[Rule],
    settings: RuleSettings,
    calendar: WorkingCalendar,
    now: datetime,
) -> dict[str, ir.BooleanValue]:
    """Each rule as a boolean over the cases. A case with an unmapped state fires none."""
    mapped = cases.os_status.notnull() | cases.os_status_raw.isnull()
    clock = Clock(
        now,
        calendar,
        grace=settings.grace,
        grace_by_rule=settings.grace_by_rule,
        differs_minutes=settings.differs_minutes,
    )
    return {rule.id: mapped & fires(rule.predicate(cases, clock.of(rule.id))) for rule in rules}


def flagged(
    cases: ir.Table,
    rules: Sequence[Rule],
    settings: RuleSettings,
    calendar: WorkingCalendar,
    now: datetime,
) -> ir.Table:
    """The cases for which a rule fires, with one more column ``fires_RULE`` for each rule."""
    fired = rule_columns(cases, rules, settings, calendar, now)
    flags = cases.mutate(**{f"fires_{rule}": column for rule, column in fired.items()})
    any_rule = flags[f"fires_{rules[0].id}"]
    for rule in rules[1:]:
        any_rule = any_rule | flags[f"fires_{rule.id}"]
    return flags.filter(any_rule)


def _found(
    cases: ir.Table,
    rules: Sequence[Rule],
    settings: RuleSettings,
    calendar: WorkingCalendar,
    now: datetime,
) -> Iterator[Found]:
    for row in rows(flagged(cases, rules, settings, calendar, now)):
        for rule in rules:
            if row[f"fires_{rule.id}"]:
                yield _finding(rule, row)


def _finding(rule: Rule, row: Mapping[str, Any]) -> Found:
    values = {name: shown(row, name) for name in rule.shows}
    return Found(
        rule=rule,
        code=row["code"],
        unit=row["os_unit"] or row["po_unit"],
        values=json.dumps(values, ensure_ascii=False),
        evidence=json.dumps(_evidence(row), ensure_ascii=False),
    )


def shown(row: Mapping[str, Any], name: str) -> Any:
    """A case's value as people read it: times in ISO 8601 local time, days as days."""
    if f"{name}_us" not in row:
        return row[name]
    us = row[f"{name}_us"]
    return None if us is None else shown_time(us, bool(row.get(f"{name}_day")))


def shown_time(us: int, day: bool = False) -> str:
    """A time in ISO 8601, Asia/Ho_Chi_Minh."""
    instant = Instant(us, Precision.DAY if day else Precision.SECOND)
    if day:
        return instant.local_date.isoformat()
    return instant.utc.astimezone(_LOCAL).isoformat()


def _evidence(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    evidence = []
    if row["os_native_id"] is not None:
        evidence.append(
            {
                "source": row["os_source"],
                "kind": "record",
                "native_id": row["os_native_id"],
                "changed_at": shown(row, "os_changed"),
            }
        )
    if row["po_source"] is not None:
        evidence.append(
            {
                "source": row["po_source"],
                "kind": "look_up",
                "code": row["po_code"],
                "presence": row["po_presence"],
                "checked_at": shown(row, "po_checked"),
            }
        )
    return evidence


def _sizes(cases: ir.Table) -> tuple[int, int]:
    unmapped = cases.os_status.isnull() & cases.os_status_raw.notnull()
    counted = cases.aggregate(total=cases.count(), unmapped=unmapped.sum())
    row = next(rows(counted))
    return int(str(row["total"])), int(str(row["unmapped"] or 0))


def lists_complete(ledger: Ledger, one_stops: Sequence[str]) -> bool:
    """Whether each of these lists was read to its end at least once."""
    with ledger.read() as connection:
        read = connection.scalars(sa.select(cursor.c.source).where(cursor.c.complete))
        return bool(one_stops) and set(one_stops) <= set(read)


# --- the life of discrepancies ------------------------------------------------------------------


def _write(connection: sa.Connection, found: Iterable[Found], now_us: int) -> dict[str, RuleCount]:
    stored = {
        (row.rule, row.code): row
        for row in connection.execute(
            sa.select(
                discrepancy.c.rule,
                discrepancy.c.code,
                discrepancy.c.state,
                discrepancy.c.fingerprint,
                discrepancy.c.evidence_json,
                discrepancy.c.last_seen_us,
            )
        )
    }
    tally: Counter[tuple[str, str]] = Counter()
    changes = _Changes()
    for item in found:
        key = (item.rule.id, item.code)
        tally[item.rule.id, changes.take(item, stored.pop(key, None), now_us)] += 1
    gone = [key for key, row in stored.items() if row.state == OPEN]
    changes.write(connection, gone, now_us)
    tally.update((rule, RESOLVED) for rule, _ in gone)
    return {rule: _count(rule, tally) for rule, _ in tally}


class _Changes:
    """Rows to write, gathered while the findings stream by."""

    def __init__(self) -> None:
        self.new: list[dict[str, Any]] = []
        self.seen: list[dict[str, Any]] = []
        self.back: list[dict[str, Any]] = []

    def take(self, item: Found, stored: Any, now_us: int) -> str:
        """File one finding under what happened to it."""
        row = {
            "of_rule": item.rule.id,
            "of_code": item.code,
            "severity": item.rule.severity.value,
            "unit": item.unit,
            "acts": item.rule.acts,
            "fingerprint": item.fingerprint,
            "values_json": item.values,
            "evidence_json": item.evidence,
            "last_seen_us": now_us,
        }
        if stored is None:
            self.new.append(row)
            return "new"
        if stored.state == RESOLVED:
            self.back.append({**row, "opened_us": now_us})
            return "reopened"
        same = (stored.fingerprint, stored.evidence_json, stored.last_seen_us)
        if same != (item.fingerprint, item.evidence, now_us):
            self.seen.append(row)
        return "kept"

    def write(
        self, connection: sa.Connection, gone: Sequence[tuple[str, str]], now_us: int
    ) -> None:
        if self.new:
            connection.execute(sa.insert(discrepancy), [_inserted(row) for row in self.new])
        if self.seen:
            connection.execute(_at(sa.update(discrepancy)), self.seen)
        if self.back:
            again = _at(sa.update(discrepancy)).values(
                state=OPEN, resolved_us=None, reopened=discrepancy.c.reopened + 1
            )
            connection.execute(again, self.back)
        if gone:
            resolved = _at(sa.update(discrepancy)).values(state=RESOLVED, resolved_us=now_us)
            connection.execute(resolved, [{"of_rule": r, "of_code": c} for r, c in gone])


def _at(statement: sa.Update) -> sa.Update:
    return statement.where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.code == sa.bindparam("of_code"),
    )


def _inserted(row: Mapping[str, Any]) -> dict[str, Any]:
    now_us = row["last_seen_us"]
    return {
        **{name: value for name, value in row.items() if not name.startswith("of_")},
        "rule": row["of_rule"],
        "code": row["of_code"],
        "state": OPEN,
        "first_seen_us": now_us,
        "opened_us": now_us,
        "reopened": 0,
    }


def _count(rule: str, tally: Counter[tuple[str, str]]) -> RuleCount:
    new, reopened = tally[rule, "new"], tally[rule, "reopened"]
    still = new + reopened + tally[rule, "kept"]
    return RuleCount(rule, still, new, reopened, tally[rule, RESOLVED])


def _none(rule: str) -> RuleCount:
    return RuleCount(rule, 0, 0, 0, 0)
