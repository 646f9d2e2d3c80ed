"""A firing ends in the ledger whatever happens in its thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.load import load_config
from khop.config.slots import calendar_of
from khop.daemon.firings import MOST_ATTEMPTS, Firing, State
from khop.daemon.health import Watcher, failures_of
from khop.daemon.jobs import Stopped
from khop.daemon.node import Node
from khop.daemon.outside.measures import Measures
from khop.daemon.running import Runner, TaskProgress
from khop.daemon.tasks import Kind, Task
from khop.errors import KhopError, LedgerUnavailable
from khop.sync.engine import Engine
from khop.sync.ledger import Lease, LeaseHeld, Ledger, acquire
from khop.sync.ledger.leases.processes import this_process
from khop.sync.ledger.schema import lease, task_firing
from tests.sync.fakes import FakeClock

REPAIR = Task("repair", Kind.REPAIR, None, calendar_of("every 15m"), uses=("igate",))
PULL = Task("pull:igate", Kind.PULL, "igate", calendar_of("every 15m"), uses=("igate",))


@dataclass
class Refusing:
    """Opens no engine."""

    says: str = "igate does not answer"

    def __call__(self, sources: Sequence[str]) -> Engine:
        raise KhopError(self.says)


@pytest.fixture
def runner(ledger: Ledger, clock: FakeClock, tmp_path: Path) -> Runner:
    path = tmp_path / "khop.toml"
    path.write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    config = load_config(path, {})
    node = Node(ledger, this_process(), {PULL.name: PULL}, clock)
    node.join()
    watcher = Watcher.of(config.alarms)
    return Runner(
        node, watcher, config, path, Refusing(), clock, threading.Event(), Measures()
    )  # fmt: skip


@pytest.fixture
def firing(runner: Runner, clock: FakeClock) -> Firing:
    clock.now += timedelta(minutes=16)
    (claimed,) = runner.node.tick()
    return claimed


def _row(runner: Runner, firing: Firing) -> tuple[str, str]:
    with runner.node.ledger.read() as connection:
        row = connection.execute(
            sa.select(task_firing).where(task_firing.c.slot_us == firing.slot_us)
        ).one()
    return row.state, row.reason


@dataclass
class AtWork:
    """Works under a lease of the ledger until it is let go."""

    ledger: Ledger
    clock: FakeClock
    lease: str
    begun: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, sources: Sequence[str]) -> Engine:
        with acquire(self.ledger, self.lease, self.clock):
            self.begun.set()
            self.let_go.wait()
        raise KhopError("igate does not answer")


@pytest.mark.parametrize(
    ("task", "lease", "state"),
    [(REPAIR, "apply", State.RUNNING), (PULL, "pull:igate", State.DUE)],
    ids=["sends", "reads"],
)
def test_what_still_sends_when_the_daemon_stops_keeps_its_leases(
    runner: Runner, clock: FakeClock, task: Task, lease: str, state: State
) -> None:
    """Another process could take them and send the same; what reads is taken over at once."""
    node = runner.node
    runner.open = work = AtWork(node.ledger, clock, lease)
    node.tasks = {task.name: task}
    node.join()
    clock.now += timedelta(minutes=16)
    (claimed,) = node.tick()
    runner.start(claimed)
    assert work.begun.wait(60)
    try:
        left = runner.wait(0.0)
        assert left == {task.name}
        node.leave(left)
        assert _row(runner, claimed)[0] == state
        sends = pytest.raises(LeaseHeld) if task is REPAIR else nullcontext()
        with sends, acquire(node.ledger, lease, clock):
            pass
    finally:
        runner.stopping.set()
        work.let_go.set()
    assert runner.wait(60) == set()


@pytest.mark.parametrize("looked_at", [True, False], ids=["a_program", "an_empty_page"])
def test_a_program_that_hangs_does_not_keep_its_lease(clock: FakeClock, looked_at: bool) -> None:
    seconds = [0.0]
    lease = Lease({}, clock, lambda: seconds[0])
    told = threading.Event()
    progress = TaskProgress(lease, told.is_set, looked_at=looked_at)
    seconds[0] = 100.0
    progress.advance("backup", 0)
    assert lease.moved == (0.0 if looked_at else 100.0)
    progress.advance("backup", 1)
    assert lease.moved == 100.0
    told.set()
    with pytest.raises(Stopped):
        progress.advance("backup", 0)


def test_an_error_that_no_database_can_store_is_named_by_its_kind(
    runner: Runner, firing: Firing
) -> None:
    runner.open = Refusing("half a character: \ud800")
    runner.run(firing)
    assert _row(runner, firing) == (State.FAILED, "khop failed (UnicodeEncodeError)")
    assert not runner.node.running


def test_a_task_that_left_khop_toml_after_it_was_claimed_waits(
    runner: Runner, firing: Firing
) -> None:
    runner.node.tasks = {}
    runner.run(firing)
    assert _row(runner, firing) == (State.DUE, "khop.toml has no such task any more")
    assert not runner.node.running


@dataclass
class Away:
    """Opens no engine, since the ledger is away whenever it is asked to."""

    def __call__(self, sources: Sequence[str]) -> Engine:
        raise LedgerUnavailable("the ledger cannot be reached")


def test_what_is_interrupted_each_time_counts_as_a_failure_and_is_logged_once(
    runner: Runner, firing: Firing, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def failures() -> int:
        with runner.node.ledger.read() as connection:
            return failures_of(connection, "igate")

    runner.open = Away()
    counted = []
    with caplog.at_level("INFO", logger="khop"):
        for _ in range(MOST_ATTEMPTS):
            runner.run(firing)
            counted.append(failures())
            clock.now += timedelta(seconds=11)
            claimed = runner.node.tick()
            firing = claimed[0] if claimed else firing
    assert counted == [0, 0, 1]
    assert _row(runner, firing)[0] == State.INTERRUPTED
    assert [line.message.split()[0] for line in caplog.records] == ["task_interrupted"]


def test_what_another_process_does_is_asked_about_less_and_less_often(
    runner: Runner, firing: Firing, clock: FakeClock
) -> None:
    def begun() -> float | None:
        found = {"task": PULL.name}
        return runner.measures.registry.get_sample_value(
            "khop_task_start_lateness_seconds_count", found
        )

    work = runner.open = AtWork(runner.node.ledger, clock, "pull:igate")
    work.let_go.set()
    waits = []
    for _ in range(6):
        with acquire(runner.node.ledger, "pull:igate", clock):
            runner.run(firing)
        with runner.node.ledger.read() as connection:
            start_us = connection.scalar(sa.select(sa.func.max(task_firing.c.start_us)))
        waits.append((start_us or 0) / 1e6 - clock.now.timestamp())
        clock.now += timedelta(seconds=31)
        (firing,) = runner.node.tick()
    assert waits == pytest.approx([2, 4, 8, 16, 30, 30])
    assert begun() is None
    runner.run(firing)
    assert begun() == 1


def test_a_process_that_dies_with_each_try_counts_as_a_failure(
    runner: Runner, firing: Firing, clock: FakeClock
) -> None:
    other = Node(runner.node.ledger, "host-b:1:x", runner.node.tasks, clock)
    Runner(
        other,
        runner.watcher,
        runner.config,
        runner.config_path,
        runner.open,
        clock,
        threading.Event(),
        Measures(),
    )
    with runner.node.ledger.write() as connection:
        connection.execute(sa.update(task_firing).values(attempts=MOST_ATTEMPTS))
        connection.execute(sa.update(lease).values(owner=None))
    other.tick()
    assert _row(runner, firing)[0] == State.INTERRUPTED
    with runner.node.ledger.read() as connection:
        assert failures_of(connection, "igate") == 1


def test_a_system_that_gives_no_more_threads_lets_the_firing_wait(
    runner: Runner, firing: Firing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    runner.start(firing)
    assert _row(runner, firing)[0] == State.DUE
    assert not runner.node.running
