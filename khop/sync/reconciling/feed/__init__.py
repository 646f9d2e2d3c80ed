"""Tables of a ledger in SQLite, read as Arrow: all of one moment, one batch at a time.

::

    few rows     the ledger's own connection, in this process
    many rows    ADBC in a process of its own (process): less than a third of the processor
                 time, but the process takes a tenth of a second to start

In this process a second SQLite library, as ADBC's, would drop the first one's file locks when it
closes the file, and another process could then take the ledger's log away while this one uses it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import sqlalchemy as sa

from khop.errors import LedgerUnavailable
from khop.sync.ledger import Ledger
from khop.sync.reconciling.feed.process import FeedEnded, FeedProcess
from khop.text.logs import Log

#: Tables, by name, in the order of their queries. Each is read to its end before the next one is
#: asked for; else that raises RuntimeError.
Feed: TypeAlias = Iterator[tuple[str, pa.RecordBatchReader]]

#: With fewer codes that are asked for, or fewer rows in all tables, no process is started.
MANY_CODES, MANY_ROWS = 10_000, 50_000

_BATCH_ROWS = 16_384
_LOG = Log(__name__)

_Batches: TypeAlias = Iterator[pa.RecordBatch]


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

    ``queries``: by the name of their table. ``sets``: by name, what queries find as tables of one
    column ``value``; when there are ``wanted``, few of them mean few rows. Raises LedgerError.
    """
    parts = [f"{name} AS (SELECT value FROM json_each(?))" for name in sets]
    head = f"WITH {', '.join(parts)} " if parts else ""
    values = [json.dumps(list(each)) for each in sets.values()]
    failures = _Failures()
    with ledger.read() as connection, failures.raised(), ExitStack() as stack:
        answers = None
        if _are_many(connection, list(queries), sets.get("wanted")):
            answers = _from_process(stack, ledger, list(queries.values()), head, values)
        if answers is None:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            answers = _from_here(driver, list(queries.values()), head, values)
        yield _tables(queries, answers, failures)


def _are_many(
    connection: sa.Connection, tables: Sequence[str], wanted: Sequence[str] | None
) -> bool:
    if wanted is not None and len(wanted) < MANY_CODES:
        return False
    last = (connection.scalar(sa.text(f"SELECT max(rowid) FROM {table}")) for table in tables)
    return sum(number or 0 for number in last) >= MANY_ROWS


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


def _tables(
    queries: Mapping[str, TableQuery], answers: Iterator[_Batches], failures: _Failures
) -> Feed:
    for (name, query), answer in zip(queries.items(), answers, strict=True):
        batches = failures.kept(answer)
        yield name, pa.RecordBatchReader.from_batches(query.schema, batches)
        if next(batches, None) is not None:
            raise RuntimeError(f"the table {name} was not read to its end")


def _from_process(
    stack: ExitStack,
    ledger: Ledger,
    queries: Sequence[TableQuery],
    head: str,
    values: Sequence[str],
) -> Iterator[_Batches] | None:
    """The answers of a process, which ends with the stack. None when no process can read this
    ledger: in a folder that cannot be written, for instance. What is wrong with a ledger that
    cannot be read at all shows when it is read here."""
    asked = [f"{head}SELECT {_model(q.schema)} UNION ALL SELECT * FROM ({q.sql})" for q in queries]
    try:
        process = FeedProcess(Path(ledger.place), asked, values)
        stack.enter_context(closing(process))
        first = process.answer()
    except (OSError, FeedEnded) as error:
        _LOG.info("no_process_reads_the_ledger", reason=str(error))
        return None
    return _of_process(ledger, process, queries, first)


def _model(schema: pa.Schema) -> str:
    """A row of the types of a schema. It comes first, because ADBC takes the type of a column from
    its first rows, and fails on a text that comes after many nulls."""
    return ", ".join("''" if pa.types.is_string(field.type) else "0" for field in schema)


def _of_process(
    ledger: Ledger, process: FeedProcess, queries: Sequence[TableQuery], first: _Batches
) -> Iterator[_Batches]:
    answer: _Batches | None = first
    for query in queries:
        yield _typed(ledger, process, answer, query.schema)
        answer = None


def _typed(
    ledger: Ledger, process: FeedProcess, begun: _Batches | None, schema: pa.Schema
) -> _Batches:
    skipped = 1  # the row of the types
    try:
        for batch in process.answer() if begun is None else begun:
            yield batch.slice(skipped).rename_columns(schema.names).cast(schema)
            skipped = 0
    except FeedEnded as error:
        if error.reason is not None:
            raise sqlite3.OperationalError(error.reason) from error  # which the ledger explains
        raise LedgerUnavailable(
            f"the ledger {ledger.place} was not read to its end: the process that read it was "
            f"ended from outside ({error}); run the command again"
        ) from error


def _from_here(
    driver: sqlite3.Connection, queries: Sequence[TableQuery], head: str, values: Sequence[str]
) -> Iterator[_Batches]:
    for query in queries:
        yield _read(driver, head + query.sql, values, query.schema)


def _read(
    driver: sqlite3.Connection, sql: str, values: Sequence[str], schema: pa.Schema
) -> _Batches:
    cursor = driver.execute(sql, values)
    while found := cursor.fetchmany(_BATCH_ROWS):
        arrays = [
            _array(each, field.type)
            for each, field in zip(zip(*found, strict=True), schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):  # SQLite stores them as numbers
        return pa.array(values, pa.int8()).cast(kind)
    return pa.array(values, kind)
