"""The cases of a ledger, so many at once as memory allows (docs/how-it-works.md).

::

    one bucket:   ledger ---------------------> cases
    several:      ledger --partition--> files --bucket--> cases, --bucket--> cases, …

A server makes its cases itself, all of them at once: it puts into files what does not fit into
its memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from khop.mappings.codes.grammar import CodeShape
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import paper_row, presence, source_record
from khop.sync.reconciling.cases import Windows
from khop.sync.reconciling.ledger_inputs import Selection, read_inputs
from khop.sync.reconciling.partition import opened_duckdb, partition
from khop.sync.reconciling.warehouse import (
    Cases,
    case_query,
    dialect_of,
    duckdb_cases,
    ledger_cases,
    load_duckdb,
)

#: Bytes that a row of the ledger takes while its bucket is judged (bench/README.md).
_ROW_BYTES = 3_000
#: What the process takes beside, in MB: Python, the SQL of the rules, what is being written.
_BESIDE_MB = 400
_LEAST_MB = 100
#: More threads need more memory.
_MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class Room:
    """Where cases may be made. ``memory_mb``: what the process may take. ``folder``: for files
    (``work_folder``)."""

    memory_mb: int
    folder: Path

    @property
    def cases_mb(self) -> int:
        """What DuckDB may take."""
        return max(self.memory_mb - _BESIDE_MB, _LEAST_MB)

    def buckets(self, rows: int) -> int:
        """How many buckets so many rows of the ledger need."""
        return 1 + rows * _ROW_BYTES // (self.cases_mb * 2**20)


@dataclass(frozen=True, slots=True)
class CaseBuckets:
    """``cases``: those of each bucket; they are there until the next ones are asked for."""

    number: int
    cases: Iterator[Cases]


@contextmanager
def case_buckets(
    ledger: Ledger,
    selection: Selection,
    room: Room,
    *,
    extra: Mapping[str, pa.Table],
    shapes: tuple[CodeShape, ...] = (),
    migrations: Windows = (),
) -> Iterator[CaseBuckets]:
    """The ledger's cases in buckets. The other arguments are those of ``ledger_cases``. Raises
    LedgerError, and the errors of DuckDB (``work_folder``)."""
    number = 1 if dialect_of(ledger) == "postgres" else room.buckets(_rows(ledger, selection))
    if number == 1:
        with ledger_cases(
            ledger, selection, extra=extra, shapes=shapes, migrations=migrations
        ) as cases:
            yield CaseBuckets(1, iter([cases]))
        return
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    inputs = room.folder / "inputs"
    inputs.mkdir()
    with read_inputs(ledger, selection, owned=True) as tables:
        parts = partition(tables, inputs, number, memory_mb=room.cases_mb, threads=threads)
    made = case_query("duckdb", selection.phantoms, "day" in extra, shapes, tuple(migrations))
    with opened_duckdb(room.folder, room.cases_mb, threads) as connection:
        for name, table in extra.items():
            load_duckdb(connection, name, table)

        def each() -> Iterator[Cases]:
            for bucket in range(number):
                parts.load(connection, bucket)
                yield duckdb_cases(connection, made)

        yield CaseBuckets(number, each())


def _rows(ledger: Ledger, selection: Selection) -> int:
    """About how many rows are read: of the tables that grow with dossiers."""
    if selection.only is not None:
        return 2 * len(selection.only)
    tables = (source_record, presence, paper_row)
    counts = [sa.select(sa.func.count()).select_from(table) for table in tables]
    with ledger.read() as connection:
        return sum(connection.scalar(count) or 0 for count in counts)
