"""The ledger's tables as Arrow: what both sides of the reconcile benchmark are fed with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import adbc_driver_sqlite.dbapi as sqlite_arrow
import pyarrow as pa

from khop.sync.cases import INPUTS
from khop.sync.warehouse import input_schema


def read_inputs(path: Path) -> dict[str, pa.Table]:
    """The tables that cases are made of, read in one transaction."""
    with sqlite_arrow.connect(f"{path.as_uri()}?mode=ro") as connection:
        return {name: _read(connection, name, columns) for name, columns in INPUTS.items()}


def _read(connection: sqlite_arrow.Connection, table: str, columns: Sequence[str]) -> pa.Table:
    """One table. A first row of the right types goes ahead: the driver guesses types from it."""
    schema = input_schema(columns)
    first = ", ".join("''" if field.type == pa.string() else "0" for field in schema)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {first} UNION ALL SELECT {', '.join(columns)} FROM {table}")
        found = cursor.fetch_arrow_table().slice(1)
    return found.rename_columns(schema.names).cast(schema)
