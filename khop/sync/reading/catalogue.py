"""Catalogues in the ledger: procedures, units and sectors, with the time they were read.

A catalogue is read and stored piece by piece. What was read lately is not read again, so an
interrupted reading goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

import sqlalchemy as sa

from khop.adapters.ports import CatalogueSource, Role
from khop.errors import ConnectorError, RecordError, Unauthorised
from khop.mappings.catalogue_records import CatalogueItem, ProcedureEntry
from khop.mappings.records import Instant
from khop.sync.ledger.schema import catalogue, source_record
from khop.sync.reading.adapter_bugs import own_part
from khop.sync.results import CatalogueSummary
from khop.sync.run_context import RunContext

PROCEDURE, UNIT, SECTOR = "procedure", "unit", "sector"

#: Procedures without an answer, one after the other, after which a system counts as out of order.
_PATIENCE = 5


def read_catalogue(
    context: RunContext, source: CatalogueSource, *, every: bool, older_than: timedelta
) -> CatalogueSummary:
    """Read units, sectors, and procedures that were not read within ``older_than``: those that
    dossiers use, or with ``every`` all that are published. The summary carries an error."""
    summary = CatalogueSummary(source.name)
    with own_part(summary):
        units = {unit.code: unit for unit in source.unit_entries()}
        _store(context, source, UNIT, units)
        sectors = {sector.code: sector for sector in source.sector_entries()}
        _store(context, source, SECTOR, sectors)
        summary.units, summary.sectors = len(units), len(sectors)
        _read_procedures(context, source, every, older_than, summary)
    return summary


def _read_procedures(
    context: RunContext,
    source: CatalogueSource,
    every: bool,
    older_than: timedelta,
    summary: CatalogueSummary,
) -> None:
    codes = source.procedure_codes() if every else _used_procedures(context)
    fresh = _fresh_procedures(context, source, older_than)
    waiting = [code for code in codes if code not in fresh]
    context.progress.start(source.name, len(waiting))
    unanswered = 0
    for code in waiting:
        try:
            entry = source.procedure_entry(code)
        except RecordError:
            summary.failed += 1
        except ConnectorError as error:
            unanswered += 1
            if isinstance(error, Unauthorised) or unanswered > _PATIENCE:
                raise
            summary.failed += 1
        else:
            unanswered = 0
            if entry is None:
                summary.unknown += 1
            else:
                _store(context, source, PROCEDURE, {code: entry})
                summary.procedures += 1
        context.progress.advance(source.name)
    context.progress.finish(source.name)


def _used_procedures(context: RunContext) -> Sequence[str]:
    query = (
        sa.select(source_record.c.procedure)
        .where(
            source_record.c.role == Role.ONE_STOP.value,
            source_record.c.procedure.is_not(None),
        )
        .distinct()
        .order_by(source_record.c.procedure)
    )
    with context.read() as connection:
        return connection.scalars(query).all()


def _fresh_procedures(
    context: RunContext, source: CatalogueSource, older_than: timedelta
) -> frozenset[str]:
    since_us = Instant.of(context.clock() - older_than).us
    query = sa.select(catalogue.c.code).where(
        catalogue.c.source == source.name,
        catalogue.c.kind == PROCEDURE,
        # what was read under a clock that was ahead counts as never read
        catalogue.c.read_us.between(since_us + 1, context.now_us()),
    )
    with context.read() as connection:
        return frozenset(connection.scalars(query))


def _store(
    context: RunContext,
    source: CatalogueSource,
    kind: str,
    items: Mapping[str, CatalogueItem | ProcedureEntry],
) -> None:
    """Store the items, each under the code it was asked by."""
    rows = [
        {
            "source": source.name,
            "kind": kind,
            "code": code,
            "name": item.name,
            "entry": json.dumps(asdict(item), ensure_ascii=False, sort_keys=True),
            "read_us": context.now_us(),
        }
        for code, item in items.items()
    ]
    if rows:
        with context.write() as connection:
            connection.execute(_UPSERT, rows)


_UPSERT = sa.text(
    "INSERT INTO catalogue (source, kind, code, name, entry, read_us, first_read_us) "
    "VALUES (:source, :kind, :code, :name, :entry, :read_us, :read_us) "
    "ON CONFLICT (source, kind, code) DO UPDATE SET name = excluded.name, "
    "entry = excluded.entry, read_us = excluded.read_us"
)
