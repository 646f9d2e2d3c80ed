"""``khop daemon`` for real: killed, stopped, told to stop, and cut off from its database."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from khop.daemon.firings import State
from khop.sync.ledger.schema import task_firing
from tests.daemon.whole.province import Province, Running, now_us, province, wait_for
from tests.postgres import Server

pytestmark = pytest.mark.slow

#: Seconds on a busy machine. A process that died on the same machine is seen at once.
TAKEN_OVER, STOPPED = 15.0, 30.0


def test_killed_again_and_again_it_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    folder = tmp_path / "province"
    with province(folder, f"sqlite:///{folder / 'khop.db'}") as here:
        rng = random.Random(1)
        for _ in range(4):
            running = here.start()
            wait_for(lambda: here.is_there(running), running)  # noqa: B023
            running.goes_on_for(rng.uniform(0.0, 5.0))
            running.kill()
        first = here.start()
        wait_for(lambda: here.is_there(first), first)
        second = here.start()
        _stopped_longer_than_a_lease(here, first, second)
        _told_to_stop(here, first, second)
        _ends_well(here, second)


def test_two_nodes_on_postgresql_of_which_one_is_killed_and_the_database_goes_away(
    postgres: Server, tmp_path: Path
) -> None:
    with (
        postgres.database() as name,
        province(tmp_path / "province", postgres.url(name)) as here,
    ):
        rng = random.Random(2)
        steady = here.start()
        wait_for(lambda: here.is_there(steady), steady)
        for _ in range(3):
            other = here.start()
            wait_for(lambda: here.is_there(other), other)  # noqa: B023
            steady.goes_on_for(rng.uniform(0.0, 5.0))
            other.kill()
        other = here.start()
        wait_for(lambda: here.is_there(other), other)
        for _ in range(2):
            _database_away(postgres, name, steady)
        _told_to_stop(here, other, steady)
        _ends_well(here, steady)
        for event in ("ledger_not_reached", "ledger_reached_again"):
            assert len(steady.lines(event)) == 2


def _database_away(server: Server, name: str, running: Running) -> None:
    """The server lets nobody into the database for a while; each process says so once when it
    begins and once when it ends."""
    before = len(running.lines("ledger_reached_again"))
    server.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    wait_for(lambda: len(running.lines("ledger_not_reached")) > before, running)
    running.goes_on_for(3)
    server.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    wait_for(lambda: len(running.lines("ledger_reached_again")) > before, running)


def _stopped_longer_than_a_lease(here: Province, stopped: Running, other: Running) -> None:
    """One process stands still in the middle of its work, and goes on after another took it."""
    held = wait_for(lambda: here.held_by(stopped), stopped)
    stopped.process.send_signal(signal.SIGSTOP)
    other.goes_on_for(40)
    stopped.process.send_signal(signal.SIGCONT)
    wait_for(lambda: not held & {(row.task, row.slot_us) for row in here.open_rows()}, other)


def _told_to_stop(here: Province, stopped: Running, other: Running) -> None:
    """One process is told to stop while it works: what it gave back is taken over at once."""
    wait_for(lambda: here.held_by(stopped), stopped)
    code, seconds = stopped.stop()
    ended = now_us()
    assert code == 0
    assert seconds < STOPPED
    assert not here.held_by(stopped)
    given_back = here.rows(task_firing.c.reason == "the khop daemon stopped")
    for row in given_back:
        if row.state == State.DUE:
            wait_for(lambda: _begun(here, row.task, row.slot_us), other)  # noqa: B023
            assert now_us() - ended < TAKEN_OVER * 1_000_000


def _ends_well(here: Province, last: Running) -> None:
    """Every slot has a row with an end, none was done twice, and the findings are true."""
    now = now_us()
    pulls = {row.task for row in here.rows() if row.task.startswith("pull:")}
    assert len(pulls) == 6
    wait_for(lambda: pulls <= here.done_since(now), last)
    wait_for(lambda: "reconcile" in {row.task for row in here.rows()}, last)
    assert last.stop()[0] == 0
    assert all(row.state == State.DUE for row in here.open_rows())
    assert [(task, gap) for task in pulls for gap in here.gaps(task)] == []
    assert max(here.ends().values()) == 1
    assert here.sandbox.violations() == []
    here.khop("reconcile")
    assert here.findings() == _undisturbed(here)
    here.khop("log", "verify")


def _undisturbed(here: Province) -> Counter[tuple[str, str]]:
    """The findings of an installation of its own, by hand."""
    folder = here.folder.parent / "undisturbed"
    ledger = {"khop.db", "khop.db-wal", "khop.db-shm", "khop.key"}
    shutil.copytree(here.folder, folder, ignore=lambda _, names: ledger & set(names))
    written = folder / "khop.toml"
    written.write_text(
        written.read_text("utf-8").replace(here.ledger.url, f"sqlite:///{folder / 'khop.db'}")
    )
    for command in ("init", "pull", "reconcile"):
        here.khop(command, folder=folder)
    return here.findings(folder)


def _begun(here: Province, task: str, slot_us: int) -> bool:
    rows = here.rows(task_firing.c.task == task, task_firing.c.slot_us == slot_us)
    return bool(rows[0].state != State.DUE)
