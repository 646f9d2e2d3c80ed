"""Rows of paper and dossiers in a ledger, for tests of candidates."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property

import sqlalchemy as sa

from khop.adapters.ports import PaperFile, Role
from khop.config.domain_tables import Tables
from khop.mappings.records import DossierReading, DossierRecord, PaperRow
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from khop.sync.ledger import Ledger, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.paper_rows import FileRead
from khop.sync.ledger.records import Arrival
from khop.sync.ledger.schema import paper_match
from khop.sync.privacy import Privacy
from khop.sync.reconciling.likeness import REASONS
from khop.sync.reconciling.matching import match_rows

SOURCES = ("igate", "logbook")

#: Two communes that one commune followed on 1 July 2025; land matters of the district went to
#: the province's department.
UNITS = UnitHistory(
    [
        OrgUnit("old", "UBND xã Cũ", ("H99.30.11",), valid_to=date(2025, 6, 30)),
        OrgUnit("other", "UBND xã Khác", ("H99.30.12",), valid_to=date(2025, 6, 30)),
        OrgUnit("new", "UBND xã Mới", ("H99.41",), valid_from=date(2025, 7, 1)),
        OrgUnit("district", "UBND huyện Mẫu", ("H99.30",), valid_to=date(2025, 6, 30)),
        OrgUnit("department", "Sở Mẫu", ("H99.08",)),
    ],
    [
        OrgRelation("old", "new", RelationKind.MERGE, date(2025, 7, 1)),
        OrgRelation("other", "new", RelationKind.MERGE, date(2025, 7, 1)),
        OrgRelation(
            "district",
            "department",
            RelationKind.TRANSFER,
            date(2025, 7, 1),
            frozenset({"1.001612"}),
        ),
        OrgRelation("district", "new", RelationKind.MERGE, date(2025, 7, 1)),
    ],
)


class OwnUnits(Tables):
    """The packaged tables with the units above."""

    @cached_property
    def units(self) -> UnitHistory:
        return UNITS


class Rollback(Exception):
    """Ends a transaction whose writes are not needed."""


@contextmanager
def scratch(ledger: Ledger) -> Iterator[sa.Connection]:
    """A transaction that leaves nothing."""
    with suppress(Rollback), ledger.write() as connection:
        yield connection
        raise Rollback


def put_dossiers(connection: sa.Connection, *dossiers: DossierRecord) -> None:
    arrivals = [Arrival(DossierReading(one), "") for one in dossiers]
    records.store_arrivals(connection, Role.ONE_STOP, arrivals, 0)


def put_rows(
    connection: sa.Connection, privacy: Privacy, *rows: PaperRow, source: str = "logbook"
) -> None:
    digest = str(hash(rows))
    read = FileRead(PaperFile("so.xlsx", digest), rows, ())
    paper.store_file(connection, source, read, privacy, 0)


def matches(connection: sa.Connection) -> set[tuple[str, str]]:
    found = connection.execute(sa.select(paper_match)).all()
    for row in found:
        assert {"day"} <= set(json.loads(row.reasons)) <= set(REASONS)
    return {(row.row_key, row.code) for row in found}


def matched(
    connection: sa.Connection,
    tables: Tables,
    sources: Collection[str],
    only: Collection[str] | None = None,
) -> set[str]:
    """Bring the candidates up to date; the rows whose candidates changed."""
    return set().union(*match_rows(connection, tables, sources, only))
