"""Where rules are run: DuckDB in process, fed with Arrow from the ledger's tables.

Nothing is downloaded and no DuckDB extension is used, so it works in a closed network.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from khop.sync.cases import INPUTS, case_table
from khop.sync.ledger import Ledger

_BATCH_ROWS = 65_536

#: What is read of each table when only the cases of some codes are wanted.
_OF_CODES = {
    "source_record": "code IN (SELECT value FROM wanted)",
    "record_alias": (
        "(source, native_id) IN (SELECT source, native_id FROM source_record "
        "WHERE code IN (SELECT value FROM wanted))"
    ),
    "presence": (
        "code IN (SELECT value FROM wanted) OR code IN (SELECT a.alias FROM record_alias a "
        "JOIN source_record r ON r.source = a.source AND r.native_id = a.native_id "
        "WHERE r.code IN (SELECT value FROM wanted))"
    ),
    "quarantine": "code IN (SELECT value FROM wanted)",
}


@contextmanager
def ledger_cases(
    ledger: Ledger,
    *,
    phantoms: bool,
    only: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    one_stops: Sequence[str] | None = None,
) -> Iterator[ir.Table]:
    """The ledger's cases (``cases.case_table``) as one table.

    ``only``: those of these codes. ``sources``: made of what these sources say, not of what a
    source said that is configured no more. ``one_stops``: those of them whose quarantine holds
    dossiers; a bad event of the post is none. Raises LedgerError.
    """
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        for name, table in read_inputs(ledger, only, sources, one_stops).items():
            connection.register(name, table)
        connection.execute(f"CREATE TEMP TABLE cases AS {_case_sql(phantoms)}")
        yield ibis.duckdb.from_connection(connection).table("cases")
    finally:
        connection.close()


def rows(expression: ir.Table) -> Iterator[dict[str, object]]:
    """The rows of an expression; as Python values a batch at a time."""
    for batch in expression.to_pyarrow().to_batches(max_chunksize=_BATCH_ROWS):
        yield from batch.to_pylist()


def input_schema(columns: Sequence[str]) -> pa.Schema:
    """The Arrow types of ledger columns: SQLite itself has none to tell."""
    return pa.schema([(name, _type(name)) for name in columns])


@cache
def _case_sql(phantoms: bool) -> str:
    """The cases as SQL. The same text every time, so it is made once."""
    tables: Mapping[str, ir.Table] = {
        name: ibis.table(ibis.Schema.from_pyarrow(input_schema(columns)), name=name)
        for name, columns in INPUTS.items()
    }
    return str(ibis.to_sql(case_table(tables, phantoms=phantoms), dialect="duckdb"))


def read_inputs(
    ledger: Ledger,
    only: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    one_stops: Sequence[str] | None = None,
) -> dict[str, pa.Table]:
    """The ledger's tables as Arrow, all of one moment.

    They are read through the ledger's own connection. A second SQLite library in this process
    (that of ADBC, say) would undo the first one's file locks when it closes the file, and
    another process could then take the ledger's log away under it.
    """
    with ledger.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        holders = sources if one_stops is None else one_stops
        return {
            name: _arrow(
                driver.cursor(), name, columns, only, holders if name == "quarantine" else sources
            )
            for name, columns in INPUTS.items()
        }


def _arrow(
    cursor: sqlite3.Cursor,
    table: str,
    columns: Sequence[str],
    only: Sequence[str] | None,
    sources: Sequence[str] | None,
) -> pa.Table:
    wanted = json.dumps(None if only is None else list(only))
    known = json.dumps(None if sources is None else list(sources))
    query = (
        "WITH wanted AS (SELECT value FROM json_each(?)), known AS (SELECT value FROM json_each(?))"
        f" SELECT {', '.join(columns)} FROM {table} WHERE TRUE"
    )
    if only is not None:
        query += f" AND ({_OF_CODES[table]})"
    if sources is not None:
        query += " AND source IN (SELECT value FROM known)"
    cursor.execute(query, [wanted, known])
    return pa.Table.from_batches(_batches(cursor, columns), input_schema(columns))


def _batches(cursor: sqlite3.Cursor, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    schema = input_schema(columns)
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


def _type(column: str) -> pa.DataType:
    if column.endswith("_us"):
        return pa.int64()
    if column.endswith("_day") or column == "no_due":
        return pa.bool_()
    if column in ("status", "channel"):
        return pa.int16()
    return pa.string()
