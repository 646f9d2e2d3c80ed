"""The database in which rules are run.

A ledger in PostgreSQL makes and asks the cases itself (``warehouse_postgres``). For a ledger in
SQLite that is done by DuckDB in this process, which is given the ledger's tables as Arrow. Cases
are the same expression in both. No DuckDB extension is used, so nothing is downloaded and it works
in a closed network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeAlias

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import sqlalchemy as sa

from khop.mappings.codes.grammar import CodeShape
from khop.sync.ledger import Ledger
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import metadata
from khop.sync.reconciling.cases import DAY, INPUTS, ONLY_ROWS, Windows, case_table
from khop.sync.reconciling.feed import Feed, TableQuery, open_feed
from khop.sync.reconciling.sql import Question, garbage_left, question

#: Values that narrow what is read, by the name of their table: ``wanted`` codes, ``known`` sources,
#: ``holders`` (sources whose quarantine counts). A missing name sets no limit.
_Sets: TypeAlias = dict[str, list[str]]

_BATCH_ROWS = 65_536
_VALUE = pa.schema([("value", pa.string())])
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

    def sets(self) -> _Sets:
        """The values that narrow, by the name of their table in a query."""
        holders = self.sources if self.one_stops is None else self.one_stops
        given = {"wanted": self.only, "known": self.sources, "holders": holders}
        return {name: list(values) for name, values in given.items() if values is not None}


_EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a ledger, in the database that runs the rules.

    ``table``: the cases as an Ibis expression, which only writes SQL. ``dialect``: of that
    database, as Ibis names it. ``load``: adds a further table, by name. ``run``: the rows that a
    query answers, one by one.
    """

    table: ir.Table
    dialect: str
    load: Callable[[str, pa.Table], object]
    run: Callable[[Question], Iterator[dict[str, Any]]]

    def rows(self, expression: ir.Table) -> Iterator[dict[str, Any]]:
        """The rows of an expression over ``table``."""
        return self.run(question(expression, self.dialect))


@contextmanager
def ledger_cases(
    ledger: Ledger,
    selection: Selection = _EVERYTHING,
    *,
    extra: Mapping[str, pa.Table] = MappingProxyType({}),
    shapes: tuple[CodeShape, ...] = (),
    migrations: Windows = (),
) -> Iterator[Cases]:
    """The ledger's cases (``cases.case_table``) as one table.

    ``extra``: further tables by name. With ``day`` (``cases.DAY``) among them, cases have the
    columns of working days, and those of the date in a code of these ``shapes``. ``migrations``:
    as in ``cases.case_table``. Raises LedgerError.
    """
    make = _in_postgres if isinstance(ledger.database, PostgresDatabase) else _in_duckdb
    dialect = "postgres" if make is _in_postgres else "duckdb"
    made = case_query(dialect, selection.phantoms, "day" in extra, shapes, tuple(migrations))
    with make(ledger, selection, extra, made) as cases:
        yield cases


@contextmanager
def _in_duckdb(
    ledger: Ledger,
    selection: Selection,
    extra: Mapping[str, pa.Table],
    made: Question,
) -> Iterator[Cases]:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        with read_inputs(ledger, selection) as feed:
            for name, reader in feed:
                connection.register(name, reader.read_all())
        for name, table in extra.items():
            connection.register(name, table)
        connection.execute(f"CREATE TEMP TABLE cases AS {made.sql}")
        yield Cases(
            table=ibis.table(made.schema, "cases"),
            dialect="duckdb",
            load=connection.register,
            run=partial(run_duckdb, connection),
        )
    finally:
        connection.close()


@contextmanager
def _in_postgres(
    ledger: Ledger,
    selection: Selection,
    extra: Mapping[str, pa.Table],
    made: Question,
) -> Iterator[Cases]:
    from khop.sync.reconciling import warehouse_postgres  # its driver is an extra

    sets = selection.sets()
    tables = {name: pa.table({"value": values}, _VALUE) for name, values in sets.items()}
    inputs = {_part(name): _query(name, sets) for name in INPUTS}
    with ledger.draft() as connection:
        driver = warehouse_postgres.make_cases(connection, inputs, {**tables, **extra}, made.sql)

        def run(asked: Question) -> Iterator[dict[str, Any]]:
            return warehouse_postgres.answer(
                driver, asked.sql, asked.schema.as_struct().to_pyarrow()
            )

        yield Cases(
            table=ibis.table(made.schema, "cases"),
            dialect="postgres",
            load=partial(warehouse_postgres.load, driver),
            run=run,
        )


def run_duckdb(connection: duckdb.DuckDBPyConnection, asked: Question) -> Iterator[dict[str, Any]]:
    """The rows of the answer. They are made into Python values one batch at a time."""
    table = connection.sql(asked.sql).to_arrow_table().cast(asked.schema.to_pyarrow())
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        yield from batch.to_pylist()


def input_schema(table: str) -> pa.Schema:
    """The columns that are read of a ledger's table, in Arrow types. They come from the ledger's
    schema, because SQLite does not know the types of a result."""
    columns = metadata.tables[table].columns
    return pa.schema([(name, _arrow_type(columns[name].type)) for name in INPUTS[table]])


@lru_cache(maxsize=32)
@garbage_left()
def case_query(
    dialect: str,
    phantoms: bool,
    dated: bool,
    shapes: tuple[CodeShape, ...],
    migrations: Windows = (),
) -> Question:
    """The cases as SQL; kept, because it is the same text every time. ``dated``: with a table
    ``day``; ``shapes``, ``migrations``: as in ``ledger_cases``."""
    name_of = _part if dialect == "postgres" else str
    tables: Mapping[str, ir.Table] = {
        name: ibis.table(ibis.Schema.from_pyarrow(input_schema(name)), name=name_of(name))
        for name in INPUTS
    }
    if dated:
        tables = {**tables, "day": ibis.table(ibis.Schema.from_pyarrow(DAY), name="day")}
    made = case_table(tables, phantoms=phantoms, shapes=shapes, migrations=migrations)
    return question(made, dialect)


def _part(table: str) -> str:
    """The name of the narrowed table in PostgreSQL, where the whole table has its own name."""
    return f"part_of_{table}"


def _query(table: str, sets: _Sets) -> str:
    """The query that reads a table, as SQL for SQLite and PostgreSQL. ``sets`` are there as
    tables of one column ``value``."""
    holders = "holders" if table == "quarantine" else "known"
    conditions = [f"({ONLY_ROWS[table]})"] if table in ONLY_ROWS else []
    if "wanted" in sets:
        conditions.append(f"({_OF_CODES[table]})")
    if holders in sets and "source" in INPUTS[table]:
        # The expression keeps the database from using the key of the table, by which it would
        # read all rows of a source.
        conditions.append(f"source || '' IN (SELECT value FROM {holders})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(INPUTS[table])} FROM {table}{where}"


@contextmanager
def read_inputs(ledger: Ledger, selection: Selection = _EVERYTHING) -> Iterator[Feed]:
    """The tables that cases are made of, as Arrow, all of one moment and one batch at a time. The
    ledger is a file. Raises LedgerError."""
    sets = selection.sets()
    queries = {name: TableQuery(_query(name, sets), input_schema(name)) for name in INPUTS}
    with open_feed(ledger, queries, sets) as feed:
        yield feed


def _arrow_type(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    return next(arrow for sql, arrow in _ARROW if isinstance(kind, sql))
