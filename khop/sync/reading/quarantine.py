"""Quarantine as people use it: list, look, and retry after something was corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import DossierSource, EvidenceSource, PaperSource
from khop.errors import ConnectorError, KhopError, RecordError, Unauthorised
from khop.mappings.paper.items import AnyRow
from khop.mappings.records import DossierReading, StatusRecord, UnknownCode
from khop.sync.ledger import Ledger, audit_log, paper_rows, presence, records
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.codes import codes_of_dossiers
from khop.sync.ledger.quarantine import OPEN, RELEASED
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import quarantine
from khop.sync.privacy import Privacy
from khop.sync.reading.adapter_bugs import bug_of, is_bug
from khop.sync.results import QuarantineRow, RetrySummary
from khop.sync.run_context import RunContext
from khop.text.choices import check_numbers, check_words
from khop.text.local_time import local_text
from khop.text.masking import short_text


def listed(ledger: Ledger, state: str, source: str | None, limit: int) -> list[QuarantineRow]:
    """Rows of quarantine, oldest first. Raises KhopError for an unknown state."""
    check_words("states", [state], (OPEN, RELEASED))
    query = (
        sa.select(quarantine)
        .where(quarantine.c.state == state)
        .order_by(quarantine.c.id)
        .limit(limit)
    )
    if source is not None:
        query = query.where(quarantine.c.source == source)
    with ledger.read() as connection:
        return [_row(row) for row in connection.execute(query)]


def one(ledger: Ledger, row_id: int) -> QuarantineRow | None:
    """One row; None when there is none."""
    with ledger.read() as connection:
        row = _find(connection, row_id)
    return None if row is None else _row(row)


#: The action in the audit log.
READ = "quarantine.read"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a record, why, and when."""

    actor: str
    reason: str
    now_us: int


def payload(ledger: Ledger, privacy: Privacy, row_id: int, reader: Reader) -> object | None:
    """The record as it came; the audit log says who read it before it is shown.

    Raises KhopError without a reason, and when there is no such row.
    """
    if not reader.reason.strip():
        raise KhopError("reading a quarantined record needs a reason; nothing was shown")
    with ledger.write() as connection:
        row = _find(connection, row_id)
        if row is None:
            raise KhopError(f"there is no row {row_id} in quarantine; see `khop quarantine list`")
        detail = {"row": row_id, "reason": short_text(reader.reason)}
        entry = Entry(reader.actor, READ, row.source, row.code, detail)
        audit_log.append(connection, reader.now_us, [entry])
    return None if row.payload is None else privacy.unseal(row.payload)


def _find(connection: sa.Connection, row_id: int) -> sa.Row[Any] | None:
    check_numbers("ids", [row_id])
    return connection.execute(sa.select(quarantine).where(quarantine.c.id == row_id)).first()


@dataclass(frozen=True, slots=True)
class _Tried:
    """One bad record, read again: a dossier, an event or a row now, or still bad. A row with a
    problem is good only if a dossier has its code."""

    arrival: Arrival | None = None
    event: StatusRecord | None = None
    paper: AnyRow | None = None
    problem: RecordError | None = None


#: Sources whose bad records can be read again.
Source = DossierSource | EvidenceSource | PaperSource


def retry(context: RunContext, sources: Sequence[Source], ids: Sequence[int] = ()) -> RetrySummary:
    """Read and map these rows again, or all open ones: from their source by id, else as they
    were kept. Raises KhopError for an id that no open row has, Unauthorised when a login is
    refused: further tries could lock the account.
    """
    by_name = {source.name: source for source in sources}
    chosen = _chosen(context, ids)
    summary = RetrySummary()
    context.progress.start("quarantine", len(chosen))
    for row in chosen:
        summary.tried += 1
        _retry_row(context, by_name.get(row.source), row, summary)
        context.progress.advance("quarantine")
    context.progress.finish("quarantine")
    return summary


def _chosen(context: RunContext, ids: Sequence[int]) -> Sequence[sa.Row[Any]]:
    """The open rows, or those of them with these ids. Raises KhopError for another id."""
    check_numbers("ids", ids)
    query = sa.select(quarantine).where(quarantine.c.state == OPEN)
    if ids:
        query = query.where(quarantine.c.id.in_(list(ids)))
    with context.read() as connection:
        rows = connection.execute(query.order_by(quarantine.c.id)).all()
    if other := sorted(set(ids) - {row.id for row in rows}):
        raise KhopError(
            f"no row {', '.join(map(str, other))} is open in quarantine; see `khop quarantine "
            "list`; nothing was read again"
        )
    return rows


def _retry_row(
    context: RunContext, source: Source | None, row: sa.Row[Any], summary: RetrySummary
) -> None:
    if source is None:
        summary.unreachable += 1
        return
    try:
        tried = _read_again(context, source, row)
    except ConnectorError as error:
        if isinstance(error, Unauthorised) and error.at_login:
            raise
        summary.unreachable += 1
        return
    except BaseException as error:
        if not is_bug(error):
            raise
        bug_of(row.source, error)  # writes the log line
        summary.unreachable += 1
        return
    with context.write() as connection:
        tried = _store(connection, source, row, tried, context.now_us())
    if tried.problem is not None:
        summary.still_bad += 1
    else:
        summary.released += 1


def _read_again(context: RunContext, source: Source, row: sa.Row[Any]) -> _Tried:
    """The record from its source, which may have corrected it; else the kept payload, which a
    newer khop may understand."""
    still_bad = _Tried(problem=RecordError(row.field, row.reason))
    try:
        if isinstance(source, DossierSource) and row.native_id is not None:
            return _as_arrival(source.detail(row.native_id))
        if row.payload is None:
            return still_bad
        payload = context.privacy.unseal(row.payload)
        if isinstance(source, DossierSource):
            return _as_arrival(source.replay(payload))
        if isinstance(source, PaperSource):
            return _Tried(paper=source.replay_row(payload))
        return _Tried(event=source.replay_event(payload))
    except UnknownCode as problem:
        return _Tried(paper=problem.row, problem=problem)
    except RecordError as problem:
        return _Tried(problem=problem)


def _as_arrival(reading: DossierReading) -> _Tried:
    digest = record_hash(reading.record)
    return _Tried(Arrival(reading, digest, reading.history is None, reading.said_digest()))


def _store(
    connection: sa.Connection, source: Source, row: sa.Row[Any], tried: _Tried, now_us: int
) -> _Tried:
    """Store a record that is good now, and update the row of quarantine."""
    tried = _known(connection, tried)
    if tried.arrival is not None:
        records.store_arrivals(connection, source.role, [tried.arrival], now_us)
    elif tried.event is not None:
        records.store_events(connection, [tried.event])
        presence.name_codes(connection, None, [tried.event.code])
    elif (
        tried.problem is None
        and tried.paper is not None
        and not _store_paper(connection, row, tried.paper, now_us)
    ):
        tried = _Tried(problem=RecordError("row_key", _READ_WHOLE))
    values: dict[str, Any] = {"last_seen_us": now_us}
    if tried.problem is None:
        values |= {"state": RELEASED, "payload": None}
    else:
        values |= {"field": tried.problem.field, "reason": tried.problem.reason}
    connection.execute(sa.update(quarantine).where(quarantine.c.id == row.id).values(**values))
    return tried


def _known(connection: sa.Connection, tried: _Tried) -> _Tried:
    """A row whose code is of unknown shape is good when a dossier has this code."""
    row = tried.paper
    if tried.problem is None or row is None or row.code is None:
        return tried
    return _Tried(paper=row) if codes_of_dossiers(connection, [row.code]) else tried


_READ_WHOLE = "can be read now; pull the whole file again to store it"


def _store_paper(connection: sa.Connection, row: sa.Row[Any], good: AnyRow, now_us: int) -> bool:
    """Add a row to those of its file; False when its file is unknown or its key is taken."""
    files = paper_rows.known_files(connection, row.source)
    file = paper_rows.file_of(row.native_id or "", files)
    return file is not None and paper_rows.add_row(connection, row.source, file, good, now_us)


def _row(row: sa.Row[Any]) -> QuarantineRow:
    return QuarantineRow(
        id=row.id,
        source=row.source,
        native_id=row.native_id,
        code=row.code,
        field=row.field,
        reason=row.reason,
        first_seen=local_text(row.first_seen_us),
        last_seen=local_text(row.last_seen_us),
        state=row.state,
        has_payload=row.payload is not None,
    )
