"""The time that a daemon was there and looked.

What is late, how long something fails and when to remind are counted on this time. It goes on as
long as some node looks, and stands still while none does. A clock that steps, and a machine that
slept, change nothing: after a gap nobody knows how much time really passed.
"""

from __future__ import annotations

import sqlalchemy as sa

from khop.daemon.streams import Moment
from khop.sync.ledger.schema import watch

#: A longer time between two events is a gap, forward or backward.
LONGEST_GAP_US = 15 * 60 * 1_000_000
#: How often all streams are looked at, whatever the number of nodes.
LOOK_EVERY_US = 10 * 1_000_000

_ROW = 1


def moment(connection: sa.Connection, now_us: int) -> Moment:
    """Now, after the time watched has been moved on. In a transaction of ``Ledger.write``."""
    row = connection.execute(sa.select(watch).where(watch.c.id == _ROW)).first()
    if row is None:
        values = {"id": _ROW, "at_us": now_us, "watched_us": 0}
        connection.execute(sa.insert(watch).values(values))
        return Moment(now_us, 0)
    passed = now_us - row.at_us
    if -LONGEST_GAP_US <= passed <= 0:
        return Moment(now_us, row.watched_us)  # two nodes, whose clocks differ a little
    watched = row.watched_us + (passed if 0 < passed <= LONGEST_GAP_US else 0)
    _set(connection, at_us=now_us, watched_us=watched)
    return Moment(now_us, watched)


def is_time_to_look(connection: sa.Connection, now_us: int) -> bool:
    """Whether the last look, by any node, is some seconds ago. It only reads."""
    looked_us = connection.scalar(sa.select(watch.c.looked_us).where(watch.c.id == _ROW))
    return looked_us is None or abs(now_us - looked_us) >= LOOK_EVERY_US


def note_look(connection: sa.Connection, now_us: int) -> None:
    """Note that all streams were looked at."""
    _set(connection, looked_us=now_us)


def _set(connection: sa.Connection, **values: int) -> None:
    connection.execute(sa.update(watch).where(watch.c.id == _ROW).values(**values))
