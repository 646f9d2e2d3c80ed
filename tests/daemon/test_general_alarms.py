"""Alarms that are about no stream are raised while their cause holds, and cleared after it."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.daemon.alarms.names import AlarmName
from khop.daemon.firings import State
from khop.daemon.general_alarms import DONE_SINCE, MISSED, look_around
from khop.daemon.health import Watcher
from khop.sync.ledger import Ledger
from khop.sync.ledger.outbox import PushState
from khop.sync.ledger.schema import alarm, outbox, task_firing
from khop.text.local_time import DAY_US

NOW = 1_796_000_430_000_000


@pytest.fixture
def config(ledger: Ledger) -> Config:
    tables = {"province": {"name": "Tỉnh Mẫu", "code": "H99"}, "ledger": {"url": ledger.url}}
    return Config.model_validate({**tables, "base_dir": Path("/nowhere")})


def told(ledger: Ledger, config: Config) -> set[str]:
    """The alarms that are open after a look."""
    with ledger.write() as connection:
        look_around(connection, Watcher.of(config.alarms), config, NOW)
        still = sa.select(alarm.c.state).where(alarm.c.closed_us.is_(None))
        return set(connection.scalars(still))


def fired(ledger: Ledger, slot_us: int, state: State) -> None:
    values = {"task": "repair", "slot_us": slot_us, "since_us": slot_us, "covers": 1}
    with ledger.write() as connection:
        connection.execute(
            sa.insert(task_firing).values(**values, state=state, start_us=slot_us, attempts=0)
        )


def test_a_slot_that_was_missed_is_told_until_the_task_ran(ledger: Ledger, config: Config) -> None:
    assert told(ledger, config) == set()
    fired(ledger, NOW - 500, State.DONE)
    fired(ledger, NOW - 400, State.MISSED)
    assert told(ledger, config) == {AlarmName.MISSED_SLOTS}
    fired(ledger, NOW - 300, State.DONE)
    assert told(ledger, config) == set()


def test_slots_that_were_missed_are_found_without_reading_those_that_were_not(
    ledger: Ledger,
) -> None:
    def plan(query: sa.Select[Any], **values: object) -> list[str]:
        text = query.params(**values).compile(connection, compile_kwargs={"literal_binds": True})
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        return [row[-1] for row in rows]

    with ledger.read() as connection:
        (missed,) = plan(MISSED, since=NOW)
        (done,) = plan(DONE_SINCE, of="repair", since=NOW)
    assert "ix_task_firing_state (state=?" in missed
    assert "SCAN" not in done


def test_a_push_that_does_not_end_is_told(ledger: Ledger, config: Config) -> None:
    values = {
        "version": "v", "code": "c", "source": "igate", "native_id": "1", "sink": "dvcqg",
        "rules": "A7", "state": PushState.UNKNOWN, "attempts": 1, "made_us": 1,
        "changed_us": NOW - DAY_US + 1,
    }  # fmt: skip
    with ledger.write() as connection:
        connection.execute(sa.insert(outbox).values(**values))
    assert told(ledger, config) == set()
    with ledger.write() as connection:
        connection.execute(sa.update(outbox).values(changed_us=NOW - DAY_US - 1))
    assert told(ledger, config) == {AlarmName.OUTBOX}
    with ledger.write() as connection:
        connection.execute(sa.update(outbox).values(state=PushState.DONE))
    assert told(ledger, config) == set()


def test_a_disk_without_room_for_a_copy_is_told(
    ledger: Ledger, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10_000_000))
    assert told(ledger, config) == {AlarmName.DISK}
    monkeypatch.undo()
    assert told(ledger, config) == set()
