"""Rows that come in any order and are read in theirs, in files where they are many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from khop.sync.reconciling.partition import opened_duckdb, quoted

#: Rows that are kept in memory; beyond, they are written to a file.
_KEPT = 20_000
_BATCH_ROWS = 2_048
#: What DuckDB may take to sort them, in MB.
_MEMORY_MB = 200


class SortedRows:
    """Rows, which are tuples of the columns of ``schema``. They are read in the order of the first
    columns, so many as ``keys`` says: text by its code points.

    ``file``: where they are written when they are many. It has to be in a folder of this work
    (``work_folder``). When reading has begun, no row can be added.
    """

    def __init__(self, file: Path, schema: pa.Schema, keys: int) -> None:
        self._file = file
        self._schema = schema
        self._keys = keys
        self._rows: list[tuple[Any, ...]] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _KEPT:
            self._write()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        if self._writer is None:
            return iter(sorted(self._rows, key=lambda row: row[: self._keys]))
        self._write()
        self._writer.close()
        return self._sorted()

    def _write(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, self._schema)
        if self._rows:
            columns = zip(*self._rows, strict=True)
            self._writer.write_table(pa.table(list(columns), self._schema))
            self._rows = []

    def _sorted(self) -> Iterator[tuple[Any, ...]]:
        order = ", ".join(self._schema.names[: self._keys])
        with opened_duckdb(self._file.parent, _MEMORY_MB, 1) as connection:
            connection.execute(f"SELECT * FROM read_parquet({quoted(self._file)}) ORDER BY {order}")
            while rows := connection.fetchmany(_BATCH_ROWS):
                yield from rows
