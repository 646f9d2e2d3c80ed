"""Tables of a ledger in SQLite, read as Arrow: all of one moment, one batch at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from khop.sync.ledger import Ledger

#: Tables, by name, in the order of their queries. Each is read to its end before the next one is
#: asked for; else that raises RuntimeError.
Feed: TypeAlias = Iterator[tuple[str, pa.RecordBatchReader]]

_BATCH_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What is read of a table. ``schema``: of the answer; SQLite does not know its types."""

    sql: str
    schema: pa.Schema


@contextmanager
def open_feed(
    ledger: Ledger, queries: Mapping[str, TableQuery], sets: Mapping[str, Sequence[str]]
) -> Iterator[Feed]:
    """Read tables of a ledger that is a file, in one transaction.

    ``queries``: by the name of the table. ``sets``: by name, what queries find as tables of one
    column ``value``. Raises LedgerError.
    """
    failures = _Failures()
    with ledger.read() as connection, failures.raised():
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        yield _tables(queries, _Here(driver, sets), failures)


class _Failures:
    """The first failure of a reader. DuckDB raises one of its own, when what it reads fails."""

    def __init__(self) -> None:
        self._first: Exception | None = None

    def kept(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:
            self._first = self._first or error
            raise

    @contextmanager
    def raised(self) -> Iterator[None]:
        """Raises the failure of the reader in place of one that followed from it."""
        try:
            yield
        except Exception as error:
            if self._first is None or error is self._first:
                raise
            raise self._first from error


def _tables(queries: Mapping[str, TableQuery], source: _Here, failures: _Failures) -> Feed:
    for name, query in queries.items():
        batches = failures.kept(source.batches(query))
        yield name, pa.RecordBatchReader.from_batches(query.schema, batches)
        if next(batches, None) is not None:
            raise RuntimeError(f"the table {name} was not read to its end")


class _Here:
    """Reads through the ledger's own connection. A second SQLite library in this process (that of
    ADBC, for instance) would drop the first one's file locks when it closes the file, and another
    process could then take the ledger's log away while this one uses it."""

    def __init__(self, driver: sqlite3.Connection, sets: Mapping[str, Sequence[str]]) -> None:
        self._driver = driver
        self._values = [json.dumps(list(values)) for values in sets.values()]
        parts = [f"{name} AS (SELECT value FROM json_each(?))" for name in sets]
        self._head = f"WITH {', '.join(parts)} " if parts else ""

    def batches(self, query: TableQuery) -> Iterator[pa.RecordBatch]:
        cursor = self._driver.execute(self._head + query.sql, self._values)
        while found := cursor.fetchmany(_BATCH_ROWS):
            arrays = [
                _array(values, field.type)
                for values, field in zip(zip(*found, strict=True), query.schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=query.schema)


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):  # SQLite stores them as numbers
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)
