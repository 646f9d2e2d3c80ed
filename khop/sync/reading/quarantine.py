"""Quarantine as people use it: list, look, and try again after something was mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import DossierSource, EvidenceSource, PaperSource
from khop.errors import ConnectorError, KhopError, RecordError, Unauthorised
from khop.mappings.records import DossierReading, Instant, PaperRow, StatusRecord
from khop.sync.ledger import Lease, Ledger, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger import quarantine as shelf
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import quarantine
from khop.sync.privacy import Privacy
from khop.sync.results import Progress, QuarantineRow, RetrySummary
from khop.text.local_time import local_text


def listed(ledger: Ledger, state: str, source: str | None, limit: int) -> list[QuarantineRow]:
    """Rows of quarantine, oldest first."""
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


def payload(ledger: Ledger, privacy: Privacy, row_id: int) -> object | None:
    """The record as it came. Raises KhopError when there is no such row."""
    with ledger.read() as connection:
        row = _find(connection, row_id)
    if row is None:
        raise KhopError(f"there is no row {row_id} in quarantine; see `khop quarantine list`")
    return None if row.payload is None else privacy.unseal(row.payload)


def _find(connection: sa.Connection, row_id: int) -> sa.Row[Any] | None:
    return connection.execute(sa.select(quarantine).where(quarantine.c.id == row_id)).first()


@dataclass(frozen=True, slots=True)
class _Tried:
    """One bad record, read again: good now, as a dossier, an event or a row, or still not."""

    arrival: Arrival | None = None
    event: StatusRecord | None = None
    paper: PaperRow | None = None
    problem: RecordError | None = None


#: What has bad records that can be read again.
Source = DossierSource | EvidenceSource | PaperSource


class Retry:
    """Reads bad records again: from their source by id, else as they were kept."""

    def __init__(
        self,
        ledger: Ledger,
        sources: Sequence[Source],
        privacy: Privacy,
        lease: Lease,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._sources = {source.name: source for source in sources}
        self._privacy = privacy
        self._lease = lease
        self._clock = clock
        self._progress = progress
        self._locked_out: Unauthorised | None = None

    def run(self, ids: Sequence[int]) -> RetrySummary:
        """Try these rows, or all open ones. Raises Unauthorised when a login is refused: each
        further try could lock the account."""
        chosen = self._chosen(ids)
        summary = RetrySummary(0, 0, 0, 0)
        self._progress.start("quarantine", len(chosen))
        for row in chosen:
            summary = self._one(row, replace(summary, tried=summary.tried + 1))
            self._progress.advance("quarantine")
            if self._locked_out is not None:
                raise self._locked_out
        self._progress.finish("quarantine")
        return summary

    def _chosen(self, ids: Sequence[int]) -> Sequence[sa.Row[Any]]:
        query = sa.select(quarantine).where(quarantine.c.state == shelf.OPEN)
        if ids:
            query = query.where(quarantine.c.id.in_(list(ids)))
        with self._ledger.read() as connection:
            return connection.execute(query.order_by(quarantine.c.id)).all()

    def _one(self, row: sa.Row[Any], summary: RetrySummary) -> RetrySummary:
        source = self._sources.get(row.source)
        if source is None:
            return replace(summary, unreachable=summary.unreachable + 1)
        try:
            tried = self._read(source, row)
        except ConnectorError as error:
            if isinstance(error, Unauthorised) and error.at_login:
                self._locked_out = error
            return replace(summary, unreachable=summary.unreachable + 1)
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            tried = self._write(connection, source, row, tried)
        if tried.problem is not None:
            return replace(summary, still_bad=summary.still_bad + 1)
        return replace(summary, released=summary.released + 1)

    def _read(self, source: Source, row: sa.Row[Any]) -> _Tried:
        """The record from its source, which may have mended it; else the kept one, which a
        newer khop may understand."""
        try:
            if not isinstance(source, DossierSource):
                return self._replay(source, row)
            if row.native_id is not None:
                return _good(source.detail(row.native_id))
            if row.payload is not None:
                return _good(source.replay(self._privacy.unseal(row.payload)))
        except RecordError as problem:
            return _Tried(problem=problem)
        return _Tried(problem=RecordError(row.field, row.reason))

    def _replay(self, source: EvidenceSource | PaperSource, row: sa.Row[Any]) -> _Tried:
        if row.payload is None:
            return _Tried(problem=RecordError(row.field, row.reason))
        payload = self._privacy.unseal(row.payload)
        if isinstance(source, PaperSource):
            return _Tried(paper=source.replay_row(payload))
        return _Tried(event=source.replay_event(payload))

    def _write(
        self, connection: sa.Connection, source: Source, row: sa.Row[Any], tried: _Tried
    ) -> _Tried:
        """Keep what was read, and say again what came of it."""
        now_us = Instant.of(self._clock()).us
        if tried.arrival is not None:
            records.store_arrivals(connection, source.role, [tried.arrival], now_us)
        elif tried.event is not None:
            records.store_events(connection, [tried.event])
        elif tried.paper is not None and not _keep_paper(connection, row, tried.paper, now_us):
            tried = _Tried(problem=RecordError("row_key", _READ_WHOLE))
        values: dict[str, Any] = {"last_seen_us": now_us}
        if tried.problem is None:
            values |= {"state": shelf.RELEASED, "payload": None}
        else:
            values |= {"field": tried.problem.field, "reason": tried.problem.reason}
        connection.execute(sa.update(quarantine).where(quarantine.c.id == row.id).values(**values))
        return tried


_READ_WHOLE = "good by itself; its place is known when the whole file is read again"


def _keep_paper(connection: sa.Connection, row: sa.Row[Any], good: PaperRow, now_us: int) -> bool:
    """Put a row back among those of its file; False when it cannot be told where."""
    files = paper.known_files(connection, row.source)
    file = paper.file_of(row.native_id or "", files)
    return file is not None and paper.add_row(connection, row.source, file, good, now_us)


def _good(reading: DossierReading) -> _Tried:
    digest = record_hash(reading.record)
    return _Tried(Arrival(reading, digest, history_due=reading.history is None))


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
