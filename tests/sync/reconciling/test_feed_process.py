"""The process that reads a ledger: what happens when it, or the one that started it, ends."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from khop.errors import LedgerError, LedgerUnavailable
from khop.sync.ledger import Ledger
from khop.sync.reconciling import feed
from khop.sync.reconciling.feed import TableQuery, open_feed
from khop.sync.reconciling.feed import process as feed_process
from khop.sync.reconciling.feed.process import FeedEnded, FeedProcess
from khop.text.logs import Log

#: More rows than the pipe between the processes takes.
LONG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) "
    "SELECT i, 'so many texts' FROM n"
)
ONE = pa.schema([("n", pa.int64())])
STARTS_AND_WAITS = f"""
import sys
from pathlib import Path
from khop.sync.reconciling.feed.process import FeedProcess
process = FeedProcess(Path(sys.argv[1]), [{LONG!r}], [])
next(process.answer())
print(process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a ledger that another process reads, whatever its size."""
    monkeypatch.setattr(feed, "MANY_ROWS", 0)
    return Path(ledger.place)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Why no process read the ledger, each time."""
    found: list[object] = []
    monkeypatch.setattr(Log, "info", lambda self, event, reason: found.append(reason))
    return found


def numbers(ledger: Ledger, count: int = 2) -> list[int]:
    """What is read of a ledger: 0, 1, …, by as many queries."""
    names = ("presence", "quarantine", "paper_row")[:count]
    queries = {name: TableQuery(f"SELECT {i}", ONE) for i, name in enumerate(names)}
    with open_feed(ledger, queries, {}) as tables:
        return [reader.read_all().to_pylist()[0]["n"] for _, reader in tables]


def wait_for_end(pid: int) -> bool:
    """Whether a process ends within a minute. It may have ended before."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 60)[0])
    finally:
        os.close(watched)


def write_worker(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Another program in place of the worker."""
    path = folder / "worker.py"
    path.write_text(source, "utf-8")
    monkeypatch.setattr(feed_process, "_WORKER", path)


def test_answers_come_in_the_order_of_the_questions(
    ledger: Ledger, file: Path, refused: list[object]
) -> None:
    assert numbers(ledger, 3) == [0, 1, 2]
    assert refused == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_was_ended_from_outside_fails_the_reading(
    ledger: Ledger, file: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    started: list[FeedProcess] = []

    class Kept(FeedProcess):
        def __init__(self, *given: object) -> None:
            super().__init__(*given)  # type: ignore[arg-type]
            started.append(self)

    monkeypatch.setattr(feed, "FeedProcess", Kept)
    many = TableQuery(LONG, pa.schema([("i", pa.int64()), ("text", pa.string())]))
    with (
        pytest.raises(LedgerUnavailable, match=f"ended from outside .exit code -{number}"),
        open_feed(ledger, {"presence": many}, {}) as tables,
    ):
        for _, reader in tables:
            reader.read_next_batch()
            os.kill(started[0].pid, number)
            reader.read_all()
    assert numbers(ledger) == [0, 1]


@pytest.mark.parametrize("end", ["", "stream.close()", "stream.close(); out.write(b'1' * 7)"])
def test_an_answer_that_was_cut_off_between_two_batches_is_noticed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    source = f"""
import json, os, sys
sys.path[:] = json.load(sys.stdin.buffer)["path"]
import pyarrow as pa
out = sys.stdout.buffer
batch = pa.record_batch({{"n": [1, 2]}})
stream = pa.ipc.new_stream(out, batch.schema)
stream.write_batch(batch)
{end}
out.flush()
os._exit(0)
"""
    write_worker(tmp_path, monkeypatch, source)
    with closing(FeedProcess(file, ["SELECT 1"], [])) as started:
        answer = started.answer()
        assert next(answer).num_rows == 2
        with pytest.raises(FeedEnded):
            next(answer)


def test_a_process_that_is_told_to_end_goes_on(file: Path) -> None:
    with closing(FeedProcess(file, [LONG], [])) as process:
        answer = process.answer()
        count = next(answer).num_rows
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process.pid, number)
        assert count + sum(batch.num_rows for batch in answer) == 2_000_000


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux can wait for any process")
def test_a_process_ends_when_the_one_that_started_it_was_killed(file: Path) -> None:
    command = [sys.executable, "-c", STARTS_AND_WAITS, str(file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_for_end(child)


def test_nothing_of_the_process_stays_when_its_answer_is_not_wanted(file: Path) -> None:
    with closing(FeedProcess(file, [LONG], [])) as process:
        next(process.answer())
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


@pytest.mark.parametrize("executable", ["", "/usr/sbin/uwsgi", "/usr/bin/python-is-not-here"])
def test_without_a_python_the_ledger_is_read_in_this_process(
    ledger: Ledger,
    file: Path,
    refused: list[object],
    monkeypatch: pytest.MonkeyPatch,
    executable: str,
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    assert numbers(ledger) == [0, 1]
    assert len(refused) == 1


@pytest.mark.parametrize("source", ["import no_such_driver", "print('not Arrow')", "1 / 0", ""])
def test_without_the_driver_the_ledger_is_read_in_this_process(
    ledger: Ledger,
    file: Path,
    refused: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    write_worker(tmp_path, monkeypatch, source)
    assert numbers(ledger) == [0, 1]
    assert len(refused) == 1


def test_a_damaged_page_is_said_to_be_damage(ledger: Ledger, file: Path) -> None:
    with ledger.write() as connection:
        connection.exec_driver_sql("CREATE TABLE filler (text)")
        rows = [("x" * 3000,)] * 3000
        connection.exec_driver_sql("INSERT INTO filler VALUES (?)", rows)
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    with file.open("r+b") as written:
        written.seek(file.stat().st_size // 8192 * 4096)
        written.write(b"\xff" * 4096 * 30)
    damaged = TableQuery("SELECT text FROM filler", pa.schema([("text", pa.string())]))
    with (
        pytest.raises(LedgerError, match="is corrupt"),
        open_feed(ledger, {"presence": damaged}, {}) as tables,
    ):
        for _, reader in tables:
            reader.read_all()
