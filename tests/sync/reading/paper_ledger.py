"""What the tests of paper read from the ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import dirty, metadata
from khop.sync.results import PaperSummary, PullSummary

#: A code that no row of the fixture names.
OTHER = "H99.12-261110-0002"
#: Tables that the engine writes about its own work.
_OWN = {"run", "lease", "audit_log"}


def table_rows(ledger: Ledger, table: sa.Table) -> list[dict[str, Any]]:
    with ledger.read() as connection:
        query = sa.select(table).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


def all_tables(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    tables = [table for table in metadata.sorted_tables if table.name not in _OWN]
    return {table.name: table_rows(ledger, table) for table in tables}


def dirty_codes(ledger: Ledger) -> set[str]:
    return {row["code"] for row in table_rows(ledger, dirty)}


def clear_dirty(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.delete(dirty))


def only_paper(summary: PullSummary) -> PaperSummary:
    (part,) = (s for s in summary.sources if isinstance(s, PaperSummary))
    assert part.adds_up
    return part
