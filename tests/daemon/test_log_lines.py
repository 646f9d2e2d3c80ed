"""The log of a daemon: a fault is in it when it begins and when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from khop.config.load import load_config
from khop.config.slots import calendar_of
from khop.daemon.health import Watcher
from khop.daemon.jobs import Opener
from khop.daemon.node import Node
from khop.daemon.outside.log_lines import OnceADay
from khop.daemon.outside.measures import Measures
from khop.daemon.running import Runner
from khop.daemon.tasks import Kind, Task
from khop.errors import KhopError, LedgerUnavailable
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.leases.processes import this_process
from khop.sync.ledger.schema import stream_health, task_firing
from tests.sync.fakes import FakeClock

PULL = Task("pull:igate", Kind.PULL, "igate", calendar_of("every 15m"), uses=("igate",))


@pytest.fixture
def logged(unconfigured_logs: None) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []

    def keep(_logger: object, _name: str, event: Any) -> Any:
        lines.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, OnceADay(), keep])
    return lines


def made(ledger: Ledger, clock: FakeClock, folder: Path) -> tuple[Node, Callable[[Opener], Runner]]:
    """A node with one task, and what runs its firings with an opener."""
    path = folder / "khop.toml"
    path.write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    config = load_config(path, {})
    node = Node(ledger, this_process(), {PULL.name: PULL}, clock)
    node.join()
    watcher, measures = Watcher.of(config.alarms), Measures()
    return node, lambda opener: Runner(
        node, watcher, config, path, opener, clock, threading.Event(), measures
    )


def silent(number: int) -> Opener:
    """Opens no engine: the system does not answer, each time in other words."""

    def refuse(sources: Sequence[str]) -> Engine:
        raise KhopError(f"igate search: circuit open for another {number} s")

    return refuse


def away(sources: Sequence[str]) -> Engine:
    """Opens no engine: the database is away."""
    raise LedgerUnavailable("the ledger cannot be reached")


def test_a_task_that_lost_the_ledger_has_not_failed(
    ledger: Ledger, clock: FakeClock, tmp_path: Path, logged: list[dict[str, Any]]
) -> None:
    node, runner = made(ledger, clock, tmp_path)
    clock.now += timedelta(minutes=15, seconds=20)
    (firing,) = node.tick()
    runner(away).run(firing)
    assert node.running == {}
    with ledger.read() as connection:
        (row,) = connection.execute(sa.select(task_firing)).all()
        assert connection.execute(sa.select(stream_health.c.failures)).all() in ([], [(0,)])
    assert (row.state, row.attempts, row.reason) == ("due", 1, "the ledger cannot be reached")
    (line,) = [line for line in logged if line["event"] == "task_interrupted"]
    assert (line["task"], line["source"]) == (PULL.name, "igate")
    clock.now += timedelta(seconds=11)
    assert [again.attempts for again in node.tick()] == [2]


def test_a_system_that_is_silent_for_a_day_makes_few_lines(
    ledger: Ledger, clock: FakeClock, tmp_path: Path, logged: list[dict[str, Any]]
) -> None:
    node, runner = made(ledger, clock, tmp_path)
    tries = 0
    for number in range(96):
        clock.now += timedelta(minutes=15)
        for firing in node.tick():
            tries += 1
            runner(silent(number)).run(firing)
    assert tries > 40
    lines = [(line["event"], line.get("source")) for line in logged]
    assert lines.count(("task_failed", "igate")) == 1
    assert len(lines) <= 5


def test_a_warning_that_lasts_is_written_once_a_day() -> None:
    now = 0.0
    once = OnceADay(lambda: now)

    def written(**event: object) -> bool:
        try:
            return bool(once(None, "warning", dict(event)))
        except structlog.DropEvent:
            return False

    assert written(event="legacy_tls", source="igate")
    assert not written(event="legacy_tls", source="igate")
    assert written(event="legacy_tls", source="dvcqg")
    assert written(event="history_not_read", source="igate", error="1: HTTP 500")
    assert not written(event="history_not_read", source="igate", error="2: HTTP 500")
    assert all(written(event="task_failed", source="igate") for _ in range(2))
    now = 86_401.0
    assert written(event="legacy_tls", source="igate")
