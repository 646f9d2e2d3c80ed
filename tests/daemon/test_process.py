"""The process: it pulls, compares and tells, survives faults, and stops as it is told."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

import khop.daemon.node
from khop.config.adapters import adapter_types
from khop.daemon.alarms.names import AlarmName
from khop.daemon.outside.process_state import LATEST
from khop.daemon.process import Daemon
from khop.daemon.repeating import Repeating
from khop.errors import ConfigError
from khop.loopback import Response
from khop.mappings.records import Instant
from khop.sync.ledger import acquire
from khop.sync.ledger.schema import discrepancy, pause, run, stream_health, task_firing
from tests.cases.installation import NOW, Installation
from tests.cases.systems import TOKEN_PATH, code, row
from tests.sync.findings.receiver import SECRET, receiving

#: Seconds that something may take on a busy machine.
PATIENCE = 60.0


@dataclass
class Clock:
    """The true time, moved so that it was NOW when the test began."""

    began: float

    def __call__(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - self.began)


@pytest.fixture
def installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setattr(khop.daemon.node, "_SETTLE_US", 0)
    monkeypatch.setattr("khop.sync.opening._utc_now", lambda: NOW)
    made = Installation(tmp_path, capsys)
    made.start()
    made.configure('\n[daemon]\nlisten = ""\n\n[schedule]\npull = { every = "10s" }\n')
    made.one_stop.rows.append(row(1, code(1)))
    assert made.khop("init").code == 0
    yield made
    made.stop()


@pytest.fixture
def logged(unconfigured_logs: None) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []

    def keep(_logger: object, _name: str, event: Any) -> Any:
        lines.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    return lines


@contextmanager
def running(installation: Installation) -> Iterator[Daemon]:
    daemon = Daemon(installation.folder / "khop.toml", adapter_types(), Clock(time.monotonic()))
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(daemon.run()))
    thread.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        thread.join(PATIENCE)
    assert codes == [0]


@contextmanager
def stepped(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon that looks and tells only when a test says so, and starts no task."""
    ready = threading.Event()
    monkeypatch.setattr(Repeating, "start", lambda self: ready.set())
    monkeypatch.setattr(Repeating, "stop", lambda self, within: True)
    with running(installation) as daemon:
        assert ready.wait(PATIENCE)
        daemon.node.at_once = 0
        yield daemon


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    event, end = threading.Event(), time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it took too long"
        event.wait(0.05)


def rows(daemon: Daemon, query: sa.Select[Any]) -> list[Any]:
    if daemon.ledger is None:
        return []
    with daemon.node.ledger.read() as connection:
        return list(connection.execute(query))


def ended(daemon: Daemon, task: str, state: str = "done") -> bool:
    query = sa.select(task_firing).where(task_firing.c.task == task, task_firing.c.state == state)
    return bool(rows(daemon, query))


@pytest.mark.slow
def test_it_pulls_compares_and_stops(
    installation: Installation, logged: list[dict[str, Any]]
) -> None:
    with running(installation) as daemon:
        until(lambda: bool(rows(daemon, sa.select(discrepancy).where(discrepancy.c.rule == "A7"))))
        healths = rows(daemon, sa.select(stream_health))
        assert {row.stream: row.state for row in healths}["igate"] == "ok"
    events = [line["event"] for line in logged]
    assert events.index("daemon_runs") < events.index("task_ended") < events.index("daemon_stops")
    ends = [line for line in logged if line["event"] == "task_ended"]
    assert all({"task", "slot", "node", "run"} <= line.keys() for line in ends)


@pytest.mark.parametrize("fault", ["the disk is full", "the look hangs"])
def test_the_dead_man_address_is_not_called_while_khop_can_do_nothing(
    fault: str, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khop.daemon.process._BEAT", 0.0)
    with receiving(NOW) as monitor:
        installation.configure(f'\n[alarms]\ndead_man_url = "{monitor.url}"\n')
        with stepped(installation, monkeypatch) as daemon:
            daemon.tell()
            assert monitor.paths == []  # no look was made yet
            daemon.tick()
            daemon.tell()
            assert len(monitor.paths) == 1
            if fault == "the look hangs":
                daemon.looked = time.monotonic() - LATEST - 1
            else:
                fill_disk(installation.folder / "khop.db")
                monkeypatch.setattr(daemon.node, "_seen", None)
                daemon.tick()
            daemon.tell()
            assert len(monitor.paths) == 1


def test_a_channel_that_fails_is_logged_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, logged: list[dict[str, Any]]
) -> None:
    (installation.folder / "secret").write_text(SECRET, "utf-8")
    posted = 'url = "http://127.0.0.1:9/khop"\nsecret = { file = "secret" }\n'
    installation.configure(f"\n[alarms]\n{posted}")
    with stepped(installation, monkeypatch) as daemon:
        with daemon.node.ledger.write() as connection:
            daemon.runner.watcher.raise_alarm(
                connection, AlarmName.DISK, "91 % full", Instant.of(NOW).us
            )
        for minutes in (0, 10, 20):
            monkeypatch.setattr(daemon, "clock", lambda at=minutes: NOW + timedelta(minutes=at))
            daemon.tell()
    assert [line["event"] for line in logged if "channel" in line] == ["alarms cannot be sent"]


def fill_disk(ledger: Path) -> None:
    """Let the ledger be read and not be written, as on a full disk."""
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON node "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )


@pytest.mark.slow
def test_a_refused_login_pauses_the_source_and_nothing_else(
    installation: Installation, logged: list[dict[str, Any]]
) -> None:
    refused = Response.json({"error": "invalid_client"}, 401)
    installation.one_stop.answers[TOKEN_PATH] = lambda request: refused
    with running(installation) as daemon:
        until(lambda: bool(rows(daemon, sa.select(pause))))
        until(lambda: ended(daemon, "pull:dvcqg"))
        (held,) = rows(daemon, sa.select(pause))
        assert (held.name, held.cause, held.by) == ("igate", "unauthorised", "khop")
        tried = len(installation.one_stop.requests)
        until(lambda: ended(daemon, "pull:igate", "skipped"))
        assert len(installation.one_stop.requests) == tried
        (failed,) = [line for line in logged if line["event"] == "task_failed"]
        (begun,) = rows(daemon, sa.select(run).where(run.c.id == failed["run"]))
        assert (begun.kind, failed["source"]) == ("pull", "igate")
    installation.one_stop.answers.clear()
    assert installation.khop("daemon", "resume", "igate", "--why", "new password").code == 0
    with running(installation) as daemon:
        until(lambda: ended(daemon, "pull:igate"))


@pytest.mark.slow
def test_another_khop_at_work_is_waited_for(installation: Installation) -> None:
    with running(installation) as daemon:
        until(lambda: daemon.ledger is not None)
        with acquire(daemon.node.ledger, "reconcile", Clock(time.monotonic())):
            until(lambda: bool(rows(daemon, sa.select(task_firing).where(
                task_firing.c.task == "reconcile",
                task_firing.c.reason.contains("holds the lease")))))  # fmt: skip
            assert not ended(daemon, "reconcile")
        until(lambda: ended(daemon, "reconcile"))


@pytest.mark.slow
def test_a_changed_khop_toml_is_taken_over_and_one_with_an_error_is_not(
    installation: Installation, logged: list[dict[str, Any]]
) -> None:
    file = installation.folder / "khop.toml"
    good = file.read_text("utf-8")
    with running(installation) as daemon:
        until(lambda: ended(daemon, "pull:igate"))
        file.write_text(good + "[daemon2]\n", "utf-8")
        daemon.reload()
        until(lambda: any(line["event"] == "khop_toml_not_taken_over" for line in logged))
        file.write_text(good.replace('"10s"', '"2h"'), "utf-8")
        daemon.reload()
        until(lambda: any(line["event"] == "khop_toml_taken_over" for line in logged))
        calendar = daemon.node.tasks["pull:igate"].calendar
        assert calendar is not None
        assert calendar.text == "every 2h"


def test_a_khop_toml_with_an_error_ends_it_at_the_start(installation: Installation) -> None:
    installation.configure('\n[schedule.reconcil]\nevery = "1h"\n')
    with pytest.raises(ConfigError, match="did you mean reconcile"):
        Daemon(installation.folder / "khop.toml", adapter_types(), lambda: NOW)
