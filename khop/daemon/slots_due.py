"""What comes by time: the schedule of each task, and one row for each slot that came.

All functions take a transaction, and now by the ledger's clock; all but ``is_anything_due`` write.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from khop.config.slots import Calendar, calendar_of
from khop.daemon.firings import ROW, State, add, is_dead, open_firings
from khop.daemon.tasks import Task
from khop.sync.ledger.schema import schedule
from khop.text.local_time import DAY_US

#: A slot is late, and made up for or missed, when it is seen later than this.
LATE_US = 60_000_000
#: Nothing that is due is made to wait for longer.
_LONGEST_WAIT_US = 60_000_000
_SCHEDULE = sa.select(schedule)
_PLAN = sa.update(schedule).where(schedule.c.task == sa.bindparam("of"))


def plan(connection: sa.Connection, tasks: Iterable[Task], now_us: int) -> None:
    """Write the schedule of these tasks. One that has another calendar than before counts from
    now, after the slots of the old one, and so does a new one, if it is none that begins at
    once."""
    rows = {row.task: row for row in connection.execute(_SCHEDULE)}
    under_way = {row.task: State(row.state) for row in open_firings(connection)}
    for task in tasks:
        row, calendar = rows.get(task.name), task.calendar
        if calendar is None or (row is not None and row.spec == calendar.text):
            continue
        following_us = calendar.following(now_us)
        values = {"spec": calendar.text, "next_us": following_us, "slot_us": now_us}
        if row is None:
            if task.begins_at_once:
                values["next_us"] = calendar.latest(now_us)
            connection.execute(sa.insert(schedule), {"task": task.name, **values})
        else:
            _fire_one(connection, task, row, now_us, under_way.get(task.name))
            connection.execute(_PLAN, {"of": task.name, **values})


def is_anything_due(
    connection: sa.Connection,
    tasks: Mapping[str, Task],
    opened: Sequence[sa.Row[Any]],
    now_us: int,
    stalled: Collection[str],
) -> bool:
    """Whether a look at the schedule would change something; it needs only a reader. What is of
    another configuration is not for this process."""
    busy = {row.task for row in opened if row.state == State.RUNNING}
    for row in opened:
        if row.state == State.RUNNING:
            if is_dead(row, stalled):
                return True
        elif row.task in tasks and (
            (row.start_us <= now_us and row.task not in busy) or _is_far(row, now_us)
        ):
            return True
    for row in connection.execute(_SCHEDULE):
        task = tasks.get(row.task)
        if task is None or task.calendar is None:
            continue
        if row.next_us <= now_us or _is_set_back(row, now_us):
            return True
    return False


def _is_far(row: sa.Row[Any], now_us: int) -> bool:
    """Whether a firing waits for a time that is far away: it was made when the clock was ahead."""
    return bool(row.start_us > now_us + _LONGEST_WAIT_US)


def _is_set_back(row: sa.Row[Any], now_us: int) -> bool:
    """Whether the next slot was found when the clock was ahead, and may be years away."""
    ahead = (row.slot_us or 0) > now_us
    return ahead and bool(row.next_us > calendar_of(row.spec).following(now_us))


def fire(connection: sa.Connection, tasks: Mapping[str, Task], now_us: int) -> None:
    """Account for every slot that came since the last look, in one row for each task."""
    under_way = {}
    for row in open_firings(connection):
        under_way[row.task] = State(row.state)
        if row.state != State.DUE:
            continue
        place = {"of": row.task, "at": row.slot_us}
        if _is_far(row, now_us):
            connection.execute(ROW, {**place, "start_us": now_us})
        elif row.start_us < now_us - DAY_US:
            given_up = {"state": State.SKIPPED, "reason": "nobody ran it for a day"}
            connection.execute(ROW, {**place, **given_up, "finished_us": now_us})
            del under_way[row.task]
    for row in connection.execute(_SCHEDULE).all():
        task = tasks.get(row.task)
        if task is None or task.calendar is None:
            continue  # of another configuration, or not called by time any more
        _fire_one(connection, task, row, now_us, under_way.get(row.task))


def _fire_one(
    connection: sa.Connection,
    task: Task,
    row: sa.Row[Any],
    now_us: int,
    under_way: State | None,
) -> None:
    calendar = calendar_of(row.spec)
    if row.next_us <= now_us:
        slot_us = calendar.latest(now_us)
        _account(connection, task, calendar, (row.next_us, slot_us), now_us, under_way)
        values = {"slot_us": slot_us, "next_us": calendar.following(slot_us)}
    elif _is_set_back(row, now_us):
        # slots that have a row are not fired again
        values = {"slot_us": now_us, "next_us": calendar.following(now_us)}
    else:
        return
    connection.execute(_PLAN, {"of": row.task, **values})


def _account(
    connection: sa.Connection,
    task: Task,
    calendar: Calendar,
    slots: tuple[int, int],
    now_us: int,
    under_way: State | None,
) -> None:
    """``slots``: the first and the last that the row accounts for; ``under_way``: how the firing
    before is, if it has not ended."""
    since_us, slot_us = slots
    state, reason = State.DUE, None
    if under_way is not None:
        word = "waits" if under_way is State.DUE else "runs"
        state, reason = State.SKIPPED, f"the firing before still {word}"
    elif now_us - slot_us > LATE_US and not task.catches_up:
        state, reason = State.MISSED, "no khop daemon was running then"
    add(
        connection,
        task=task.name,
        slot_us=slot_us,
        since_us=since_us,
        covers=calendar.count(since_us, slot_us),
        state=state,
        reason=reason,
        start_us=slot_us + jitter_us(task, slot_us),
    )


def jitter_us(task: Task, slot_us: int) -> int:
    """A delay that is the same for whoever asks, so that not all tasks call at the full hour."""
    if not task.jitter_seconds:
        return 0
    digest = hashlib.sha256(f"{task.name} {slot_us}".encode()).digest()
    return int.from_bytes(digest[:4]) % (task.jitter_seconds * 1_000_000)
