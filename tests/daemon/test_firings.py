"""Slots become rows, one each; who runs one holds its lease; what died is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.slots import calendar_of
from khop.daemon import firings, slots_due
from khop.daemon.firings import MOST_ATTEMPTS, Firing, State
from khop.daemon.tasks import Kind, Task
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import lease, schedule, task_firing
from khop.text.local_time import utc_us
from tests.postgres import BOTH

LEDGERS = BOTH
MINUTE_US = 60_000_000
#: 08:00:30 of a Monday, and the slot before.
SLOT = utc_us(datetime(2026, 11, 30, 8, 0))
NOW = SLOT + MINUTE_US // 2
PULL = Task("pull:a", Kind.PULL, "a", calendar_of("every 1m"), uses=("a",))
MORNING = Task("reconcile", Kind.RECONCILE, None, calendar_of("cron 0 7 * * mon-fri"))
REPAIR = Task("repair", Kind.REPAIR, None, calendar_of("every 1m"))
TASKS = {task.name: task for task in (PULL, MORNING, REPAIR)}


def rows(ledger: Ledger, task: str) -> list[Any]:
    with ledger.read() as connection:
        query = sa.select(task_firing).where(task_firing.c.task == task)
        return list(connection.execute(query.order_by(task_firing.c.slot_us)))


def look(ledger: Ledger, now_us: int) -> None:
    with ledger.write() as connection:
        slots_due.fire(connection, TASKS, now_us)


def claimed(ledger: Ledger, now_us: int) -> Firing | None:
    with ledger.write() as connection:
        return next(iter(firings.claim(connection, TASKS, "here", now_us)), None)


@pytest.fixture
def planned(ledger: Ledger) -> Ledger:
    with ledger.write() as connection:
        slots_due.plan(connection, TASKS.values(), NOW)
    return ledger


def test_a_new_pull_begins_at_once_and_other_tasks_at_their_next_slot(planned: Ledger) -> None:
    look(planned, NOW)
    assert [row.slot_us for row in rows(planned, "pull:a")] == [SLOT]
    assert rows(planned, "reconcile") == rows(planned, "repair") == []
    look(planned, NOW)
    assert len(rows(planned, "pull:a")) == 1


def test_slots_that_came_while_nobody_was_there_are_one_row(planned: Ledger) -> None:
    look(planned, SLOT + 600 * MINUTE_US + 5)
    (row,) = rows(planned, "pull:a")
    assert (row.since_us, row.slot_us, row.covers) == (SLOT, SLOT + 600 * MINUTE_US, 601)
    assert row.state == State.DUE


def test_repair_is_not_made_up_for(planned: Ledger) -> None:
    look(planned, SLOT + 10 * MINUTE_US + 61_000_000)
    look(planned, SLOT + 12 * MINUTE_US + 1_000_000)
    states = [(row.covers, row.state) for row in rows(planned, "repair")]
    # 11 slots, of which the last is fresh; then one on time
    assert states[-1][1] == State.SKIPPED
    assert sum(covers for covers, _ in states) == 12


def test_a_slot_that_nobody_saw_in_time_is_missed(ledger: Ledger) -> None:
    hourly = {"repair": replace(REPAIR, calendar=calendar_of("every 1h"))}
    with ledger.write() as connection:
        slots_due.plan(connection, hourly.values(), SLOT - 1)
        slots_due.fire(connection, hourly, SLOT + 2 * MINUTE_US)
    (row,) = rows(ledger, "repair")
    assert row.state == State.MISSED
    assert "no khop daemon" in row.reason


def test_a_slot_is_skipped_while_the_firing_before_waits_or_runs(planned: Ledger) -> None:
    look(planned, NOW)
    look(planned, NOW + MINUTE_US)
    assert claimed(planned, NOW + MINUTE_US) is not None
    look(planned, NOW + 2 * MINUTE_US)
    states = [row.state for row in rows(planned, "pull:a")]
    assert states == [State.RUNNING, State.SKIPPED, State.SKIPPED]
    assert [row.reason for row in rows(planned, "pull:a")][1:] == [
        "the firing before still waits",
        "the firing before still runs",
    ]


def test_a_clock_that_jumps_lets_no_second_firing_of_a_task_begin(planned: Ledger) -> None:
    with planned.write() as connection:
        firings.trigger(connection, "reconcile", "a pull changed something", NOW, NOW)
    first = claimed(planned, NOW)
    later = NOW + 600 * MINUTE_US
    with planned.write() as connection:
        firings.trigger(connection, "reconcile", "a pull changed something", later, later)
        assert firings.recover(connection, TASKS, later) == []
    assert claimed(planned, later) is None
    assert first is not None
    with planned.write() as connection:
        assert firings.end(connection, first, State.DONE, later)
    assert claimed(planned, later) is not None


def test_one_process_claims_a_firing(planned: Ledger) -> None:
    look(planned, NOW + MINUTE_US)
    first = claimed(planned, NOW + MINUTE_US)
    assert first is not None
    assert first.task in ("pull:a", "repair")
    others = [claimed(planned, NOW + MINUTE_US) for _ in range(3)]
    assert len([each for each in others if each]) == 1
    with planned.write() as connection:
        assert firings.end(connection, first, State.DONE, NOW + 9)
        assert not firings.end(connection, first, State.DONE, NOW + 9)


def test_an_end_gives_the_lease_back_and_says_what_became(planned: Ledger) -> None:
    look(planned, NOW)
    firing = claimed(planned, NOW)
    assert firing is not None
    with planned.write() as connection:
        firings.end(connection, firing, State.FAILED, NOW + 5, reason="no", summary={"a": "ă"})
        owner = connection.scalar(sa.select(lease.c.owner))
    (row,) = rows(planned, "pull:a")
    assert (row.state, row.reason, row.finished_us, owner) == ("failed", "no", NOW + 5, None)
    assert "ă" in row.summary


def test_a_firing_whose_process_died_is_due_again_until_it_was_tried_often(
    planned: Ledger,
) -> None:
    look(planned, NOW)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        firing = claimed(planned, NOW + attempt)
        assert firing is not None
        assert firing.attempts == attempt
        with planned.write() as connection:
            assert firings.recover(connection, TASKS, NOW + attempt) == []
            found = firings.recover(connection, TASKS, NOW + attempt, ["task:pull:a"])
            assert not firings.end(connection, firing, State.DONE, NOW)
        expected = State.DUE if attempt < MOST_ATTEMPTS else State.INTERRUPTED
        assert found == [("pull:a", firing.slot_us, expected)]
    assert claimed(planned, NOW + 99) is None


def test_a_repair_whose_process_died_is_interrupted(planned: Ledger) -> None:
    look(planned, SLOT + MINUTE_US + 1)
    while (firing := claimed(planned, SLOT + MINUTE_US + 1)) is not None:
        last = firing
        if last.task == "repair":
            break
    with planned.write() as connection:
        found = firings.recover(connection, TASKS, NOW, ["task:repair"])
    assert found == [("repair", last.slot_us, State.INTERRUPTED)]


def test_a_lease_that_another_holds_by_now_is_left_to_it(planned: Ledger) -> None:
    look(planned, NOW)
    firing = claimed(planned, NOW)
    assert firing is not None
    with planned.write() as connection:
        connection.execute(sa.update(lease).values(token=firing.token + 7, owner="other:1/b:1:1"))
        firings.recover(connection, TASKS, NOW)
        held = connection.execute(sa.select(lease.c.token, lease.c.owner)).one()
    assert tuple(held) == (firing.token + 7, "other:1/b:1:1")


def test_work_that_another_does_just_now_is_no_attempt(planned: Ledger) -> None:
    look(planned, NOW)
    firing = claimed(planned, NOW)
    assert firing is not None
    with planned.write() as connection:
        firings.put_back(connection, firing, NOW + MINUTE_US, reason="busy")
    assert claimed(planned, NOW + 1) is None
    again = claimed(planned, NOW + MINUTE_US)
    assert again is not None
    assert (again.attempts, again.slot_us) == (1, firing.slot_us)


def test_a_task_that_follows_another_waits_once(planned: Ledger) -> None:
    with planned.write() as connection:
        for number in range(3):
            firings.trigger(connection, "reconcile", "a pull", NOW + 5, NOW + number)
    (row,) = rows(planned, "reconcile")
    assert (row.slot_us, row.start_us, row.reason) == (NOW, NOW + 5, "a pull")
    assert claimed(planned, NOW + 5) is not None
    with planned.write() as connection:
        firings.trigger(connection, "reconcile", "a pull", NOW + 9, NOW + 9)
    assert [row.state for row in rows(planned, "reconcile")] == [State.RUNNING, State.DUE]
    assert claimed(planned, NOW + 9) is None


def test_what_is_paused_is_skipped_with_the_reason(planned: Ledger) -> None:
    look(planned, NOW)
    with planned.write() as connection:
        assert firings.claim(connection, TASKS, "here", NOW, without=["pull:a"]) == []
        firings.skip_paused(connection, {"pull:a": "login refused"}, NOW)
    (row,) = rows(planned, "pull:a")
    assert (row.state, row.reason) == (State.SKIPPED, "paused: login refused")


def test_another_calendar_counts_from_now(planned: Ledger) -> None:
    changed = replace(PULL, calendar=calendar_of("every 1h"))
    with planned.write() as connection:
        slots_due.plan(connection, [changed], NOW)
        row = connection.execute(sa.select(schedule).where(schedule.c.task == "pull:a")).one()
    assert (row.spec, row.next_us) == ("every 1h", SLOT + 60 * MINUTE_US)


def test_after_the_clock_was_set_back_the_next_slot_comes_soon(planned: Ledger) -> None:
    years = 10 * 365 * 86_400_000_000
    look(planned, NOW + years)
    look(planned, NOW)
    look(planned, NOW + MINUTE_US)
    slots = [row.slot_us for row in rows(planned, "pull:a")]
    assert SLOT + MINUTE_US in slots
    # what was made under the clock that was ahead does not wait for years
    assert all(SLOT <= row.start_us < NOW + MINUTE_US for row in rows(planned, "pull:a"))
    assert claimed(planned, NOW + MINUTE_US) is not None


def test_what_nobody_runs_for_a_day_is_skipped(planned: Ledger) -> None:
    """Such as the last firing of a task that left khop.toml."""
    look(planned, NOW)
    with planned.write() as connection:
        slots_due.fire(connection, {}, NOW + 86_400_000_000 + MINUTE_US)
    (row,) = rows(planned, "pull:a")
    assert (row.state, row.reason) == (State.SKIPPED, "nobody ran it for a day")


def test_a_delay_is_short_beside_the_period() -> None:
    often = replace(PULL, calendar=calendar_of("every 10s"))
    assert (often.jitter_seconds, PULL.jitter_seconds) == (2, 15)
    assert replace(PULL, calendar=calendar_of("every 1h")).jitter_seconds == 20


def test_a_delay_spreads_calls_and_is_the_same_for_all() -> None:
    delays = {slots_due.jitter_us(PULL, SLOT + n * MINUTE_US) for n in range(50)}
    assert len(delays) > 25
    assert max(delays) < PULL.jitter_seconds * 1_000_000
    assert delays == {slots_due.jitter_us(PULL, SLOT + n * MINUTE_US) for n in range(50)}
    assert slots_due.jitter_us(MORNING, SLOT) == 0
