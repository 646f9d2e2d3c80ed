"""The findings of the ledger, as people ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy, exclusion, source_record
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding, FindingState
from khop.text.local_time import local_text

_EXCLUSION = ("actor", "reason", "made_us", "until_us")


def findings(
    ledger: Ledger,
    *,
    rules: Sequence[str],
    units: Sequence[str],
    severities: Sequence[str],
    since: datetime | None,
    states: Sequence[str],
) -> list[Finding]:
    """Findings, the gravest first, then by rule and code. An empty filter sets no limit;
    ``since``: first seen at or after."""
    query = sa.select(discrepancy)
    chosen = (("rule", rules), ("unit", units), ("severity", severities), ("state", states))
    for column, wanted in chosen:
        if wanted:
            query = query.where(discrepancy.c[column].in_(list(wanted)))
    if since is not None:
        query = query.where(discrepancy.c.first_seen_us >= Instant.of(since).us)
    with ledger.read() as connection:
        check_units(connection, units)
        found = _findings(connection, query)
    return _ordered(found)


def check_units(connection: sa.Connection, units: Iterable[str]) -> None:
    """Raises KhopError for a unit that no finding and no dossier has. A mistyped name would
    otherwise look like a unit without findings."""
    for unit in filter(None, units):
        if not any(_names(connection, table, unit) for table in (discrepancy, source_record)):
            known = connection.scalars(sa.select(discrepancy.c.unit).distinct())
            near = get_close_matches(unit, [name for name in known if name], n=1, cutoff=0.5)
            hint = f", did you mean {near[0]}?" if near else ""
            raise KhopError(f"no dossier and no finding names the unit {unit}{hint}")


def _names(connection: sa.Connection, table: sa.Table, unit: str) -> bool:
    query = sa.select(table.c.unit).where(table.c.unit == unit).limit(1)
    return connection.scalar(query) is not None


def findings_of(connection: sa.Connection, keys: Iterable[tuple[str, str]]) -> list[Finding]:
    """The findings of these (rule, subject), in the order of ``findings``."""
    each = sa.select(discrepancy).where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.subject == sa.bindparam("of_subject"),
    )
    found = [
        finding
        for rule, subject in keys
        for finding in _findings(connection, each.params(of_rule=rule, of_subject=subject))
    ]
    return _ordered(found)


def findings_of_subject(connection: sa.Connection, subject: str) -> tuple[Finding, ...]:
    """All findings of a dossier's code or a row of paper, by rule."""
    query = sa.select(discrepancy).where(discrepancy.c.subject == subject)
    return tuple(_findings(connection, query.order_by(discrepancy.c.rule)))


def subject_named(text: str) -> str:
    """The subject that a person writes: a row of paper as it is, a code in canonical form."""
    bare = text.strip()
    return bare if bare.startswith(ROW) else canonical_code(bare)


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.severity, place(f.rule), f.code or "", f.subject))


def _findings(connection: sa.Connection, query: sa.Select[Any]) -> list[Finding]:
    last = read_last_reconcile(connection)
    last_us = None if last is None else last.now_us
    columns = [exclusion.c[name].label(f"exclusion_{name}") for name in _EXCLUSION]
    beside = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
        discrepancy.c.state == FindingState.EXCLUDED.value,
    )
    whole = query.add_columns(*columns).join(exclusion, beside, isouter=True)
    return [_finding(row, last_us) for row in connection.execute(whole)]


def _finding(row: sa.Row[Any], last_us: int | None) -> Finding:
    # A finding that is not resolved counts as seen by the last reconcile, even if that run did not
    # look at it.
    seen_us = row.last_seen_us if row.resolved_us is not None or last_us is None else last_us
    return Finding(
        rule=row.rule,
        subject=row.subject,
        code=row.code,
        severity=row.severity,
        state=FindingState(row.state),
        unit=row.unit,
        acts=row.acts,
        first_seen=local_text(row.first_seen_us),
        last_seen=local_text(seen_us),
        values=json.loads(row.values_json),
        evidence=tuple(json.loads(row.evidence_json)),
        assignee=row.assignee,
        answer_due=_day(row.answer_due_us),
        explanation=row.explanation,
        exclusion=_exclusion(row),
    )


def _exclusion(row: sa.Row[Any]) -> dict[str, Any] | None:
    if row.exclusion_made_us is None:
        return None
    return {
        "by": row.exclusion_actor,
        "reason": row.exclusion_reason,
        "made": local_text(row.exclusion_made_us),
        "until": _day(row.exclusion_until_us),
    }


def _day(us: int | None) -> str | None:
    return None if us is None else local_text(us, day=True)
