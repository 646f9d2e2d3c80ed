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

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from khop.daemon.tasks import Task
from khop.sync.ledger.leases.processes import was_here_and_is_gone
from khop.sync.ledger.leases.rows import OF_HOLDER, LeaseHeld, take
from khop.sync.ledger.schema import lease, task_firing

#: A firing is tried so often before it is given up.
MOST_ATTEMPTS = 3
#: Why a firing is taken back.
DIED = "the process that ran it died, or stalled"


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

_OPEN = (
    sa.select(
        *task_firing.c["task", "slot_us", "state", "start_us", "token", "attempts"],
        lease.c.owner,
        lease.c.token.label("held"),
        lease.c.expires_us,
    )
    .join(lease, lease.c.name == "task:" + task_firing.c.task, isouter=True)
    .where(sa.or_(*(task_firing.c.state == state for state in OPEN)))
    .order_by(task_firing.c.start_us, task_firing.c.task, task_firing.c.slot_us)
)
#: Changes the firing of the task ``of`` with the slot ``at``.
ROW = sa.update(task_firing).where(
    task_firing.c.task == sa.bindparam("of"), task_firing.c.slot_us == sa.bindparam("at")
)
#: The row, while it runs under this token.
_OURS = ROW.where(task_firing.c.state == State.RUNNING, task_firing.c.token == sa.bindparam("by"))
_NEW_ROW = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(task_firing).on_conflict_do_nothing()
    for dialect in (postgresql, sqlite)
}


@dataclass(frozen=True, slots=True)
class Firing:
    """A firing that this process runs. ``token``: of the lease ``task:NAME``. ``late_us``: so long
    after it could start it was started. ``begun``: when it was claimed, or a little before, on the
    monotonic clock of the process."""

    task: str
    slot_us: int
    token: int
    attempts: int
    late_us: int = 0
    begun: float = 0.0


def open_firings(connection: sa.Connection) -> list[sa.Row[Any]]:
    """The firings that have not ended, those that wait longest first, each with the owner, token
    (``held``) and expiry of the lease of its task."""
    return list(connection.execute(_OPEN))


def trigger(connection: sa.Connection, task: str, reason: str, start_us: int, now_us: int) -> None:
    """Make a task due that follows another, unless it is waiting already."""
    waits = sa.select(task_firing.c.task).where(
        task_firing.c.task == task, task_firing.c.state == State.DUE
    )
    if connection.execute(waits.limit(1)).first() is None:
        add(
            connection,
            task=task,
            slot_us=now_us,
            since_us=now_us,
            covers=1,
            state=State.DUE,
            reason=reason,
            start_us=start_us,
        )


def add(connection: sa.Connection, **values: object) -> None:
    """Write the row of a slot, unless another process did so first."""
    connection.execute(_NEW_ROW[connection.dialect.name], {"attempts": 0, **values})


def recover(
    connection: sa.Connection, tasks: Mapping[str, Task], now_us: int, stalled: Collection[str] = ()
) -> list[tuple[str, int, State]]:
    """Take back the firings whose process died, or let go of its lease: they are due again, or
    interrupted when they were tried often enough or must not run again. Gives task, slot and new
    state of those.

    ``stalled``: the leases that were not renewed for their whole time.
    """
    found = []
    for row in open_firings(connection):
        if row.state != State.RUNNING or not is_dead(row, stalled):
            continue
        if row.held == row.token:
            ended = {"owner": None, "expires_us": 0, "token": row.token + 1}
            connection.execute(OF_HOLDER, {"of": f"task:{row.task}", "by": row.token, **ended})
        task = tasks.get(row.task)
        again = (task is None or task.catches_up) and row.attempts < MOST_ATTEMPTS
        state = State.DUE if again else State.INTERRUPTED
        _change(connection, row.task, row.slot_us, state, DIED, now_us)
        found.append((row.task, row.slot_us, state))
    return found


def is_dead(row: sa.Row[Any], stalled: Collection[str]) -> bool:
    """Whether nobody holds a running firing any more.

    Expiries are not asked: the clock they were made with may have jumped since.
    """
    ours = row.held == row.token and row.owner is not None
    return not ours or f"task:{row.task}" in stalled or was_here_and_is_gone(row.owner)


def claim(
    connection: sa.Connection,
    tasks: Mapping[str, Task],
    node: str,
    now_us: int,
    *,
    without: Collection[str] = (),
    most: int = 1,
) -> list[Firing]:
    """Begin the firings that wait longest, ``most`` of them, each under the lease of its task.
    A task of which a firing runs waits for it, whatever the expiry of its lease: the clock may have
    jumped, and ``recover`` takes back what died.

    ``without``: tasks that are paused.
    """
    claimed: list[Firing] = []
    opened = open_firings(connection)
    held = {row.task for row in opened if row.state == State.RUNNING}.union(without)
    for row in opened:
        if len(claimed) == most:
            break
        if row.state != State.DUE or row.start_us > now_us:
            continue
        if row.task not in tasks or row.task in held:
            continue
        try:
            tokens = take(connection, [f"task:{row.task}"], now_us)
        except LeaseHeld:
            continue  # another process holds it
        begun = Firing(
            row.task,
            row.slot_us,
            tokens[f"task:{row.task}"],
            row.attempts + 1,
            now_us - row.start_us,
        )
        values = {
            "state": State.RUNNING,
            "node": node,
            "token": begun.token,
            "attempts": begun.attempts,
            "started_us": now_us,
        }
        connection.execute(ROW, {"of": row.task, "at": row.slot_us, **values})
        claimed.append(begun)
        held.add(row.task)
    return claimed


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
    values = {
        "state": state,
        "reason": reason,
        "finished_us": now_us,
        "summary": None if summary is None else json.dumps(summary, ensure_ascii=False),
    }
    return _give_up(connection, firing, values)


def put_back(
    connection: sa.Connection, firing: Firing, start_us: int, *, reason: str, tried: bool = False
) -> None:
    """Let a firing wait again. ``tried``: it counts as an attempt."""
    values = {
        "state": State.DUE,
        "reason": reason,
        "start_us": start_us,
        "attempts": firing.attempts - (0 if tried else 1),
        "token": None,
    }
    _give_up(connection, firing, values)


def _give_up(connection: sa.Connection, firing: Firing, values: Mapping[str, object]) -> bool:
    """Write the row of a firing that this process ran, and give back its lease; False when it is
    not this process's any more."""
    ours = {"of": firing.task, "at": firing.slot_us, "by": firing.token}
    if connection.execute(_OURS, {**ours, **values}).rowcount != 1:
        return False
    held = {"of": f"task:{firing.task}", "by": firing.token}
    connection.execute(OF_HOLDER, {**held, "owner": None, "expires_us": 0})
    return True


def _change(
    connection: sa.Connection, task: str, slot_us: int, state: State, reason: str, now_us: int
) -> None:
    finished_us = None if state is State.DUE else now_us
    values = {"state": state, "reason": reason, "finished_us": finished_us, "token": None}
    connection.execute(ROW, {"of": task, "at": slot_us, "start_us": now_us, **values})
