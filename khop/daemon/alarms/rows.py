"""The rows of alarms, and of the messages about them.

::

    began ──► changed (another state) ──► reminder … ──► ended

An alarm and its messages are written in one transaction, and all of these functions are called in
a transaction of ``Ledger.write``, which only one process has at a time: so each transition is told
once on each channel, however many nodes notice it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.daemon.alarms.names import Kind
from khop.daemon.streams import Moment
from khop.sync.ledger.schema import alarm, alarm_message
from khop.text.logs import Log

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told: the names of the channels, and the time between two reminders."""

    channels: tuple[str, ...]
    remind_us: int


@dataclass(frozen=True, slots=True)
class Opened:
    """An alarm that has not ended. ``about``: a stream, or what else it is about; ``state``: the
    state of the stream, or the name of the alarm; ``opened_us``: since when."""

    id: int
    about: str
    state: str
    detail: str | None
    opened_us: int


def opened(connection: sa.Connection) -> list[Opened]:
    """The alarms that have not ended, oldest first."""
    rows = connection.execute(
        sa.select(alarm).where(alarm.c.closed_us.is_(None)).order_by(alarm.c.id)
    )
    return [Opened(row.id, row.stream, row.state, row.detail, row.opened_us) for row in rows]


def begin(
    connection: sa.Connection,
    telling: Telling,
    now: Moment,
    about: str,
    state: str,
    detail: str | None,
) -> None:
    """Open an alarm."""
    row = connection.execute(
        sa.insert(alarm)
        .values(
            stream=about,
            state=state,
            detail=detail,
            opened_us=now.us,
            told_watch_us=now.watch_us,
        )
        .returning(alarm.c.id)
    ).one()
    _write(connection, now, telling.channels, row.id, Kind.BEGAN, 0, state)
    log.warning("alarm_began", about=about, state=state, detail=detail)


def change(
    connection: sa.Connection,
    telling: Telling,
    now: Moment,
    found: Opened,
    state: str,
    detail: str | None,
    number: int,
) -> None:
    """Another state of what an open alarm is about, which is told once. ``number``: one for each
    state."""
    if state in _told_states(connection, found):
        _update(connection, found, state=state, detail=detail)
        return
    _update(connection, found, state=state, detail=detail, told_watch_us=now.watch_us)
    _write(connection, now, telling.channels, found.id, Kind.CHANGED, number, state)
    log.warning("alarm_changed", about=found.about, state=state, detail=detail)


def _told_states(connection: sa.Connection, found: Opened) -> Collection[str]:
    states = sa.select(alarm_message.c.state).where(
        alarm_message.c.alarm == found.id, alarm_message.c.kind.in_((Kind.BEGAN, Kind.CHANGED))
    )
    return {found.state, *connection.scalars(states)}


def note_detail(connection: sa.Connection, found: Opened, detail: str | None) -> None:
    """What is known of it by now; nobody is told."""
    if detail != found.detail:
        _update(connection, found, detail=detail)


def end(
    connection: sa.Connection, telling: Telling, now: Moment, found: Opened, state: str
) -> None:
    """Close an alarm. Those who were told of it, or are about to be, are told that it ended."""
    told = set(
        connection.scalars(
            sa.select(alarm_message.c.channel).where(alarm_message.c.alarm == found.id).distinct()
        )
    )
    _update(connection, found, closed_us=now.us)
    channels = [name for name in telling.channels if name in told]
    _write(connection, now, channels, found.id, Kind.ENDED, 0, state)
    log.info("alarm_ended", about=found.about, state=state)


def remind(connection: sa.Connection, telling: Telling, now: Moment) -> None:
    """Write a reminder of each open alarm that was told long ago. A channel on which an earlier
    message about it still waits gets none."""
    due = connection.execute(
        sa.select(alarm).where(
            alarm.c.closed_us.is_(None),
            alarm.c.told_watch_us <= now.watch_us - telling.remind_us,
        )
    ).all()
    for row in due:
        connection.execute(
            sa.update(alarm).where(alarm.c.id == row.id).values(told_watch_us=now.watch_us)
        )
        waiting, number = _reminded(connection, row.id)
        channels = [name for name in telling.channels if name not in waiting]
        _write(connection, now, channels, row.id, Kind.REMINDER, number + 1, row.state)


def _reminded(connection: sa.Connection, alarm_id: int) -> tuple[Collection[str], int]:
    """The channels on which something waits, and the number of the last reminder."""
    rows: Sequence[sa.Row[Any]] = connection.execute(
        sa.select(alarm_message).where(alarm_message.c.alarm == alarm_id)
    ).all()
    numbers = [row.number for row in rows if row.kind == Kind.REMINDER]
    return {row.channel for row in rows if row.sent_us is None}, max(numbers, default=0)


def _update(connection: sa.Connection, found: Opened, **values: Any) -> None:
    connection.execute(sa.update(alarm).where(alarm.c.id == found.id).values(**values))


def _write(
    connection: sa.Connection,
    now: Moment,
    channels: Iterable[str],
    alarm_id: int,
    kind: Kind,
    number: int,
    state: str,
) -> None:
    rows = [
        {
            "alarm": alarm_id,
            "kind": kind,
            "number": number,
            "channel": channel,
            "state": state,
            "made_us": now.us,
            "try_us": now.us,
            "tries": 0,
        }
        for channel in channels
    ]
    if rows:
        connection.execute(sa.insert(alarm_message), rows)
