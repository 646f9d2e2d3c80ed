"""The ledger's tables that cases are made of, and which of their rows are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import metadata
from khop.sync.reconciling.cases import INPUTS, ONLY_ROWS
from khop.sync.reconciling.feed import Feed, TableQuery, open_feed

#: Values that narrow what is read, by the name of their table: ``wanted`` codes, ``known`` sources,
#: ``holders`` (sources whose quarantine counts). A missing name sets no limit.
Sets: TypeAlias = dict[str, list[str]]

#: The first that fits; SmallInteger and BigInteger are Integers.
_ARROW = (
    (sa.Boolean, pa.bool_()),
    (sa.SmallInteger, pa.int16()),
    (sa.Integer, pa.int64()),
    (sa.String, pa.string()),
)

#: The wanted codes, and the aliases of their dossiers.
_NAMES = (
    "SELECT value FROM wanted UNION ALL SELECT a.alias FROM source_record r "
    "JOIN record_alias a ON a.source = r.source AND a.native_id = r.native_id "
    "WHERE r.code IN (SELECT value FROM wanted)"
)
_ROW_KEYS = f"SELECT substr(value, {len(ROW) + 1}) FROM wanted WHERE value LIKE '{ROW}%'"

#: The rows of each table that are read when only the cases of some codes are wanted.
_OF_CODES = {
    "source_record": "code IN (SELECT value FROM wanted)",
    "record_alias": (
        "(source, native_id) IN (SELECT source, native_id FROM source_record "
        "WHERE code IN (SELECT value FROM wanted))"
    ),
    "record_change": (
        "(source, native_id) IN (SELECT source, native_id FROM source_record "
        "WHERE code IN (SELECT value FROM wanted)) "
        "OR field = 'code' AND old IN (SELECT value FROM wanted)"
    ),
    "presence": f"code IN ({_NAMES})",
    "quarantine": "code IN (SELECT value FROM wanted)",
    "status_record": f"code IN ({_NAMES})",
    "paper_row": f"code IN ({_NAMES}) OR row_key IN ({_ROW_KEYS})",
    "paper_match": (
        "(source, file, row_key) IN (SELECT source, file, row_key FROM paper_row "
        f"WHERE row_key IN ({_ROW_KEYS}))"
    ),
    "near_code": f"code IN ({_NAMES})",
    "identity_check": f"code IN ({_NAMES})",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases are made, and from what.

    ``phantoms``: also those that the one-stop does not have (``cases.case_table``). ``only``: the
    cases of these codes. ``sources``: only their records are used; a source removed from khop.toml
    is left out. ``one_stops``: those of them whose quarantine holds dossiers (an
    unreadable event of the post is no dossier). None sets no limit.
    """

    phantoms: bool = True
    only: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    one_stops: Sequence[str] | None = None

    def sets(self) -> Sets:
        """The values that narrow, by the name of their table in a query."""
        holders = self.sources if self.one_stops is None else self.one_stops
        given = {"wanted": self.only, "known": self.sources, "holders": holders}
        return {name: list(values) for name, values in given.items() if values is not None}


EVERYTHING = Selection()


def input_schema(table: str) -> pa.Schema:
    """The columns that are read of a ledger's table, in Arrow types. They come from the ledger's
    schema, because SQLite does not know the types of a result."""
    columns = metadata.tables[table].columns
    return pa.schema([(name, _arrow_type(columns[name].type)) for name in INPUTS[table]])


def input_query(table: str, sets: Sets, *, owned: bool = False) -> str:
    """The query that reads a table, as SQL for SQLite and PostgreSQL. ``sets`` are there as
    tables of one column ``value``. ``owned``: with the column ``owner_code``."""
    holders = "holders" if table == "quarantine" else "known"
    conditions = [f"({ONLY_ROWS[table]})"] if table in ONLY_ROWS else []
    if "wanted" in sets:
        conditions.append(f"({_OF_CODES[table]})")
    if holders in sets and "source" in INPUTS[table]:
        # The expression keeps the database from using the key of the table, by which it would
        # read all rows of a source.
        conditions.append(f"source || '' IN (SELECT value FROM {holders})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    columns = [*INPUTS[table], *([_OWNER.format(table)] if owned else [])]
    return f"SELECT {', '.join(columns)} FROM {table}{where}"


#: Tables whose rows belong to a record, by ``source`` and ``native_id``; and the column with the
#: code of that record.
OWNED = ("record_alias", "record_change")
OWNER_CODE = "owner_code"
_OWNER = (
    "(SELECT owner.code FROM source_record AS owner WHERE owner.source = {0}.source "
    f"AND owner.native_id = {{0}}.native_id) AS {OWNER_CODE}"
)


@contextmanager
def read_inputs(
    ledger: Ledger, selection: Selection = EVERYTHING, *, owned: bool = False
) -> Iterator[Feed]:
    """The tables that cases are made of, as Arrow, all of one moment and one batch at a time.
    ``owned``: the tables ``OWNED`` come first, with a further column ``owner_code``. Raises
    LedgerError."""
    sets = selection.sets()
    queries = {}
    for table in dict.fromkeys([*(OWNED if owned else ()), *INPUTS]):
        of = owned and table in OWNED
        schema = input_schema(table)
        if of:
            schema = schema.append(pa.field(OWNER_CODE, pa.string()))
        queries[table] = TableQuery(input_query(table, sets, owned=of), schema)
    with _opened(ledger, queries, sets) as feed:
        yield feed


def _opened(
    ledger: Ledger, queries: Mapping[str, TableQuery], sets: Sets
) -> AbstractContextManager[Feed]:
    if isinstance(ledger.database, PostgresDatabase):
        from khop.sync.reconciling import warehouse_postgres  # its driver is an extra

        return warehouse_postgres.open_feed(ledger, queries, sets)
    return open_feed(ledger, queries, sets)


def _arrow_type(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    return next(arrow for sql, arrow in _ARROW if isinstance(kind, sql))
