"""Alarms that are about no stream: pushes that do not end, slots that nobody saw, a disk that is
nearly full."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from khop.config.model import Config
from khop.daemon.alarms.names import AlarmName
from khop.daemon.firings import State
from khop.daemon.health import Watcher
from khop.sync.ledger.outbox import UNFINISHED
from khop.sync.ledger.schema import outbox, task_firing
from khop.text.local_time import DAY_US, local_text

#: A push that has not ended for so long is told.
_LONG_US = DAY_US
_WEEK_US = 7 * DAY_US
#: Bytes that must be free beside the ledger: as much as it has itself, for a copy, and this.
_FREE = 500 * 1024 * 1024
#: Slots that were missed; there are few of them.
MISSED = sa.select(task_firing.c.task, task_firing.c.slot_us).where(
    task_firing.c.state == State.MISSED, task_firing.c.slot_us > sa.bindparam("since")
)
DONE_SINCE = (
    sa.select(task_firing.c.task)
    .where(
        task_firing.c.task == sa.bindparam("of"),
        task_firing.c.slot_us > sa.bindparam("since"),
        task_firing.c.state == State.DONE,
    )
    .limit(1)
)


def look_around(connection: sa.Connection, watcher: Watcher, config: Config, now_us: int) -> None:
    """Raise the alarms that hold now, and clear those that do not."""
    found = {
        AlarmName.OUTBOX: _old_pushes(connection, now_us),
        AlarmName.MISSED_SLOTS: _missed(connection, now_us),
        AlarmName.DISK: _little_room(config.ledger_url),
    }
    for name, detail in found.items():
        if detail is None:
            watcher.clear_alarm(connection, name, now_us)
        else:
            watcher.raise_alarm(connection, name, detail, now_us)


def _old_pushes(connection: sa.Connection, now_us: int) -> str | None:
    oldest = sa.select(sa.func.count(), sa.func.min(outbox.c.changed_us)).where(
        outbox.c.state.in_(list(UNFINISHED)), outbox.c.changed_us < now_us - _LONG_US
    )
    count, since_us = connection.execute(oldest).one()
    return f"{count} since {local_text(since_us)} or later" if count else None


def _missed(connection: sa.Connection, now_us: int) -> str | None:
    """The tasks with a slot that was missed, and that have not ended well since."""
    rows = connection.execute(MISSED, {"since": now_us - _WEEK_US}).all()
    found: dict[str, int] = {}
    for task, slot_us in rows:
        found[task] = max(slot_us, found.get(task, slot_us))
    missed = [
        task
        for task, slot_us in sorted(found.items())
        if connection.execute(DONE_SINCE, {"of": task, "since": slot_us}).first() is None
    ]
    return ", ".join(missed) or None


def _little_room(url: str) -> str | None:
    if not url.startswith("sqlite:///"):
        return None  # the disk of a server is its owner's to watch
    file = Path(url.removeprefix("sqlite:///"))
    try:
        needed = file.stat().st_size + _FREE
        free = shutil.disk_usage(file.parent).free
    except OSError:
        return None
    if free >= needed:
        return None
    return f"{free // 1024**2} MB are free, {needed // 1024**2} MB should be"
