"""A push is claimed before it is sent: of several that saw it in one state, one gets it."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from khop.sync.ledger import Ledger, outbox
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.privacy import Privacy

pytestmark = pytest.mark.slow

PUSH = Push("v1", "H99.18.03-261110-0001", "igate", "n1", "dvcqg", "A7", PushState.PENDING)
PROCESSES = 4


@pytest.fixture
def pushed(ledger: Ledger) -> Ledger:
    """A ledger with the push, not sent yet."""
    with ledger.write() as connection:
        outbox.open_push(connection, PUSH, 1)
    return ledger


def _open(url: str, key: Path) -> Ledger:
    ledger = Ledger(url)
    ledger.use(Privacy(key), lambda: datetime(2026, 11, 26, tzinfo=UTC))
    return ledger


def _claim(url: str, key: Path, together: Barrier, results: multiprocessing.Queue[bool]) -> None:
    ledger = _open(url, key)
    with ledger.read() as connection:
        push = outbox.find(connection, PUSH.version)
    assert push is not None
    together.wait(60)
    with ledger.write() as connection:
        results.put(outbox.claim(connection, push, 2))
    ledger.close()


def test_of_several_processes_one_gets_a_push(
    pushed: Ledger, ledger_url: str, tmp_path: Path
) -> None:
    processes = multiprocessing.get_context("spawn")
    together, results = processes.Barrier(PROCESSES), processes.Queue()
    given = ledger_url, tmp_path / "khop.key", together, results
    running = [processes.Process(target=_claim, args=given) for _ in range(PROCESSES)]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert sorted(results.get(timeout=10) for _ in running) == [False, False, False, True]


def test_a_claimed_push_is_claimed_again_only_as_it_is_now(pushed: Ledger) -> None:
    with pushed.write() as connection:
        assert outbox.claim(connection, PUSH, 2)
        assert not outbox.claim(connection, PUSH, 3)
        now = outbox.find(connection, PUSH.version)
        assert now == replace(PUSH, state=PushState.SENDING, attempts=1, write_us=2)
        assert now is not None
        assert outbox.claim(connection, now, 4)
        outbox.change(connection, PUSH.version, 5, state=PushState.DONE)
        assert not outbox.claim(connection, now, 6)
        assert outbox.pushed_since(connection, "dvcqg", 4) == {PUSH.code}
        assert outbox.pushed_since(connection, "dvcqg", 5) == set()
        assert outbox.pushed_since(connection, "other", 0) == set()
