"""Catalogues in the ledger: procedures, units and sectors, with the time they were read.

A catalogue is read piece by piece; what was read lately is not read again, so a reading that
was cut off goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import CatalogueSource, Role
from khop.errors import ConnectorError, RecordError, Unauthorised
from khop.mappings.catalogue_records import CatalogueItem
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import catalogue, source_record
from khop.sync.results import CatalogueSummary, Progress

PROCEDURE, UNIT, SECTOR = "procedure", "unit", "sector"


class CatalogueRead:
    """One reading of one system's catalogues."""

    def __init__(
        self,
        ledger: Ledger,
        source: CatalogueSource,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._source = source
        self._clock = clock
        self._progress = progress
        self._summary = CatalogueSummary(source.name)
        self._unanswered = 0

    def run(self, *, every: bool, older_than: timedelta) -> CatalogueSummary:
        """Read units, sectors, and procedures that were not read within ``older_than``:
        those that dossiers use, or with ``every`` all that are published. The summary carries a
        fault that ended it."""
        try:
            units = self._keep_items(UNIT, self._source.unit_entries())
            sectors = self._keep_items(SECTOR, self._source.sector_entries())
            self._summary = replace(self._summary, units=units, sectors=sectors)
            self._read_procedures(every, older_than)
        except (ConnectorError, RecordError) as error:
            self._summary = replace(self._summary, error=str(error))
        return self._summary

    def _keep_items(self, kind: str, items: Iterable[CatalogueItem]) -> int:
        rows = {item.code: self._row(kind, item.code, item.name, asdict(item)) for item in items}
        self._keep(list(rows.values()))
        return len(rows)

    def _read_procedures(self, every: bool, older_than: timedelta) -> None:
        codes = self._source.procedure_codes() if every else self._used()
        fresh = self._fresh(older_than)
        waiting = [code for code in codes if code not in fresh]
        self._progress.start(self._source.name, len(waiting))
        for code in waiting:
            self._read_procedure(code)
            self._progress.advance(self._source.name)
        self._progress.finish(self._source.name)

    def _read_procedure(self, code: str) -> None:
        was = self._summary
        try:
            entry = self._source.procedure_entry(code)
        except RecordError:
            self._summary = replace(was, failed=was.failed + 1)
            return
        except ConnectorError as error:
            self._unanswered += 1
            if isinstance(error, Unauthorised) or self._unanswered > _PATIENCE:
                raise
            self._summary = replace(was, failed=was.failed + 1)
            return
        self._unanswered = 0
        if entry is None:
            self._summary = replace(was, unknown=was.unknown + 1)
            return
        self._keep([self._row(PROCEDURE, code, entry.name, asdict(entry))])
        self._summary = replace(was, procedures=was.procedures + 1)

    def _used(self) -> Sequence[str]:
        query = (
            sa.select(source_record.c.procedure)
            .where(
                source_record.c.role == Role.ONE_STOP.value,
                source_record.c.procedure.is_not(None),
            )
            .distinct()
            .order_by(source_record.c.procedure)
        )
        with self._ledger.read() as connection:
            return connection.scalars(query).all()

    def _fresh(self, older_than: timedelta) -> frozenset[str]:
        since_us = Instant.of(self._clock() - older_than).us
        query = sa.select(catalogue.c.code).where(
            catalogue.c.source == self._source.name,
            catalogue.c.kind == PROCEDURE,
            catalogue.c.read_us > since_us,
        )
        with self._ledger.read() as connection:
            return frozenset(connection.scalars(query))

    def _row(self, kind: str, code: str, name: str, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "source": self._source.name,
            "kind": kind,
            "code": code,
            "name": name,
            "entry": json.dumps(entry, ensure_ascii=False, sort_keys=True),
            "read_us": Instant.of(self._clock()).us,
        }

    def _keep(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            with self._ledger.write() as connection:
                connection.execute(_KEEP, rows)


#: Procedures in a row without an answer after which a system is taken to be out of order.
_PATIENCE = 5


_KEEP = sa.text(
    "INSERT INTO catalogue (source, kind, code, name, entry, read_us, first_read_us) "
    "VALUES (:source, :kind, :code, :name, :entry, :read_us, :read_us) "
    "ON CONFLICT (source, kind, code) DO UPDATE SET name = excluded.name, "
    "entry = excluded.entry, read_us = excluded.read_us"
)
