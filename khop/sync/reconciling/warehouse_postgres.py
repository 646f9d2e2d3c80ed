"""Cases made and asked inside PostgreSQL, where the ledger is.

Everything happens in one transaction of the ledger's own connection, so that all rows are of one
moment. The temporary tables are dropped when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pyarrow as pa
import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.reconciling.feed import Feed, TableQuery

_TYPES = {
    pa.bool_(): "boolean",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): 'text COLLATE "C"',
}
#: Rows of one batch; a case has a hundred columns.
_ANSWER_ROWS = 4_096
#: The default of work_mem (4 MB) is too small to sort a million cases in memory. A limit of time
#: that the server's owner set for all statements is meant for smaller ones.
_SETTINGS = "SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = 0"
#: Tables that the server's planner knows nothing of, or that grew by half since it looked. The
#: smallest are read whole in any case.
_UNKNOWN = """
    SELECT c.relname
    FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid,
        LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::int AS now) pages
    WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid) AND pages.now > 16
        AND (coalesce(s.last_analyze, s.last_autoanalyze) IS NULL OR pages.now > c.relpages * 1.5)
    ORDER BY c.relname
"""


def refresh_statistics(connection: sa.Connection, tables: Sequence[str]) -> list[str]:
    """Have the server look at the tables it knows too little of, which takes a second at most for
    each; their names. Raises the driver's errors.

    After a first load its own service does that a minute later at the earliest. Until then it
    takes the tables for empty, and a reconcile takes five times as long, or more.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor:
        found = [str(row[0]) for row in cursor.execute(_UNKNOWN, (list(tables),))]
        if found:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(found)}".encode())
    return found


def make_cases(
    connection: sa.Connection,
    inputs: Mapping[str, str],
    tables: Mapping[str, pa.Table],
    sql: str,
) -> psycopg.Connection[tuple[object, ...]]:
    """The table ``cases``, filled by ``sql`` from the queries ``inputs`` and from ``tables``.

    It exists until the transaction ends. Raises the driver's errors.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    for name, table in tables.items():
        load(driver, name, table)
    parts = ", ".join(f"{name} AS NOT MATERIALIZED ({query})" for name, query in inputs.items())
    with driver.cursor() as cursor:
        cursor.execute(_SETTINGS)
        made = (
            f"CREATE TEMP TABLE cases ON COMMIT DROP AS WITH {parts} SELECT * FROM ({sql}) AS made"
        )
        cursor.execute(made.encode())
        cursor.execute("ANALYZE cases")
    return driver


def load(driver: psycopg.Connection[tuple[object, ...]], name: str, table: pa.Table) -> None:
    """A further temporary table."""
    columns = ", ".join(f'"{field.name}" {_TYPES[field.type]}' for field in table.schema)
    with driver.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE "{name}" ({columns}) ON COMMIT DROP'.encode())
        with cursor.copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
            for batch in table.to_batches():
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        cursor.execute(f'ANALYZE "{name}"'.encode())


def answer(
    driver: psycopg.Connection[tuple[object, ...]], sql: str, struct: pa.DataType
) -> Iterator[dict[str, object]]:
    """The rows of a query over such cases, fetched one batch at a time.

    Not read through Ibis: it reads inside a savepoint, and a query that is not read to its end
    would make the next one fail.
    """
    with driver.cursor(name=f"answer_{uuid4().hex}") as cursor:
        cursor.execute(sql.encode())
        while found := cursor.fetchmany(_ANSWER_ROWS):
            yield from pa.array(found, struct).to_pylist()


@contextmanager
def open_feed(
    ledger: Ledger, queries: Mapping[str, TableQuery], sets: Mapping[str, Sequence[str]]
) -> Iterator[Feed]:
    """As ``feed.open_feed``, of a ledger on a server."""
    with ledger.draft() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        for name, values in sets.items():
            load(driver, name, pa.table({"value": pa.array(values, pa.string())}))
        yield (
            (name, pa.RecordBatchReader.from_batches(query.schema, _batches(driver, query)))
            for name, query in queries.items()
        )


def _batches(
    driver: psycopg.Connection[tuple[object, ...]], query: TableQuery
) -> Iterator[pa.RecordBatch]:
    with driver.cursor(name=f"feed_{uuid4().hex}") as cursor:
        cursor.execute(query.sql.encode())
        while found := cursor.fetchmany(_ANSWER_ROWS):
            arrays = [
                pa.array(values, field.type)
                for values, field in zip(zip(*found, strict=True), query.schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=query.schema)
