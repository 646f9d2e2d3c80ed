"""Drawn sequences of what happens to streams, on several nodes, with a clock that steps.

What must hold for every one of them, on the time that was watched:

- each alarm began once on each channel, and ended once there when it ended;
- each state of an alarm was told once; reminders are a day apart;
- the alarm that is open is about the state that the stream has, and none is open about a stream
  that is well or new;
- a stream is stopped exactly as long as it is paused.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
import sqlalchemy as sa

from khop.daemon.alarms import rows
from khop.daemon.alarms.names import Kind
from khop.daemon.health import all_health
from khop.daemon.streams import STOPPED, WELL, State
from khop.sync.ledger import Ledger
from khop.sync.ledger.pauses import Cause, paused
from khop.sync.ledger.schema import alarm, alarm_message, watch
from tests.daemon.told import DAY, HOUR, MINUTE, START, STREAMS, watcher
from tests.postgres import BOTH
from tests.tiers import seeds

LEDGERS = BOTH
CHANNELS = ("email", "webhook")
EVENTS = 150

WEIGHTS = {
    "wait": 50,
    "success": 10,
    "failure": 20,
    "unauthorised": 1,
    "pause": 1,
    "resume": 4,
    "send": 10,
    "step": 3,
    "quiet": 2,
}


class Days:
    """Several nodes that look at one ledger, each with a clock that is off by a second or so."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = START
        self.nodes = [self.random.randrange(-2_000_000, 2_000_000) for _ in range(3)]
        self.watcher = watcher(*CHANNELS)

    def event(self, connection: sa.Connection) -> None:
        kind = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        stream = self.random.choice(STREAMS).name
        now = self.now + self.random.choice(self.nodes)
        getattr(self, f"_{kind}")(connection, stream, now)
        for node in self.nodes:
            self.watcher.look(connection, STREAMS, self.now + node)

    def _wait(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.now += self.random.randrange(15 * MINUTE)

    def _success(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.watcher.note_success(connection, stream, now)

    def _failure(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.watcher.note_failure(connection, stream, now, "HTTP 500")

    def _unauthorised(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.watcher.note_unauthorised(connection, stream, now, "login refused")

    def _pause(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.watcher.pause(connection, stream, Cause.PERSON, "canbo.mau", "moving", now)

    def _resume(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.watcher.resume(connection, stream, "canbo.mau", "moved", now)

    def _send(self, connection: sa.Connection, stream: str, now: int) -> None:
        channel = self.random.choice(CHANNELS)
        connection.execute(
            sa.update(alarm_message).where(alarm_message.c.channel == channel).values(sent_us=now)
        )

    def _step(self, connection: sa.Connection, stream: str, now: int) -> None:
        self.now += self.random.choice([-400 * DAY, -2 * HOUR, 2 * HOUR, 400 * DAY])

    def _quiet(self, connection: sa.Connection, stream: str, now: int) -> None:
        """Hours in which nothing ends."""
        for _ in range(self.random.randrange(200)):
            self.now += 10 * MINUTE
            self.watcher.look(connection, STREAMS, self.now)


def _hold(connection: sa.Connection, reminders: Counter[tuple[int, str]]) -> None:
    health, held = all_health(connection), paused(connection)
    opened = Counter(one.about for one in rows.opened(connection))
    assert all(number == 1 for number in opened.values())
    states = {one.about: one.state for one in rows.opened(connection)}
    for name, one in health.items():
        if one.state is State.OK:  # its alarm ends when it has been well for a while
            assert name not in states or states[name] not in WELL
        else:
            assert states.get(name) == (None if one.state in WELL else one.state)
        assert (one.state in STOPPED) == (name in held)
        assert one.failures == 0 or one.failing_watch_us is not None
    watched = connection.scalar(sa.select(watch.c.watched_us))
    assert watched is not None
    assert max(reminders.values(), default=0) <= watched // DAY


def _recover(connection: sa.Connection, days: Days) -> None:
    """Half an hour later no alarm is open about a stream that is well."""
    for _ in range(4):
        days.now += 10 * MINUTE
        days.watcher.look(connection, STREAMS, days.now)
    health = all_health(connection)
    for one in rows.opened(connection):
        assert health[one.about].state is not State.OK or health[one.about].failures


def _messages(connection: sa.Connection) -> list[sa.Row[tuple[object, ...]]]:
    return list(
        connection.execute(
            sa.select(alarm_message, alarm.c.closed_us).join(
                alarm, alarm.c.id == alarm_message.c.alarm
            )
        )
    )


def _run(ledger: Ledger, seed: int) -> Counter[str]:
    days = Days(seed)
    with ledger.write() as connection:
        days.watcher.look(connection, STREAMS, days.now)
        for _ in range(EVENTS):
            days.event(connection)
            reminders = Counter(
                (row.alarm, row.channel)
                for row in connection.execute(
                    sa.select(alarm_message).where(alarm_message.c.kind == Kind.REMINDER)
                )
            )
            _hold(connection, reminders)
        _recover(connection, days)
        found = _messages(connection)
        alarms = connection.scalar(sa.select(sa.func.count()).select_from(alarm))
    per = Counter((row.alarm, row.kind, row.channel) for row in found)
    closed = {row.alarm for row in found if row.closed_us is not None}
    every = {row.alarm for row in found}
    assert len(every) == alarms
    for channel in CHANNELS:
        assert all(per[number, Kind.BEGAN, channel] == 1 for number in every)
        assert all(
            (per[number, Kind.ENDED, channel] == 1) == (number in closed) for number in every
        )
        states = Counter(
            (row.alarm, row.state)
            for row in found
            if row.channel == channel and row.kind in (Kind.BEGAN, Kind.CHANGED)
        )
        assert all(number == 1 for number in states.values())
        assert not any(state in WELL for _, state in states)
    return Counter(f"{row.kind} {row.state}" for row in found)


@pytest.mark.parametrize("seed", [*range(3), *seeds(range(3, 23), range(100, 1100))])
def test_whatever_happens_is_told_once(seed: int, ledger: Ledger) -> None:
    _run(ledger, seed)


@pytest.mark.slow
def test_the_drawn_sequences_hold_every_kind_and_every_state(ledger: Ledger) -> None:
    met: Counter[str] = Counter()
    for seed in range(6):
        met += _run_anew(ledger, seed)
    told = [f"began {state}" for state in State if state not in WELL]
    assert {*told, "changed down", "changed auth", "ended ok", "ended new"} <= set(met)
    assert any(kind.startswith("reminder") for kind in met)


def _run_anew(ledger: Ledger, seed: int) -> Counter[str]:
    with ledger.write() as connection:
        for table in ("alarm", "alarm_message", "stream_health", "watch", "pause"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return _run(ledger, seed)
