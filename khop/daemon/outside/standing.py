"""How things stand, by the ledger: what ``/metrics`` and ``khop status`` say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from khop.daemon.alarms import rows
from khop.daemon.alarms.rows import Opened
from khop.daemon.firings import State
from khop.daemon.health import all_health
from khop.daemon.node import GONE_US
from khop.daemon.streams import WELL, Health
from khop.daemon.streams import State as StreamState
from khop.sync.ledger import Ledger, audit_log, finding_counts
from khop.sync.ledger.audit_log import Head
from khop.sync.ledger.outbox import UNFINISHED, PushState
from khop.sync.ledger.pauses import Pause, paused
from khop.sync.ledger.quarantine import OPEN
from khop.sync.ledger.schema import (
    alarm_message,
    evidence_asked,
    node,
    outbox,
    presence,
    quarantine,
    schedule,
    task_firing,
)
from khop.text.local_time import DAY_US

#: Codes that wait for a look-up are counted up to here.
MOST_LOOKUPS = 100_000
#: Pushes in the other states have ended well, and grow for ever.
NOT_DONE = tuple(
    state for state in PushState if state not in (PushState.DONE, PushState.SUPERSEDED)
)


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """A process of the daemon, and when it last gave a sign of life. ``state``: running, draining
    or stopped."""

    name: str
    version: str
    state: str
    seen_us: int

    def is_there(self, now_us: int) -> bool:
        """A sign of life from the time to come was given when the clock was ahead."""
        return self.state != "stopped" and abs(now_us - self.seen_us) <= GONE_US


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it, of one instant. Times are of the ledger's clock.

    ``next_us``: the next slot of each task. ``running``: since when each task runs that runs now.
    ``firings``: of the slots of the last 24 hours, by
    task and state: how many, and how many slots they account for. ``lookups``: codes to ask about
    now, by source, counted up to ``MOST_LOOKUPS``. ``findings``: by rule and state.
    """

    now_us: int
    streams: Mapping[str, Health]
    next_us: Mapping[str, int]
    running: Mapping[str, int]
    firings: Mapping[tuple[str, str], tuple[int, int]]
    alarms: tuple[Opened, ...]
    messages: Mapping[str, int]
    pauses: tuple[Pause, ...]
    nodes: tuple[NodeSeen, ...]
    pushes: Mapping[str, int]
    oldest_push_us: int | None
    lookups: Mapping[str, int]
    quarantined: Mapping[str, int]
    findings: Mapping[tuple[str, str], int]
    ledger_bytes: int
    head: Head


def standing(
    ledger: Ledger,
    clock: Callable[[], datetime],
    tasks: Collection[str],
    sources: Collection[str],
) -> Standing:
    """Read it in one transaction. ``tasks``, ``sources``: those of khop.toml. Raises
    LedgerError."""
    with ledger.read() as connection:
        now_us = ledger.now_us(connection, clock)
        streams = all_health(connection)
        well = {name for name, health in streams.items() if health.state in WELL}
        return Standing(
            now_us=now_us,
            streams=streams,
            next_us=_next_slots(connection, tasks),
            running=_running(connection),
            firings=_firings(connection, tasks, now_us - DAY_US),
            # of a stream that is well again, only the telling of it is still to come
            alarms=tuple(
                one
                for one in rows.opened(connection)
                if one.about not in well or one.state not in set(StreamState)
            ),
            messages=_counts(connection, alarm_message.c.channel, _NOT_SENT),
            pauses=tuple(paused(connection).values()),
            nodes=_nodes(connection),
            pushes=_counts(connection, outbox.c.state, outbox.c.state.in_(NOT_DONE)),
            oldest_push_us=connection.scalar(_OLDEST_PUSH),
            lookups={source: _lookups(connection, source, now_us) for source in sources},
            quarantined=_counts(connection, quarantine.c.source, quarantine.c.state == OPEN),
            findings=finding_counts.by_rule(connection),
            ledger_bytes=ledger.database.size_bytes(connection),
            head=audit_log.head(connection),
        )


_NOT_SENT = alarm_message.c.sent_us.is_(None)
_OLDEST_PUSH = sa.select(sa.func.min(outbox.c.changed_us)).where(outbox.c.state.in_(UNFINISHED))


def _next_slots(connection: sa.Connection, tasks: Collection[str]) -> dict[str, int]:
    query = sa.select(schedule.c.task, schedule.c.next_us).where(schedule.c.task.in_(tasks))
    return {row.task: row.next_us for row in connection.execute(query)}


def _running(connection: sa.Connection) -> dict[str, int]:
    runs = task_firing.c.state == State.RUNNING
    query = sa.select(task_firing.c.task, task_firing.c.started_us).where(runs)
    return {row.task: row.started_us for row in connection.execute(query)}


def _firings(
    connection: sa.Connection, tasks: Collection[str], since_us: int
) -> dict[tuple[str, str], tuple[int, int]]:
    place = task_firing.c.task, task_firing.c.state
    query = (
        sa.select(*place, sa.func.count(), sa.func.sum(task_firing.c.covers))
        .where(task_firing.c.task.in_(tasks), task_firing.c.slot_us > since_us)
        .group_by(*place)
    )
    return {
        (task, state): (int(count), int(slots))
        for task, state, count, slots in connection.execute(query)
    }


def _nodes(connection: sa.Connection) -> tuple[NodeSeen, ...]:
    rows = connection.execute(sa.select(node).order_by(node.c.seen_us.desc()))
    return tuple(NodeSeen(row.id, row.version, row.state, row.seen_us) for row in rows)


def _lookups(connection: sa.Connection, source: str, now_us: int) -> int:
    found = 0
    for table in (presence, evidence_asked):
        due = sa.select(table.c.code).where(table.c.source == source, table.c.ask_us <= now_us)
        some = due.limit(MOST_LOOKUPS).subquery()
        found += int(connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)
    return min(found, MOST_LOOKUPS)


def _counts(
    connection: sa.Connection, column: sa.Column[str], where: sa.ColumnElement[bool]
) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).where(where).group_by(column)
    return {name: int(count) for name, count in connection.execute(query)}
