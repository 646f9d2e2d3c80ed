"""The messages that wait: claimed, then sent or put off.

::

    waiting (try_us has come) ──► claimed (try_us moved on) ──► sent
        ▲                                     │
        └────── put off, longer each time ◄───┘  also when the process is gone

A claim is a transaction of ``Ledger.write``, so that of several nodes one sends. A process that is
killed between sending and noting it leaves a message that goes out twice, with the same id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.daemon.alarms.batch import Message
from khop.daemon.alarms.names import Kind
from khop.daemon.alarms.texts import Language, Told, text_of
from khop.mappings.codes.grammar import CodeGrammar
from khop.sync.ledger import audit_log
from khop.sync.ledger.schema import alarm, alarm_message, stream_health

_MINUTE_US = 60_000_000
#: Longer than one sending takes: after that another node may try.
_CLAIM_US = 10 * _MINUTE_US
_LONGEST_WAIT_US = 60 * _MINUTE_US
#: Messages that go out together.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message of this process, until its claim runs out."""

    key: tuple[int, str, int, str]
    tries: int
    message: Message


def any_due(connection: sa.Connection, channels: Collection[str], now_us: int) -> bool:
    """Whether a message waits whose time has come. It only reads."""
    query = sa.select(alarm_message.c.alarm).where(*_due(channels, now_us)).limit(1)
    return connection.execute(query).first() is not None


def claim(
    connection: sa.Connection,
    channel: str,
    now_us: int,
    sources: Collection[str],
    language: Language,
    codes: CodeGrammar | None = None,
) -> list[Claimed]:
    """Take the messages of a channel whose time has come, oldest first. ``codes``: the shapes of
    codes, which no text may hold; khop's own when left out."""
    query = (
        sa.select(
            alarm_message,
            alarm.c.stream,
            alarm.c.detail,
            alarm.c.opened_us,
            alarm.c.state.label("last_state"),
            stream_health.c.ok_us,
        )
        .join(alarm, alarm.c.id == alarm_message.c.alarm)
        .join(stream_health, stream_health.c.stream == alarm.c.stream, isouter=True)
        .where(*_due([channel], now_us))
        .order_by(alarm_message.c.made_us, alarm_message.c.alarm, alarm_message.c.number)
        .limit(_MOST)
    )
    taken, ledger = [], audit_log.ledger_name(connection)
    for row in connection.execute(query).all():
        key = (row.alarm, row.kind, row.number, row.channel)
        _update(connection, key, tries=row.tries + 1, try_us=now_us + _CLAIM_US)
        told = _told(row, now_us, sources)
        message = Message(_id(row, ledger), told, text_of(told, language, codes))
        taken.append(Claimed(key, row.tries + 1, message))
    return taken


def note_sent(connection: sa.Connection, sent: Sequence[Claimed], now_us: int) -> None:
    """They went out."""
    for one in sent:
        _update(connection, one.key, sent_us=now_us, error=None)


def put_off(connection: sa.Connection, failed: Sequence[Claimed], now_us: int, error: str) -> None:
    """They did not; they are tried again after a minute, and later each time, up to an hour."""
    for one in failed:
        wait_us = min(_MINUTE_US * 2 ** min(one.tries - 1, 10), _LONGEST_WAIT_US)
        _update(connection, one.key, tries=one.tries, try_us=now_us + wait_us, error=error)


def _due(channels: Collection[str], now_us: int) -> list[sa.ColumnElement[bool]]:
    waits = alarm_message.c
    # one that waits longer than any may was written before the clock was set back
    due = sa.or_(waits.try_us <= now_us, waits.try_us > now_us + _LONGEST_WAIT_US)
    return [waits.sent_us.is_(None), waits.channel.in_(channels), due]


def _update(connection: sa.Connection, key: tuple[int, str, int, str], **values: Any) -> None:
    number, kind, count, channel = key
    connection.execute(
        sa.update(alarm_message)
        .where(
            alarm_message.c.alarm == number,
            alarm_message.c.kind == kind,
            alarm_message.c.number == count,
            alarm_message.c.channel == channel,
            alarm_message.c.sent_us.is_(None),
        )
        .values(**values)
    )


def _id(row: sa.Row[Any], ledger: str) -> str:
    """Another one for each message that ever is: numbers of alarms are given again when a ledger
    went back to a copy, and when the newest alarm was removed."""
    return f"{ledger}-{row.alarm}-{row.opened_us}-{row.kind}-{row.number}"


def _told(row: sa.Row[Any], now_us: int, sources: Collection[str]) -> Told:
    ended = row.kind == Kind.ENDED
    state = row.last_state if ended else row.state
    return Told(
        kind=Kind(row.kind),
        about="khop" if row.stream == state else row.stream,
        state=state,
        ended=row.state if ended else None,
        detail=row.detail,
        opened_us=row.opened_us,
        # a run of after now ended under a clock that was ahead
        ok_us=None if row.ok_us is None else min(row.ok_us, now_us),
        is_source=row.stream in sources,
    )
