"""What becomes of each slot of each task, in the ledger.

::

                    ┌──────────────► skipped      the firing before has not ended
    slot comes ─────┼──────────────► missed       nobody was there, and it is not made up for
                    └─► due ─► running ─┬─► done, failed
                         ▲              ├─► interrupted   it must not run again
                         └──────────────┘                 its process died or stopped: due again

There is no leader. Each process looks once a second; a slot becomes one row, whoever is first. Who
runs it holds the lease ``task:NAME``, and only the holder writes how it ended. All functions take a
transaction that may write, and now by the ledger's clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from khop.config.slots import Calendar, calendar_of
from khop.daemon.tasks import Task
from khop.sync.ledger.leases.processes import was_here_and_is_gone
from khop.sync.ledger.leases.rows import LeaseHeld, take
from khop.sync.ledger.schema import lease, schedule, task_firing
from khop.text.local_time import DAY_US

#: A slot is late, and made up for or missed, when it is seen later than this.
LATE_US = 60_000_000
#: A firing is tried so often before it is given up.
MOST_ATTEMPTS = 3


class State(StrEnum):
    """What became of a slot, so far."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    MISSED = "missed"
    INTERRUPTED = "interrupted"


OPEN = (State.DUE, State.RUNNING)

#: Nothing that is due is made to wait for longer.
_LONGEST_WAIT_US = 60_000_000
_NOW = sa.bindparam("now", type_=sa.BigInteger)
_TASKS: sa.BindParameter[str] = sa.bindparam("tasks", expanding=True)
_DUE = (task_firing.c.task.in_(_TASKS), task_firing.c.state == State.DUE)
# The last two: after the clock was set back, the next slots and what waits would be far away. What
# is of another configuration is not for this process.
_ANYTHING_DUE = sa.select(
    sa.or_(
        sa.exists().where(schedule.c.task.in_(_TASKS), schedule.c.next_us <= _NOW),
        sa.exists().where(*_DUE, task_firing.c.start_us <= _NOW),
        sa.exists().where(schedule.c.task.in_(_TASKS), schedule.c.slot_us > _NOW),
        sa.exists().where(*_DUE, task_firing.c.start_us > _NOW + _LONGEST_WAIT_US),
    )
)
_RUNNING = (
    sa.select(task_firing, lease.c.owner, lease.c.token.label("held"))
    .join(lease, lease.c.name == "task:" + task_firing.c.task, isouter=True)
    .where(task_firing.c.state == State.RUNNING)
)


@dataclass(frozen=True, slots=True)
class Firing:
    """A firing that this process runs. ``token``: of the lease ``task:NAME``. ``late_us``: so long
    after it could start it was started."""

    task: str
    slot_us: int
    token: int
    attempts: int
    late_us: int = 0


def plan(connection: sa.Connection, tasks: Iterable[Task], now_us: int) -> None:
    """Write the schedule of these tasks. One that has another calendar than before counts from
    now, after the slots of the old one, and so does a new one, if it is none that begins at
    once."""
    rows = {row.task: row for row in connection.execute(sa.select(schedule))}
    for task in tasks:
        row, calendar = rows.get(task.name), task.calendar
        if calendar is None or (row is not None and row.spec == calendar.text):
            continue
        following_us = calendar.following(now_us)
        values = {"spec": calendar.text, "next_us": following_us, "slot_us": now_us}
        if row is None:
            if task.begins_at_once:
                values["next_us"] = calendar.latest(now_us)
            connection.execute(sa.insert(schedule).values(task=task.name, **values))
        else:
            _fire_one(connection, task, row, now_us)
            here = sa.update(schedule).where(schedule.c.task == task.name)
            connection.execute(here.values(**values))


def is_anything_due(
    connection: sa.Connection, tasks: Collection[str], now_us: int, stalled: Collection[str]
) -> bool:
    """Whether a look at the schedule would change something; it needs only a reader."""
    if connection.scalar(_ANYTHING_DUE, {"now": now_us, "tasks": list(tasks)}):
        return True
    return next(_dead(connection, stalled), None) is not None


def fire(connection: sa.Connection, tasks: Mapping[str, Task], now_us: int) -> None:
    """Account for every slot that came since the last look, in one row for each task."""
    # what waits for a time that is far away was made when the clock was ahead
    far = sa.update(task_firing).where(
        task_firing.c.state == State.DUE, task_firing.c.start_us > now_us + _LONGEST_WAIT_US
    )
    connection.execute(far.values(start_us=now_us))
    unclaimed = sa.update(task_firing).where(
        task_firing.c.state == State.DUE, task_firing.c.start_us < now_us - DAY_US
    )
    given_up = {"state": State.SKIPPED, "reason": "nobody ran it for a day", "finished_us": now_us}
    connection.execute(unclaimed.values(**given_up))
    for row in connection.execute(sa.select(schedule)).all():
        task = tasks.get(row.task)
        if task is None or task.calendar is None:
            continue  # of another configuration, or not called by time any more
        _fire_one(connection, task, row, now_us)


def _fire_one(
    connection: sa.Connection, task: Task, row: sa.Row[tuple[str, str, int, int]], now_us: int
) -> None:
    calendar = calendar_of(row.spec)
    if row.next_us <= now_us:
        slot_us = calendar.latest(now_us)
        _account(connection, task, calendar, row.next_us, slot_us, now_us)
        values = {"slot_us": slot_us, "next_us": calendar.following(slot_us)}
    elif row.next_us > calendar.following(now_us):
        # The clock was ahead, and the next slot may be years away. Slots that have a row are not
        # fired again.
        values = {"slot_us": now_us, "next_us": calendar.following(now_us)}
    else:
        return
    here = sa.update(schedule).where(schedule.c.task == row.task)
    connection.execute(here.values(**values))


def _account(
    connection: sa.Connection,
    task: Task,
    calendar: Calendar,
    since_us: int,
    slot_us: int,
    now_us: int,
) -> None:
    state, reason = State.DUE, None
    under_way = connection.execute(
        sa.select(task_firing.c.slot_us, task_firing.c.state)
        .where(task_firing.c.task == task.name, task_firing.c.state.in_(OPEN))
        .limit(1)
    ).first()
    if under_way is not None:
        word = "waits" if under_way.state == State.DUE else "runs"
        state, reason = State.SKIPPED, f"the firing before still {word}"
    elif now_us - slot_us > LATE_US and not task.catches_up:
        state, reason = State.MISSED, "no khop daemon was running then"
    _insert(
        connection,
        task=task.name,
        slot_us=slot_us,
        since_us=since_us,
        covers=calendar.count(since_us, slot_us),
        state=state,
        reason=reason,
        start_us=slot_us + jitter_us(task, slot_us),
    )


def trigger(connection: sa.Connection, task: str, reason: str, start_us: int, now_us: int) -> None:
    """Make a task due that follows another, unless it is waiting already."""
    waits = sa.select(task_firing.c.task).where(
        task_firing.c.task == task, task_firing.c.state == State.DUE
    )
    if connection.execute(waits.limit(1)).first() is None:
        _insert(
            connection,
            task=task,
            slot_us=now_us,
            since_us=now_us,
            covers=1,
            state=State.DUE,
            reason=reason,
            start_us=start_us,
        )


def _insert(connection: sa.Connection, **values: object) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(task_firing).values(attempts=0, **values)
    connection.execute(row.on_conflict_do_nothing())


def jitter_us(task: Task, slot_us: int) -> int:
    """A delay that is the same for whoever asks, so that not all tasks call at the full hour."""
    if not task.jitter_seconds:
        return 0
    digest = hashlib.sha256(f"{task.name} {slot_us}".encode()).digest()
    return int.from_bytes(digest[:4]) % (task.jitter_seconds * 1_000_000)


def recover(
    connection: sa.Connection, tasks: Mapping[str, Task], now_us: int, stalled: Collection[str] = ()
) -> list[tuple[str, int, State]]:
    """Take back the firings whose process died, or let go of its lease: they are due again, or
    interrupted when they were tried often enough or must not run again. Gives task, slot and new
    state of those.

    ``stalled``: the leases that were not renewed for their whole time.
    """
    found = []
    for row in list(_dead(connection, stalled)):
        name = f"task:{row.task}"
        if row.held == row.token:
            ended = sa.update(lease).where(lease.c.name == name, lease.c.token == row.token)
            connection.execute(ended.values(owner=None, expires_us=0, token=row.token + 1))
        task = tasks.get(row.task)
        again = (task is None or task.catches_up) and row.attempts < MOST_ATTEMPTS
        state = State.DUE if again else State.INTERRUPTED
        reason = "the process that ran it died, or stalled"
        _change(connection, row.task, row.slot_us, state, reason, now_us)
        found.append((row.task, row.slot_us, state))
    return found


def _dead(connection: sa.Connection, stalled: Collection[str]) -> Iterator[sa.Row[Any]]:
    """The running firings that nobody holds any more, each with the token of its lease.

    Expiries are not asked: the clock they were made with may have jumped since.
    """
    for row in connection.execute(_RUNNING).all():
        ours = row.held == row.token and row.owner is not None
        if not ours or f"task:{row.task}" in stalled or was_here_and_is_gone(row.owner):
            yield row


def claim(
    connection: sa.Connection,
    tasks: Mapping[str, Task],
    node: str,
    now_us: int,
    *,
    without: Collection[str] = (),
) -> Firing | None:
    """Begin the firing that waits longest, under the lease of its task; None when none can begin.
    A task of which a firing runs waits for it, whatever the expiry of its lease: the clock may have
    jumped, and ``recover`` takes back what died.

    ``without``: tasks that are paused.
    """
    running = sa.select(task_firing.c.task).where(task_firing.c.state == State.RUNNING)
    busy = {*connection.scalars(running), *without}
    waiting = sa.select(task_firing).where(
        task_firing.c.state == State.DUE, task_firing.c.start_us <= now_us
    )
    for row in connection.execute(waiting.order_by(task_firing.c.start_us)).all():
        if row.task not in tasks or row.task in busy:
            continue
        try:
            tokens = take(connection, [f"task:{row.task}"], now_us)
        except LeaseHeld:
            continue  # another process holds it
        token = tokens[f"task:{row.task}"]
        values = {
            "state": State.RUNNING,
            "node": node,
            "token": token,
            "attempts": row.attempts + 1,
            "started_us": now_us,
        }
        connection.execute(_row(row.task, row.slot_us).values(**values))
        late_us = now_us - row.start_us
        return Firing(row.task, row.slot_us, token, row.attempts + 1, late_us)
    return None


def skip_paused(connection: sa.Connection, paused: Mapping[str, str], now_us: int) -> None:
    """End the waiting firings of tasks that are paused. ``paused``: task -> why."""
    for task, why in paused.items():
        waits = sa.update(task_firing).where(
            task_firing.c.task == task, task_firing.c.state == State.DUE
        )
        connection.execute(
            waits.values(state=State.SKIPPED, reason=f"paused: {why}", finished_us=now_us)
        )


def end(
    connection: sa.Connection,
    firing: Firing,
    state: State,
    now_us: int,
    *,
    reason: str | None = None,
    summary: Mapping[str, object] | None = None,
) -> bool:
    """Write how a firing ended, and give back its lease; whether it was still this process's."""
    ours = sa.and_(task_firing.c.state == State.RUNNING, task_firing.c.token == firing.token)
    values = {"summary": None if summary is None else json.dumps(summary, ensure_ascii=False)}
    changed = connection.execute(
        _row(firing.task, firing.slot_us)
        .where(ours)
        .values(state=state, reason=reason, finished_us=now_us, **values)
    )
    if changed.rowcount == 1:
        _release(connection, firing)
    return changed.rowcount == 1


def put_back(connection: sa.Connection, firing: Firing, start_us: int, *, reason: str) -> None:
    """Let a firing wait again: the process stops, or something else does this work just now. It
    does not count as an attempt."""
    attempts = firing.attempts - 1
    ours = sa.and_(task_firing.c.state == State.RUNNING, task_firing.c.token == firing.token)
    changed = connection.execute(
        _row(firing.task, firing.slot_us)
        .where(ours)
        .values(state=State.DUE, reason=reason, start_us=start_us, attempts=attempts, token=None)
    )
    if changed.rowcount == 1:
        _release(connection, firing)


def _release(connection: sa.Connection, firing: Firing) -> None:
    held = sa.update(lease).where(
        lease.c.name == f"task:{firing.task}", lease.c.token == firing.token
    )
    connection.execute(held.values(owner=None, expires_us=0))


def _change(
    connection: sa.Connection, task: str, slot_us: int, state: State, reason: str, now_us: int
) -> None:
    finished_us = None if state is State.DUE else now_us
    values = {"state": state, "reason": reason, "finished_us": finished_us, "token": None}
    connection.execute(_row(task, slot_us).values(start_us=now_us, **values))


def _row(task: str, slot_us: int) -> sa.Update:
    return sa.update(task_firing).where(
        task_firing.c.task == task, task_firing.c.slot_us == slot_us
    )


def last_firings(connection: sa.Connection, states: Sequence[State]) -> dict[str, int]:
    """When each task last came to one of these states."""
    query = (
        sa.select(task_firing.c.task, sa.func.max(task_firing.c.finished_us))
        .where(task_firing.c.state.in_(states), task_firing.c.finished_us.is_not(None))
        .group_by(task_firing.c.task)
    )
    return {task: int(us) for task, us in connection.execute(query)}
