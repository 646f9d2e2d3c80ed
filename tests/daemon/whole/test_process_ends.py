"""How a process of the daemon ends, for real, and how soon another goes on: killed where the other
cannot see it, told to stop, told twice. No system answers meanwhile, so all of them are at work."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from khop.daemon.firings import State
from khop.sync.ledger.schema import task_firing
from tests.daemon.whole.province import Province, Running, can_run_elsewhere, province, wait_for
from tests.postgres import Server

pytestmark = pytest.mark.slow

#: Seconds. On an idle machine the second is less than 3.
AFTER_A_CRASH, AFTER_A_STOP, STOPPED, AT_ONCE = 35.0, 10.0, 30.0, 5.0


@pytest.mark.skipif(not can_run_elsewhere(), reason="no process numbers of its own")
def test_whatever_ends_a_process_another_goes_on_in_time(postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as name, province(tmp_path / "province", postgres.url(name)) as here:
        with here.silent():
            far = _at_work(here, lambda: here.start(elsewhere=True))
            near = here.start()
            wait_for(lambda: here.is_there(near), near)
            held = here.held_by(far)
            far.kill()
            assert _seconds_until_held(here, held, near) < AFTER_A_CRASH
            other = here.start()
            wait_for(lambda: here.is_there(other), other)
            held = here.held_by(near)
            code, seconds = near.stop()
            assert code == 0
            assert seconds < STOPPED
            assert _seconds_until_held(here, held, other) < AFTER_A_STOP
            held = here.held_by(other)
            _told_twice(other)
        assert here.held_by(other) >= held  # as it was left
        last = here.start()
        wait_for(lambda: not held & {(row.task, row.slot_us) for row in here.open_rows()}, last)
        ended = here.rows(task_firing.c.state == State.DONE)
        assert {(row.task, row.slot_us) for row in ended} & held
        assert last.stop()[0] == 0


def _at_work(here: Province, start: Callable[[], Running]) -> Running:
    """A process that runs as much as it can at a time."""
    running = start()
    wait_for(lambda: len(here.held_by(running)) == 6, running)
    return running


def _seconds_until_held(here: Province, held: set[tuple[str, int]], by: Running) -> float:
    began = time.monotonic()
    wait_for(lambda: held & here.held_by(by), by)
    return time.monotonic() - began


def _told_twice(running: Running) -> None:
    """The second signal ends it at once, with what it does half done."""
    running.process.send_signal(signal.SIGTERM)
    wait_for(lambda: running.lines("daemon_stops"), running)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(AT_ONCE) == 128 + signal.SIGTERM
    assert running.lines("daemon_stopped") == []
