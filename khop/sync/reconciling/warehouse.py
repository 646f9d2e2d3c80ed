"""Where rules are run: inside PostgreSQL when the ledger is there (``warehouse_postgres``);
for a file of SQLite in DuckDB in this process, fed with Arrow from the ledger's tables.

Cases are the same expression in both. Nothing is downloaded and no DuckDB extension is used, so
it works in a closed network.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
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
from khop.sync.reconciling.cases import DAY, INPUTS, ONLY_ROWS, case_table

#: Which rows count, by name: ``wanted`` codes, ``known`` sources, ``holders`` of quarantined
#: dossiers. One that is not there does not narrow anything.
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

#: What is read of each table when only the cases of some codes are wanted.
_OF_CODES = {
    "source_record": "code IN (SELECT value FROM wanted)",
    "record_alias": (
        "(source, native_id) IN (SELECT source, native_id FROM source_record "
        "WHERE code IN (SELECT value FROM wanted))"
    ),
    "presence": f"code IN ({_NAMES})",
    "quarantine": "code IN (SELECT value FROM wanted)",
    "status_record": f"code IN ({_NAMES})",
    "paper_row": f"code IN ({_NAMES}) OR row_key IN ({_ROW_KEYS})",
    "paper_match": (
        "(source, file, row_key) IN (SELECT source, file, row_key FROM paper_row "
        f"WHERE row_key IN ({_ROW_KEYS}))"
    ),
    "identity_check": f"code IN ({_NAMES})",
}


@contextmanager
def ledger_cases(
    ledger: Ledger,
    *,
    phantoms: bool,
    only: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    one_stops: Sequence[str] | None = None,
    extra: Mapping[str, pa.Table] = MappingProxyType({}),
    shapes: tuple[CodeShape, ...] = (),
) -> Iterator[ir.Table]:
    """The ledger's cases (``cases.case_table``) as one table.

    ``extra``: further tables by name; with ``day`` (``cases.DAY``) among them, cases have the
    columns of working days, and those of the date in a code of these ``shapes``.
    ``only``: those of these codes. ``sources``: made of what these sources say, not of what a
    source said that is configured no more. ``one_stops``: those of them whose quarantine holds
    dossiers; a bad event of the post is none. Raises LedgerError.
    """
    sets = _sets(only, sources, one_stops)
    if isinstance(ledger.database, PostgresDatabase):
        made = _in_postgres(ledger, sets, extra, phantoms, shapes)
    else:
        made = _in_duckdb(ledger, sets, extra, phantoms, shapes)
    with made as cases:
        yield cases


@contextmanager
def _in_duckdb(
    ledger: Ledger,
    sets: _Sets,
    extra: Mapping[str, pa.Table],
    phantoms: bool,
    shapes: tuple[CodeShape, ...],
) -> Iterator[ir.Table]:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        for name, table in {**_read(ledger, sets), **extra}.items():
            connection.register(name, table)
        sql = _case_sql("duckdb", phantoms, "day" in extra, shapes)
        connection.execute(f"CREATE TEMP TABLE cases AS {sql}")
        yield ibis.duckdb.from_connection(connection).table("cases")
    finally:
        connection.close()


@contextmanager
def _in_postgres(
    ledger: Ledger,
    sets: _Sets,
    extra: Mapping[str, pa.Table],
    phantoms: bool,
    shapes: tuple[CodeShape, ...],
) -> Iterator[ir.Table]:
    from khop.sync.reconciling.warehouse_postgres import make_cases  # its driver is an extra

    tables = {name: pa.table({"value": values}, _VALUE) for name, values in sets.items()}
    inputs = {_part(name): _query(name, sets) for name in INPUTS}
    sql = _case_sql("postgres", phantoms, "day" in extra, shapes)
    with ledger.draft() as connection:
        yield make_cases(connection, inputs, {**tables, **extra}, sql)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about cases, as the SQL of one engine; it may be asked again of other cases."""

    sql: str
    schema: ibis.Schema


def question(expression: ir.Table, dialect: str) -> Question:
    """The question that an expression over a table ``cases`` asks."""
    return Question(str(ibis.to_sql(expression, dialect=dialect)), expression.schema())


def answers(cases: ir.Table, asked: Question) -> Iterator[dict[str, Any]]:
    """The rows of the answer; made Python values a batch at a time."""
    backend = cases.get_backend()
    if backend.name == "postgres":
        from khop.sync.reconciling.warehouse_postgres import answer

        yield from answer(backend.con, asked.sql, asked.schema.as_struct().to_pyarrow())
        return
    table = backend.con.sql(asked.sql).to_arrow_table().cast(asked.schema.to_pyarrow())
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        yield from batch.to_pylist()


def rows(expression: ir.Table) -> Iterator[dict[str, Any]]:
    """The rows of an expression over cases."""
    return answers(expression, question(expression, expression.get_backend().name))


def input_schema(table: str) -> pa.Schema:
    """The Arrow types of what is read of a ledger's table: SQLite itself has none to tell."""
    columns = metadata.tables[table].columns
    return pa.schema([(name, _arrow_type(columns[name].type)) for name in INPUTS[table]])


@cache
def _case_sql(dialect: str, phantoms: bool, dated: bool, shapes: tuple[CodeShape, ...]) -> str:
    """The cases as SQL. The same text every time, so it is made once."""
    name_of = _part if dialect == "postgres" else str
    tables: Mapping[str, ir.Table] = {
        name: ibis.table(ibis.Schema.from_pyarrow(input_schema(name)), name=name_of(name))
        for name in INPUTS
    }
    if dated:
        tables = {**tables, "day": ibis.table(ibis.Schema.from_pyarrow(DAY), name="day")}
    return str(ibis.to_sql(case_table(tables, phantoms=phantoms, shapes=shapes), dialect=dialect))


def _part(table: str) -> str:
    """The name of what counts of a table where the table itself is in sight."""
    return f"part_of_{table}"


def _sets(
    only: Sequence[str] | None,
    sources: Sequence[str] | None,
    one_stops: Sequence[str] | None,
) -> _Sets:
    holders = sources if one_stops is None else one_stops
    given = {"wanted": only, "known": sources, "holders": holders}
    return {name: list(values) for name, values in given.items() if values is not None}


def _query(table: str, sets: _Sets) -> str:
    """What is read of a table, as SQL that SQLite and PostgreSQL take alike; ``sets`` are tables
    of one column there."""
    holders = "holders" if table == "quarantine" else "known"
    conditions = [f"({ONLY_ROWS[table]})"] if table in ONLY_ROWS else []
    if "wanted" in sets:
        conditions.append(f"({_OF_CODES[table]})")
    if holders in sets:
        # As a plain column it would lead to the key of the table, and to all rows of a source.
        conditions.append(f"source || '' IN (SELECT value FROM {holders})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(INPUTS[table])} FROM {table}{where}"


def read_inputs(ledger: Ledger) -> dict[str, pa.Table]:
    """All of the tables that cases are made of, of one moment. The ledger is a file."""
    return _read(ledger, {})


def _read(ledger: Ledger, sets: _Sets) -> dict[str, pa.Table]:
    """The tables that cases are made of as Arrow, all of one moment.

    They are read through the ledger's own connection. A second SQLite library in this process
    (that of ADBC, say) would undo the first one's file locks when it closes the file, and
    another process could then take the ledger's log away under it.
    """
    with ledger.read() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return {name: _arrow(driver.cursor(), name, sets) for name in INPUTS}


def _arrow(cursor: sqlite3.Cursor, table: str, sets: _Sets) -> pa.Table:
    parts = [f"{name} AS (SELECT value FROM json_each(?))" for name in sets]
    head = f"WITH {', '.join(parts)} " if parts else ""
    cursor.execute(head + _query(table, sets), [json.dumps(values) for values in sets.values()])
    schema = input_schema(table)
    return pa.Table.from_batches(_batches(cursor, schema), schema)


def _batches(cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while found := cursor.fetchmany(_BATCH_ROWS):
        arrays = [
            _array(values, field.type)
            for values, field in zip(zip(*found, strict=True), schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):  # SQLite has numbers for them
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)


def _arrow_type(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    return next(arrow for sql, arrow in _ARROW if isinstance(kind, sql))
