"""Reading the ledger for the rules keeps it whole, also while another process uses it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from khop.mappings.records import Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.reconciling import feed
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.warehouse import ledger_cases
from tests.sync.fakes import FakeOneStop, FakePortal, at, record

pytestmark = pytest.mark.slow

LOCKS = Path("/proc/locks")
ANOTHER_PROCESS = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1])
other.execute("INSERT INTO run (kind, now_us) VALUES ('other', 1)")
other.commit()
other.close()
"""


@pytest.fixture(params=["here", "process"])
def read_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who reads the ledger: this process, or one of its own, whatever the ledger's size."""
    if request.param == "process":
        monkeypatch.setattr(feed, "MANY_ROWS", 0)
        monkeypatch.setattr(feed, "MANY_CODES", 0)
    return str(request.param)


def file_of(ledger: Ledger) -> Path:
    return Path(ledger.place)


def locks_on(path: Path) -> set[str]:
    """The file locks this process holds on the ledger's files, as the system lists them."""
    inodes = {str(f.stat().st_ino) for f in path.parent.glob(f"{path.name}*")}
    lines = (line.split() for line in LOCKS.read_text("ascii").splitlines())
    return {
        " ".join(line[1:])
        for line in lines
        if line[4] == str(os.getpid()) and line[5].rpartition(":")[2] in inodes
    }


@pytest.mark.skipif(not LOCKS.exists(), reason="only Linux lists file locks")
def test_reading_cases_keeps_the_locks_on_the_ledger(ledger: Ledger, read_by: str) -> None:
    held = locks_on(file_of(ledger))
    assert held, "an open ledger holds locks"
    with ledger_cases(ledger):
        pass
    assert locks_on(file_of(ledger)) == held


def test_a_ledger_that_two_processes_use_stays_whole(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, ledger: Ledger, read_by: str
) -> None:
    one_stop.put(*(record(i) for i in range(1, 30)))
    engine.pull()
    for _ in range(3):
        engine.reconcile()
        command = [sys.executable, "-c", ANOTHER_PROCESS, str(file_of(ledger))]
        subprocess.run(command, check=True, timeout=60)
        engine.plan()
    engine.apply(confirm=lambda _: True)
    ledger.close()
    with sqlite3.connect(file_of(ledger)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        others = "SELECT COUNT(*) FROM run WHERE kind = 'other'"
        assert connection.execute(others).fetchone() == (3,)
    connection.close()


def test_cases_have_the_types_that_rules_compare(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, read_by: str
) -> None:
    one_stop.put(record(1, no_due=True, due_at=None), record(2, status=None, changed_at=at(12)))
    engine.pull()
    with ledger_cases(ledger) as cases:
        found = {row["code"]: row for row in cases.rows(cases.table)}
    first, second = found[record(1).code], found[record(2).code]
    assert (first["os_no_due"], first["os_due_us"], first["os_received_day"]) == (True, None, False)
    assert (first["os_status"], second["os_status"]) == (Status.PROCESSING, None)


def test_only_the_cases_that_are_asked_for_are_made(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, ledger: Ledger, read_by: str
) -> None:
    alias = "G22.99-261110-000777"
    one_stop.put(*(record(i) for i in range(2, 9)), record(1, aliases=(alias,)))
    portal.hold(record(1, code=alias))
    engine.pull()
    with ledger_cases(ledger, Selection(only=[record(1).code])) as cases:
        (case,) = cases.rows(cases.table)
    assert (case["code"], case["po_code"], case["has_alias"]) == (record(1).code, alias, True)
