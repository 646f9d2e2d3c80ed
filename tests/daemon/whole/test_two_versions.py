"""Two versions of khop at work on one ledger of PostgreSQL, as during an upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.daemon.firings import State
from khop.sync.ledger.schema import task_firing
from tests.daemon.whole.province import now_us, province, wait_for
from tests.postgres import Server

pytestmark = pytest.mark.slow


def test_the_older_ends_what_it_began_and_works_again_when_the_newer_is_gone(
    postgres: Server, tmp_path: Path
) -> None:
    with postgres.database() as name, province(tmp_path / "province", postgres.url(name)) as here:
        with here.silent():
            old = here.start()
            wait_for(lambda: len(here.held_by(old)) == 6, old)
            begun = here.held_by(old)
            new = here.start(version="1000.0")
            wait_for(lambda: here.is_there(old, "draining"), old)
            assert [line["there"] for line in old.lines("newer_version")] == ["1000.0"]
            assert here.held_by(old) == begun
        wait_for(lambda: not here.held_by(old), old)
        ended = {(row.task, row.slot_us): row.attempts for row in here.rows() if row.finished_us}
        assert {one: ended[one] for one in begun} == dict.fromkeys(begun, 1)
        since = now_us()
        pulls = {task for task, _ in begun}
        wait_for(lambda: pulls <= here.done_since(since), new)
        rows = here.rows(task_firing.c.started_us > since)
        assert {f":{new.number}/" in row.node for row in rows} == {True}
        assert new.stop()[0] == 0
        gone = now_us()
        wait_for(lambda: pulls <= here.done_since(gone), old)
        assert old.stop()[0] == 0
        assert all(row.state == State.DUE for row in here.open_rows())
        assert [(task, gap) for task in pulls for gap in here.gaps(task)] == []
        assert max(here.ends().values()) == 1
