"""Where rules are run: DuckDB in process, fed with Arrow from the ledger's tables.

Nothing is downloaded and no DuckDB extension is used, so it works in a closed network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import adbc_driver_sqlite.dbapi as sqlite_arrow
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
    ledger: Ledger, *, phantoms: bool, only: Sequence[str] | None = None
) -> Iterator[ir.Table]:
    """The ledger's cases (``cases.case_table``), or those of the codes ``only``, as one table."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        for name, columns in INPUTS.items():
            connection.register(name, _arrow(ledger, name, columns, only))
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


def _arrow(
    ledger: Ledger, table: str, columns: Sequence[str], only: Sequence[str] | None
) -> pa.Table:
    """A ledger table as Arrow.

    The driver reads a column's type from its first rows and fails when nulls there hide it; so
    a first row of the right types goes ahead and is taken off again.
    """
    schema = input_schema(columns)
    first = ", ".join("''" if field.type == pa.string() else "0" for field in schema)
    query = f"SELECT {first} UNION ALL SELECT {', '.join(columns)} FROM {table}"
    if only is not None:
        query = f"WITH wanted AS (SELECT value FROM json_each(?)) {query} WHERE {_OF_CODES[table]}"
    with (
        sqlite_arrow.connect(f"{ledger.path.as_uri()}?mode=ro") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query, None if only is None else [json.dumps(list(only))])
        found = cursor.fetch_arrow_table().slice(1)
    return found.rename_columns(schema.names).cast(schema)


def _type(column: str) -> pa.DataType:
    if column.endswith("_us"):
        return pa.int64()
    if column.endswith("_day") or column == "no_due":
        return pa.bool_()
    if column in ("status", "channel"):
        return pa.int16()
    return pa.string()
