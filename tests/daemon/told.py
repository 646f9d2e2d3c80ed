"""What stands in the ledger about alarms, for tests."""

from __future__ import annotations

import sqlalchemy as sa

from khop.daemon.alarms.names import Kind
from khop.daemon.alarms.rows import Telling
from khop.daemon.health import Watcher
from khop.daemon.streams import Stream
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import alarm, alarm_message

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
#: 20 November 2026, 07:00 in Viet Nam.
START = 1_795_132_800_000_000

STREAMS = (
    Stream("igate", late_after_us=HOUR),
    Stream("dvcqg", late_after_us=40 * DAY),
    Stream("backup", late_after_us=40 * DAY, critical=False),
)


#: The place of each kind among the messages of one moment.
_KINDS = sa.case({kind.value: place for place, kind in enumerate(Kind)}, value=alarm_message.c.kind)


def watcher(*channels: str) -> Watcher:
    """One that tells by e-mail, or by these channels, and reminds once a day."""
    return Watcher(Telling(channels or ("email",), DAY))


def look(ledger: Ledger, watching: Watcher, now_us: int) -> None:
    with ledger.write() as connection:
        watching.look(connection, STREAMS, now_us)


def wait(ledger: Ledger, watching: Watcher, start_us: int, minutes: int) -> int:
    """Look every ten minutes for so long; the time afterwards."""
    with ledger.write() as connection:
        for minute in range(10, minutes + 1, 10):
            watching.look(connection, STREAMS, start_us + minute * MINUTE)
    return start_us + minutes * MINUTE


def told(ledger: Ledger, channel: str = "email") -> list[tuple[str, str, str]]:
    """(stream, kind, state) of every message on a channel, in the order it was written."""
    query = (
        sa.select(alarm.c.stream, alarm_message.c.kind, alarm_message.c.state)
        .join(alarm, alarm.c.id == alarm_message.c.alarm)
        .where(alarm_message.c.channel == channel)
        .order_by(alarm_message.c.made_us, alarm_message.c.alarm, _KINDS, alarm_message.c.number)
    )
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(query)]
