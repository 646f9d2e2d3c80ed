"""As of when the findings are, and how fresh and complete each source is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.sync.ledger.paper_rows import TABLES
from khop.sync.ledger.schema import (
    cursor,
    identity_check,
    presence,
    quarantine,
    run,
    source_record,
    status_record,
)
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.results import Freshness, SourceFreshness
from khop.text.local_time import local_text

#: The latest runs among which the last success of a source is looked for.
SEARCHED_RUNS = 500
_READING = ("pull", "import", "sweep")


@dataclass(slots=True)
class _LastRead:
    """What the latest runs say about one source."""

    success_us: int | None = None
    error: str | None = None
    missing: int | None = None
    codes: int = 0
    codes_unusable: int = 0


def freshness(connection: sa.Connection, roles: Mapping[str, str | None]) -> Freshness:
    """The state of the ledger. ``roles``: the sources that are compared, with their roles."""
    last = read_last_reconcile(connection)
    open_rows = _counts(connection, quarantine, quarantine.c.state == "open")
    reads = _last_reads(connection, roles)
    sources = tuple(
        _source(connection, name, roles[name], reads[name], open_rows.get(name, 0))
        for name in sorted(roles)
        if roles[name] != Role.POPULATION  # it is asked on demand, and never read
    )
    return Freshness(
        as_of=None if last is None else local_text(last.now_us),
        dossiers=0 if last is None else last.cases,
        unmapped=0 if last is None else last.unmapped,
        quarantined=sum(open_rows.values()),
        sources=sources,
    )


def _source(
    connection: sa.Connection, name: str, role: str | None, last: _LastRead, quarantined: int
) -> SourceFreshness:
    read = sum(
        _count(connection, table, table.c.source == name)
        for table in (source_record, *TABLES, identity_check)
    )
    read += _count(connection, status_record, _evidence_of(name))
    answered = presence.c.source == name, presence.c.checked_us.is_not(None)
    asked = _count(connection, presence, presence.c.source == name)
    read += _count(connection, presence, sa.and_(*answered))
    unanswered = asked - _count(connection, presence, sa.and_(*answered))
    if last.codes:  # a file of codes gives no answers itself
        read, unanswered = last.codes, 0
    answered_us = connection.scalar(
        sa.select(sa.func.max(presence.c.checked_us)).where(presence.c.source == name)
    )
    success_us = max(filter(None, (last.success_us, answered_us)), default=None)
    whole = connection.scalar(sa.select(cursor.c.complete).where(cursor.c.source == name))
    return SourceFreshness(
        source=name,
        role=role,
        last_success=None if success_us is None else local_text(success_us),
        error=last.error,
        read=read,
        known=read + unanswered + quarantined + (last.missing or 0) + last.codes_unusable,
        quarantined=quarantined,
        complete=None if whole is None else bool(whole),
    )


def _evidence_of(name: str) -> sa.ColumnElement[bool]:
    # Histories belong to dossiers, which are counted already.
    return sa.and_(status_record.c.source == name, status_record.c.kind != "status")


def _count(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(where)
    return int(connection.scalar(query) or 0)


def _counts(
    connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]
) -> dict[str, int]:
    query = sa.select(table.c.source, sa.func.count()).where(where).group_by(table.c.source)
    return {row.source: int(row[1]) for row in connection.execute(query)}


def _last_reads(connection: sa.Connection, names: Mapping[str, object]) -> dict[str, _LastRead]:
    """By source: its last success, and the error of a run after that."""
    found = {name: _LastRead() for name in names}
    waiting = set(names)
    query = (
        sa.select(run.c.finished_us, run.c.summary)
        .where(run.c.kind.in_(_READING), run.c.finished_us.is_not(None))
        .order_by(run.c.id.desc())
        .limit(SEARCHED_RUNS)
    )
    for row in connection.execute(query):
        if not waiting:
            break
        for source, parts in _sources_of(row.summary):
            if source in waiting and _note(found[source], parts, row.finished_us):
                waiting.remove(source)
    return found


def _note(last: _LastRead, parts: list[Mapping[str, Any]], finished_us: int) -> bool:
    """Note what one run says of a source; whether it was a success."""
    errors = [str(part["error"]) for part in parts if part.get("error")]
    if last.missing is None:
        last.missing = sum(int(part.get("missing") or 0) for part in parts)
    if errors:
        last.error = last.error or errors[0]
        return False
    if any(map(_was_read, parts)):
        last.success_us = finished_us
    codes = [part for part in parts if part.get("kind") == "codes"]
    last.codes = sum(int(part.get("read") or 0) for part in codes)
    last.codes_unusable = sum(int(part.get("unusable") or 0) for part in codes)
    return True


def _was_read(part: Mapping[str, Any]) -> bool:
    """Whether the source said something: without a question it was not even called."""
    return part.get("kind") != "lookups" or bool(part.get("present") or part.get("absent"))


def _sources_of(summary: str | None) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """The parts of a run's summary by source; a source may have several."""
    given = json.loads(summary) if summary else None
    parts = given.get("sources") if isinstance(given, dict) else None
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts or ():
        by_source.setdefault(str(part.get("source")), []).append(part)
    yield from by_source.items()
