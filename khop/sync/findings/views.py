"""What people ask of the ledger: findings, one dossier with all its sources, a system's health."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Health, Role
from khop.errors import KhopError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Channel, Instant, Status
from khop.sync.ledger import Ledger
from khop.sync.ledger.codes import main_code
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import (
    discrepancy,
    exclusion,
    identity_check,
    outbox,
    paper_match,
    paper_row,
    presence,
    progress_step,
    record_alias,
    source_record,
    status_record,
)
from khop.sync.reconciling.cases import CASE_COLUMNS
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.reconciling.rules import place
from khop.sync.reconciling.warehouse import Selection, ledger_cases
from khop.sync.results import CaseView, Finding, FindingState, SystemCheck
from khop.text.local_time import local_text

_INTERNAL = frozenset({"applicant_key", "actor_key", "listed_hash"})
_EXCLUSION = ("actor", "reason", "made_us", "until_us")
_SIDES = ("os_", "po_", "ps_", "lb_", "rg_", "id_")


def findings(
    ledger: Ledger,
    *,
    rules: Sequence[str],
    units: Sequence[str],
    severities: Sequence[str],
    since: datetime | None,
    states: Sequence[str],
) -> list[Finding]:
    """Findings, the gravest first, then by rule and code. An empty filter narrows nothing;
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


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.severity, place(f.rule), f.code or "", f.subject))


def named(text: str) -> str:
    """A subject as a person writes it: a row of paper as it is, a code in canonical form."""
    bare = text.strip()
    return bare if bare.startswith(ROW) else canonical_code(bare)


def case_view(ledger: Ledger, code: str, sources: Sequence[str]) -> CaseView | None:
    """Everything the ledger has under this code, or under the dossier it is an alias of.

    ``code`` may also be ``row:KEY``: then the row of paper and its findings.
    """
    if code.startswith(ROW):
        return _row_view(ledger, code)
    with ledger.read() as connection:
        code = main_code(connection, code)
    case = _case(ledger, code, sources)
    with ledger.read() as connection:
        keys = _keys(connection, code)
        view = CaseView(
            code=code,
            case=case or {},
            records=_rows(connection, source_record, source_record.c.code == code),
            history=_rows(
                connection,
                status_record,
                status_record.c.code.in_(keys),
                status_record.c.event_us,
            ),
            presence=_rows(connection, presence, presence.c.code.in_(keys)),
            findings=tuple(_findings(connection, _of_subject(code))),
            pushes=_rows(connection, outbox, outbox.c.code == code, outbox.c.made_us),
            steps=_rows(
                connection, progress_step, progress_step.c.code == code, progress_step.c.event_us
            ),
            identity=_rows(connection, identity_check, identity_check.c.code == code),
            paper=_rows(connection, paper_row, paper_row.c.code.in_(keys)),
            candidates=_candidates(connection, code),
        )
    known = case or view.history or view.presence or view.findings or view.paper
    return view if known else None


def _row_view(ledger: Ledger, subject: str) -> CaseView | None:
    with ledger.read() as connection:
        view = CaseView(
            code=subject,
            case={},
            paper=_rows(connection, paper_row, paper_row.c.row_key == subject.removeprefix(ROW)),
            findings=tuple(_findings(connection, _of_subject(subject))),
        )
    return view if view.paper or view.findings else None


def _of_subject(subject: str) -> sa.Select[Any]:
    there = discrepancy.c.subject == subject
    return sa.select(discrepancy).where(there).order_by(discrepancy.c.rule)


def system_check(ledger: Ledger, name: str, role: Role, health: Health) -> SystemCheck:
    """A system's health, with the states of its records that no table knows."""
    return SystemCheck(
        source=name,
        role=role.value,
        ok=health.ok,
        steps=tuple(
            {"name": step.name, "ok": step.ok, "detail": step.detail} for step in health.steps
        ),
        clock_skew=health.clock_skew,
        unmapped=unmapped(ledger, name),
    )


def unmapped(ledger: Ledger, source: str) -> dict[str, int]:
    """State labels of a source that no table knows, with the number of dossiers of each."""
    found: dict[str, int] = {}
    with ledger.read() as connection:
        for table in (source_record, presence):
            query = (
                sa.select(table.c.status_raw, sa.func.count())
                .where(
                    table.c.source == source,
                    table.c.status.is_(None),
                    table.c.status_raw.is_not(None),
                )
                .group_by(table.c.status_raw)
                .order_by(table.c.status_raw)
            )
            found.update((label, count) for label, count in connection.execute(query))
    return found


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


def _candidates(connection: sa.Connection, code: str) -> tuple[dict[str, Any], ...]:
    """Rows of paper without a code whose candidate this dossier is, with the reasons."""
    keys = ("source", "file", "row_key")
    same = (paper_row.c[key] == paper_match.c[key] for key in keys)
    query = (
        sa.select(paper_row, paper_match.c.reasons)
        .join(paper_match, sa.and_(*same))
        .where(paper_match.c.code == code)
        .order_by(*(paper_row.c[key] for key in keys))
    )
    return tuple(_shown(row._mapping) for row in connection.execute(query))


def _keys(connection: sa.Connection, code: str) -> list[str]:
    aliases = connection.scalars(
        sa.select(record_alias.c.alias)
        .join(
            source_record,
            sa.and_(
                record_alias.c.source == source_record.c.source,
                record_alias.c.native_id == source_record.c.native_id,
            ),
        )
        .where(source_record.c.code == code)
    )
    return [code, *aliases]


def _case(ledger: Ledger, code: str, sources: Sequence[str]) -> dict[str, Any] | None:
    with ledger_cases(ledger, Selection(only=[code], sources=sources)) as cases:
        found = list(cases.rows(cases.table.filter(cases.table.code == code)))
    return _shown({name: found[0][name] for name in ("code", *CASE_COLUMNS)}) if found else None


def _rows(
    connection: sa.Connection,
    table: sa.Table,
    where: sa.ColumnElement[bool],
    order: sa.ColumnElement[Any] | None = None,
) -> tuple[dict[str, Any], ...]:
    query = sa.select(table).where(where)
    keys = list(table.primary_key.columns)
    query = query.order_by(*([order] if order is not None else []), *keys)
    return tuple(_shown(row._mapping) for row in connection.execute(query))


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for people: times in ISO 8601, without digests and keys."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        bare = name.split("_", 1)[1] if name.startswith(_SIDES) else name
        if bare in _INTERNAL or name.endswith("_day"):
            continue
        if name.endswith("_us"):
            stem = name.removesuffix("_us")
            day = bool(row.get(f"{stem}_day"))
            shown[f"{stem}_at"] = None if value is None else local_text(value, day)
        else:
            shown[name] = _named(bare, value)
    return shown


def _named(column: str, value: Any) -> Any:
    if column in ("fields_lost", "warnings", "reasons") and isinstance(value, str):
        return json.loads(value)
    if column in ("status", "seen_status") and value is not None:
        return int(Status(value))
    if column == "channel" and value is not None:
        return int(Channel(value))
    return value
