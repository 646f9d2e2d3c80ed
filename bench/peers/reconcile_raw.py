"""The same rules in SQL written by hand, on the same tables, into the same table of findings.

It uses no expression of khop. It does not follow findings from run to run: it can only write the
findings of a first run.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from bench.inputs import read_inputs
from bench.measure import ROOT, Spent, memory_mb, report
from bench.times import NOW
from khop.mappings.codes.dossier import code_patterns

#: Starts of days in Viet Nam: one working day before that of ``NOW``, and the day after it.
_OLDER = datetime(2026, 11, 19, tzinfo=UTC) - timedelta(hours=7)
_TOMORROW = datetime(2026, 11, 21, tzinfo=UTC) - timedelta(hours=7)
_INSERT = (
    "INSERT INTO discrepancy (rule, subject, code, severity, unit, acts, values_json, "
    "evidence_json, fingerprint, state, first_seen_us, last_seen_us, opened_us, reopened) "
    "VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9, ?9, ?9, 0)"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, required=True)
    path = parser.parse_args().ledger
    with Spent() as whole, duckdb.connect() as connection:
        with Spent() as feed:
            for name, table in read_inputs(path).items():
                connection.register(name, table)
        with Spent() as query:
            _run(connection, "macros", {})
            _run(connection, "cases", _parameters())
            cases = connection.table("flagged").to_arrow_table().num_rows
        with Spent() as write:
            _write(path, _rows(connection))
    report(
        whole=whole.as_json(),
        feed=feed.as_json(),
        query=query.as_json(),
        write=write.as_json(),
        memory=memory_mb(),
        flagged=cases,
    )


def _parameters() -> dict[str, object]:
    shapes = "|".join(f"(?:{pattern})" for pattern in code_patterns().values())
    return {"older": _us(_OLDER), "tomorrow": _us(_TOMORROW), "shapes": shapes}


def _run(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, object]
) -> duckdb.DuckDBPyConnection:
    statement = (ROOT / "bench" / f"{name}.sql").read_text("utf-8")
    return connection.execute(statement, parameters or None)


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[object, ...]]:
    now = _us(NOW)
    for row in _run(connection, "findings", {}).fetchall():
        text = f"{row[0]}\x1f{row[1]}\x1f{row[5]}"
        yield *row, hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), now


def _write(path: Path, rows: Iterator[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
        ledger.execute("PRAGMA synchronous=FULL")
        ledger.execute("PRAGMA cache_size=-65536")
        ledger.execute("BEGIN IMMEDIATE")
        ledger.executemany(_INSERT, rows)
        ledger.execute("COMMIT")


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


if __name__ == "__main__":
    main()
