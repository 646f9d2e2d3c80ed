"""A reconcile in buckets writes what a reconcile of all cases at once writes, byte for byte."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from khop.config.domain_tables import Tables
from khop.errors import LedgerError
from khop.sync.ledger import create_ledger
from khop.sync.privacy import Privacy
from khop.sync.reconciling.buckets import case_buckets, sorted_rows
from khop.sync.reconciling.buckets.case_buckets import Room
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import Clock
from tests.ledgers import keyed
from tests.sync.drawn_worlds.draw import NOWS, ONE_STOPS, draw_world, moment
from tests.sync.drawn_worlds.store import SOURCES, store
from tests.tiers import examples, seeds
from tools.rule_sql import SETTINGS

pytestmark = pytest.mark.slow

SCOPE = Scope(SOURCES, ONE_STOPS)
#: Tables that a reconcile writes.
WRITTEN = (
    *("discrepancy", "audit_log", "recheck", "finding_count", "finding_day", "last_reconcile"),
    *("paper_match", "near_code", "dirty"),
)


class Seen:
    """How many buckets a reconcile told of."""

    def __init__(self) -> None:
        self.buckets: int | None = None

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        self.buckets = total

    def finish(self, task: str) -> None: ...


def row_bytes(buckets: int, rows: int) -> int:
    """So many that a ledger with so many rows needs so many buckets."""
    return (buckets - 1) * Room(1500, Path()).cases_mb * 2**20 // rows + 1


def compared(folder: Path, buckets: int, patch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What reconciles as time passes write into a copy of the ledger; then dossiers, answers and
    rows of paper go, and come back."""
    copy = folder / f"{buckets}"
    copy.mkdir()
    for name in ("khop.db", "khop.key"):
        shutil.copy(folder / name, copy / name)
    with closing(keyed(f"sqlite:///{copy / 'khop.db'}", copy)) as ledger:
        for number, now in enumerate(sorted(NOWS)[:3]):
            if number == 1:
                _change(copy / "khop.db", "DELETE FROM source_record WHERE rowid % 3 = 1")
                _change(copy / "khop.db", "DELETE FROM presence WHERE rowid % 5 = 1")
            elif number == 2:
                _change(copy / "khop.db", f"ATTACH '{folder / 'khop.db'}' AS whole")
            clock, seen = Clock(moment(now), Tables(), SETTINGS), Seen()
            with ledger.read() as connection:
                rows = sum(
                    connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                    for table in ("source_record", "presence", "paper_row")
                )
            patch.setattr(case_buckets, "_ROW_BYTES", row_bytes(buckets, rows))
            reconcile(ledger, clock, SCOPE, whole=True, progress=seen)
            assert seen.buckets == buckets
    assert sorted(path.name for path in copy.iterdir() if path.is_dir()) == []
    with closing(sqlite3.connect(copy / "khop.db")) as connection:
        return {name: _rows(connection, name) for name in WRITTEN}


def _change(ledger: Path, sql: str) -> None:
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute(sql)
        if sql.startswith("ATTACH"):
            for table in ("source_record", "presence"):
                connection.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM whole.{table}")


def _rows(connection: sqlite3.Connection, table: str) -> list[Any]:
    order = "id" if table == "audit_log" else "1, 2"
    return connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


def make(folder: Path, seed: int, size: int) -> None:
    url = f"sqlite:///{folder / 'khop.db'}"
    create_ledger(url)
    with closing(keyed(url, folder)) as ledger:
        store(draw_world(seed, size), ledger, Privacy(folder / "khop.key"))


def test_several_buckets_write_what_one_writes(tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    make(tmp_path, 3, 60)
    one, several = (compared(tmp_path, buckets, patch) for buckets in (1, 3))
    assert one["discrepancy"]
    assert several == one


@pytest.mark.parametrize("seed", seeds(slow=range(10, 11), deep=range(20, 120)))
def test_any_number_of_buckets_writes_what_one_writes(
    seed: int, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    """Also where findings and rechecks are more than are kept in memory."""
    make(tmp_path, seed, examples(fast=150, full=150, deep=400))
    one = compared(tmp_path, 1, patch)
    patch.setattr(sorted_rows, "_KEPT", 100)
    for buckets in (2, 7, 64):
        assert compared(tmp_path, buckets, patch) == one


def test_cases_that_do_not_fit_are_one_sentence(tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
    make(tmp_path, 3, 60)
    patch.setattr(case_buckets, "_ROW_BYTES", 10**7)
    patch.setattr(Room, "cases_mb", 1)
    with (
        closing(keyed(f"sqlite:///{tmp_path / 'khop.db'}", tmp_path)) as ledger,
        pytest.raises(LedgerError, match=r"\[reconcile\] memory_mb"),
    ):
        reconcile(ledger, Clock(moment(NOWS[0]), Tables(), SETTINGS), SCOPE)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
