"""How the streams are, in the ledger, and the alarms that follow from it.

Each function is called in a transaction of ``Ledger.write``. Whatever happens to a stream, its row
and the alarm about it change together; a transition is told once (``alarms/rows.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from khop.config.alarms import AlarmSettings
from khop.daemon import watch
from khop.daemon.alarms import rows
from khop.daemon.alarms.names import CLEARED, GONE, AlarmName
from khop.daemon.alarms.rows import Opened, Telling
from khop.daemon.streams import WELL, Health, Moment, State, Stream
from khop.sync.ledger import pauses
from khop.sync.ledger.audit_log import KHOP
from khop.sync.ledger.pauses import Cause, Pause
from khop.sync.ledger.schema import stream_health

_HOUR_US = 3_600_000_000
#: States have numbers, so that each is told once for one alarm.
_NUMBERS = {state: number for number, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Watcher:
    """Notes what happens to streams, and opens and closes alarms. One for each process."""

    telling: Telling

    @classmethod
    def of(cls, settings: AlarmSettings) -> Watcher:
        return cls(Telling(settings.channels, round(settings.remind_hours * _HOUR_US)))

    def note_success(self, connection: sa.Connection, stream: str, now_us: int) -> None:
        """A run of the stream ended well."""
        now = watch.moment(connection, now_us)
        health = _found(connection, stream, now)
        self._become(connection, now, stream, health, health.ended_well(now))

    def note_failure(self, connection: sa.Connection, stream: str, now_us: int, error: str) -> None:
        """A run of the stream failed. ``error``: one sentence, without personal data."""
        now = watch.moment(connection, now_us)
        health = _found(connection, stream, now)
        self._become(connection, now, stream, health, health.failed(now, error))

    def note_unauthorised(
        self, connection: sa.Connection, system: str, now_us: int, error: str
    ) -> None:
        """A system does not accept the account: it is paused until a person resumes it, since
        further tries could lock the account.

        ``system``: the source's name, also when a step such as ``repair`` met it; the step itself
        has failed (``note_failure``).
        """
        asked = Pause(system, now_us, Cause.UNAUTHORISED, KHOP, error)
        now = watch.moment(connection, now_us)
        held = pauses.pause(connection, asked)
        health = _found(connection, system, now)
        self._become(connection, now, system, health, _stopped(health, now, held))

    def look(self, connection: sa.Connection, streams: Iterable[Stream], now_us: int) -> None:
        """Judge what is late, take note of pauses, write reminders.

        ``streams``: all that are configured; others are forgotten, unless they are paused. Called
        by every node every few seconds: it does something every ten seconds. The time watched
        stands still when nobody calls it for a quarter of an hour.
        """
        if not watch.is_time_to_look(connection, now_us):
            return
        now = watch.moment(connection, now_us)
        watch.note_look(connection, now_us)
        expected = {stream.name: stream for stream in streams}
        known, held = all_health(connection), pauses.paused(connection)
        for name in known.keys() - expected.keys() - held.keys():
            self._forget(connection, now, name)
        for name, stream in expected.items():
            health = known.get(name) or _found(connection, name, now)
            after = _looked_at(health, now, stream, held, {*expected, *known})
            self._become(connection, now, name, health, after)
        self._look_at_recoveries(connection, now)
        self._look_at_policies(connection, held.values(), now_us)
        rows.remind(connection, self.telling, now)

    def pause(
        self, connection: sa.Connection, name: str, cause: Cause, by: str, why: str, now_us: int
    ) -> bool:
        """Pause a stream, or another part of the daemon, until a person resumes it; False when it
        was paused already. The caller refuses unknown names. Raises KhopError for a ``by`` or
        ``why`` that ``pauses.given`` refuses."""
        asked = Pause(name, now_us, cause, pauses.given(by), pauses.given(why))
        if pauses.pause(connection, asked) is not asked:
            return False
        now = watch.moment(connection, now_us)
        health = all_health(connection).get(name)
        if health is not None:
            self._become(connection, now, name, health, _stopped(health, now, asked))
        return True

    def resume(self, connection: sa.Connection, name: str, by: str, why: str, now_us: int) -> bool:
        """End a pause; False when there was none. Raises KhopError as ``pause``."""
        who, reason = pauses.given(by), pauses.given(why)
        if pauses.resume(connection, name, by=who, why=reason, now_us=now_us) is None:
            return False
        now = watch.moment(connection, now_us)
        health = all_health(connection).get(name)
        if health is not None:
            self._become(connection, now, name, health, health.resumed(now))
        return True

    def raise_alarm(
        self,
        connection: sa.Connection,
        name: AlarmName,
        detail: str,
        now_us: int,
        *,
        about: str | None = None,
    ) -> bool:
        """Open an alarm that is not the state of a stream; False when it is open already, of which
        only the detail is kept.

        ``detail``: one sentence without personal data. ``about``: where there may be several, such
        as a policy of repair.
        """
        found = _open_alarm(connection, about or name, {name})
        if found is not None:
            rows.note_detail(connection, found, detail)
            return False
        now = watch.moment(connection, now_us)
        rows.begin(connection, self.telling, now, about or name, name, detail)
        return True

    def clear_alarm(
        self, connection: sa.Connection, name: AlarmName, now_us: int, *, about: str | None = None
    ) -> bool:
        """Close such an alarm; False when none is open."""
        found = _open_alarm(connection, about or name, {name})
        if found is None:
            return False
        rows.end(connection, self.telling, watch.moment(connection, now_us), found, CLEARED)
        return True

    def _look_at_recoveries(self, connection: sa.Connection, now: Moment) -> None:
        """End the alarms of streams that have recovered."""
        opened = [found for found in rows.opened(connection) if found.state in _NUMBERS]
        health = all_health(connection) if opened else {}
        for found in opened:
            if found.about in health and health[found.about].has_recovered(now):
                rows.end(connection, self.telling, now, found, State.OK)

    def _look_at_policies(
        self, connection: sa.Connection, held: Iterable[Pause], now_us: int
    ) -> None:
        """A policy of repair that paused itself is an alarm as long as it is paused."""
        name = AlarmName.REPAIR_PAUSED
        bad = {_policy(one): one.why for one in held if one.cause is Cause.CANARY}
        for policy, why in bad.items():
            self.raise_alarm(connection, name, why, now_us, about=policy)
        for found in rows.opened(connection):
            if found.state == name and found.about not in bad:
                self.clear_alarm(connection, name, now_us, about=found.about)

    def _become(
        self, connection: sa.Connection, now: Moment, stream: str, before: Health, after: Health
    ) -> None:
        """Store how a stream is, and tell it when its state is another one."""
        if after == before:
            return
        connection.execute(
            sa.update(stream_health).where(stream_health.c.stream == stream).values(**asdict(after))
        )
        found = _open_alarm(connection, stream, _NUMBERS)
        if after.state in WELL:
            # one run that ended well may be of a stream that fails now and then
            if found is not None and (after.state is State.NEW or after.has_recovered(now)):
                rows.end(connection, self.telling, now, found, after.state)
        elif found is None:
            rows.begin(connection, self.telling, now, stream, after.state, after.detail)
        elif found.state != after.state:
            number = _NUMBERS[after.state]
            rows.change(connection, self.telling, now, found, after.state, after.detail, number)
        else:
            rows.note_detail(connection, found, after.detail)

    def _forget(self, connection: sa.Connection, now: Moment, stream: str) -> None:
        connection.execute(sa.delete(stream_health).where(stream_health.c.stream == stream))
        found = _open_alarm(connection, stream, _NUMBERS)
        if found is not None:
            rows.end(connection, self.telling, now, found, GONE)


def all_health(connection: sa.Connection) -> Mapping[str, Health]:
    """How each stream is, by name."""
    found = connection.execute(sa.select(stream_health).order_by(stream_health.c.stream))
    return {row.stream: _health(row) for row in found}


def failures_of(connection: sa.Connection, stream: str) -> int:
    """How many runs of a stream failed in a row."""
    query = sa.select(stream_health.c.failures).where(stream_health.c.stream == stream)
    return int(connection.scalar(query) or 0)


def all_well(connection: sa.Connection, streams: Iterable[Stream]) -> bool:
    """Whether every critical stream is well, or new and not late yet."""
    known = all_health(connection)
    critical = [known.get(stream.name) for stream in streams if stream.critical]
    return all(health is None or health.state in WELL for health in critical)


def _looked_at(
    health: Health,
    now: Moment,
    stream: Stream,
    held: Mapping[str, Pause],
    streams: Collection[str],
) -> Health:
    """``streams``: all that have a state; the pause of one is told of that one alone."""
    holding = [held[name] for name in (stream.name, *stream.held_by) if name in held]
    for pause in holding:
        if pause.name == stream.name or pause.name not in streams:
            return _stopped(health, now, pause)
    resumed = health.resumed(now)
    return resumed.held(now) if holding else resumed.waited(now, stream)


def _stopped(health: Health, now: Moment, held: Pause) -> Health:
    if held.cause is Cause.UNAUTHORISED:
        return health.stopped(now, State.AUTH, held.why)
    # what a person wrote is for those who can ask the ledger
    return health.stopped(now, State.PAUSED, held.why if held.by == KHOP else None)


def _policy(held: Pause) -> str:
    return held.name.partition(":")[2] or held.name


def _found(connection: sa.Connection, stream: str, now: Moment) -> Health:
    """The row of a stream, which is made when there is none."""
    row = connection.execute(
        sa.select(stream_health).where(stream_health.c.stream == stream)
    ).first()
    if row is not None:
        return _health(row)
    health = Health.new(now)
    connection.execute(sa.insert(stream_health).values(stream=stream, **asdict(health)))
    return health


def _health(row: sa.Row[tuple[object, ...]]) -> Health:
    values = {name: value for name, value in row._mapping.items() if name != "stream"}
    return Health(**{**values, "state": State(values["state"])})


def _open_alarm(connection: sa.Connection, about: str, states: Iterable[str]) -> Opened | None:
    found = [one for one in rows.opened(connection) if one.about == about and one.state in states]
    return found[0] if found else None
