"""Quarantine as people use it: list, look, and try again after something was mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import DossierSource, EvidenceSource
from khop.faults import ConnectorError, KhopError, RecordError, Unauthorised
from khop.mappings.records import DossierReading, Instant, StatusRecord
from khop.sync.ledger import Lease, Ledger, records
from khop.sync.ledger import quarantine as shelf
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import quarantine
from khop.sync.privacy import Privacy
from khop.sync.reconcile import shown_time
from khop.sync.results import Progress, QuarantineRow, RetrySummary


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
    """One bad record, read again: good now, as a dossier or as an event, or still not."""

    arrival: Arrival | None = None
    event: StatusRecord | None = None
    problem: RecordError | None = None


class Retry:
    """Reads bad records again: from their source by id, else as they were kept."""

    def __init__(
        self,
        ledger: Ledger,
        sources: Sequence[DossierSource | EvidenceSource],
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
            self._write(connection, source, row, tried)
        if tried.problem is not None:
            return replace(summary, still_bad=summary.still_bad + 1)
        return replace(summary, released=summary.released + 1)

    def _read(self, source: DossierSource | EvidenceSource, row: sa.Row[Any]) -> _Tried:
        """The record from its source, which may have mended it; else the kept one, which a
        newer khop may understand."""
        try:
            if isinstance(source, EvidenceSource):
                return self._read_event(source, row)
            if row.native_id is not None:
                return _good(source.detail(row.native_id))
            if row.payload is not None:
                return _good(source.replay(self._privacy.unseal(row.payload)))
        except RecordError as problem:
            return _Tried(problem=problem)
        return _Tried(problem=RecordError(row.field, row.reason))

    def _read_event(self, source: EvidenceSource, row: sa.Row[Any]) -> _Tried:
        if row.payload is None:
            return _Tried(problem=RecordError(row.field, row.reason))
        return _Tried(event=source.replay_event(self._privacy.unseal(row.payload)))

    def _write(
        self,
        connection: sa.Connection,
        source: DossierSource | EvidenceSource,
        row: sa.Row[Any],
        tried: _Tried,
    ) -> None:
        now_us = Instant.of(self._clock()).us
        values: dict[str, Any] = {"last_seen_us": now_us}
        if tried.arrival is not None:
            records.store_arrivals(connection, source.role, [tried.arrival], now_us)
            values |= {"state": shelf.RELEASED, "payload": None}
        elif tried.event is not None:
            records.store_events(connection, [tried.event])
            values |= {"state": shelf.RELEASED, "payload": None}
        elif tried.problem is not None:
            values |= {"field": tried.problem.field, "reason": tried.problem.reason}
        connection.execute(sa.update(quarantine).where(quarantine.c.id == row.id).values(**values))


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
        first_seen=shown_time(row.first_seen_us),
        last_seen=shown_time(row.last_seen_us),
        state=row.state,
        has_payload=row.payload is not None,
    )
