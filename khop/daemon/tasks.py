"""The tasks of the daemon: what is done, when, and what it follows.

::

    pull:SOURCE ──(something changed)──► reconcile ──► repair, notify
    sweep:SOURCE, traverse:SOURCE ──────────▲
    catalogue:SOURCE, work, backup, anchor, check, retention     by time alone

Every source has tasks of its own, so that one that is slow or down delays no other.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from khop.adapters.ports import Role
from khop.config.model import Config
from khop.config.slots import Calendar, calendar_of
from khop.daemon.streams import Stream
from khop.errors import ConfigError


class Kind(StrEnum):
    """What a task does."""

    PULL = "pull"
    SWEEP = "sweep"
    TRAVERSE = "traverse"
    CATALOGUE = "catalogue"
    RECONCILE = "reconcile"
    REPAIR = "repair"
    NOTIFY = "notify"
    WORK = "work"
    BACKUP = "backup"
    ANCHOR = "anchor"
    CHECK = "check"
    RETENTION = "retention"


#: When each kind is due, where khop.toml says nothing; None: only after another task.
USUAL: Mapping[Kind, str | None] = MappingProxyType(
    {
        Kind.PULL: "every 15m",
        Kind.SWEEP: "cron 30 1 * * *",
        Kind.TRAVERSE: "cron 30 2 * * sun",
        Kind.CATALOGUE: "cron 30 3 * * sun",
        Kind.RECONCILE: "cron 0 7 * * mon-fri",
        Kind.REPAIR: None,
        Kind.NOTIFY: None,
        Kind.WORK: "cron 0 6 * * mon",
        Kind.BACKUP: "cron 15 0 * * *",
        Kind.ANCHOR: "cron 45 0 * * *",
        Kind.CHECK: "cron 0 4 * * sat",
        Kind.RETENTION: "cron 50 0 * * *",
    }
)
#: Kinds of which a missed slot is not made up for.
_NOT_MADE_UP_FOR = frozenset({Kind.REPAIR})
#: Kinds that follow another, whatever their own times.
_FOLLOWS = frozenset({Kind.RECONCILE, Kind.REPAIR, Kind.NOTIFY})
#: Kinds without which findings are not as things are: the dead-man address needs them.
_CRITICAL = frozenset({Kind.PULL, Kind.RECONCILE})
#: Seconds within which calls of several sources are spread.
_JITTER = 20
_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """One task. ``calendar``: when it is due; None when it only follows another. ``own``: whether
    khop.toml says when. ``uses``: the sources whose accounts it uses."""

    name: str
    kind: Kind
    source: str | None
    calendar: Calendar | None
    own: bool = False
    uses: tuple[str, ...] = ()

    @property
    def stream(self) -> str:
        """The stream of data that is well when this ends well: a source, or the task itself."""
        return self.source if self.source and self.kind is Kind.PULL else self.name

    @property
    def runs(self) -> bool:
        """Whether it runs at all: by time, or after another."""
        return self.calendar is not None or self.kind in _FOLLOWS

    @property
    def held_by(self) -> tuple[str, ...]:
        """The names of the pauses that stop it."""
        return (*self.uses, self.kind.value, self.name)

    @property
    def catches_up(self) -> bool:
        """Whether it runs once when nobody was there at its time."""
        return self.kind not in _NOT_MADE_UP_FOR

    @property
    def begins_at_once(self) -> bool:
        """Whether it runs when it is new, and does not wait for its first slot."""
        return self.kind is Kind.PULL

    @property
    def critical(self) -> bool:
        return self.kind in _CRITICAL

    @property
    def jitter_seconds(self) -> int:
        """It starts up to so many seconds after its slot, and well before the next one."""
        if self.source is None or self.calendar is None:
            return 0
        first_us = self.calendar.following(0)
        period = (self.calendar.following(first_us) - first_us) // 1_000_000
        return min(_JITTER, period // 4)


def tasks_of(config: Config, sources: Mapping[str, Iterable[str]]) -> dict[str, Task]:
    """The tasks of an installation, by name, in the order of the chain.

    ``sources``: for each source the kinds of tasks it can have (``Engine.readable``). Raises
    ConfigError for a schedule of no task.
    """
    wanted: dict[str, tuple[Kind, str | None]] = {}
    for kind in (Kind.PULL, Kind.SWEEP, Kind.TRAVERSE, Kind.CATALOGUE):
        for source, kinds in sources.items():
            if kind.value in kinds:
                wanted[f"{kind}:{source}"] = (kind, source)
    for kind in _of_all(config):
        wanted[kind.value] = (kind, None)
    known = {*wanted, *(kind.value for kind in Kind)}
    for name in config.schedule:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f", did you mean {close[0]}?" if close else ""
            raise ConfigError(
                f"there is no such task{hint} (tasks: {', '.join(wanted)})", key=f"schedule.{name}"
            )
    return {name: _task(config, name, kind, source) for name, (kind, source) in wanted.items()}


def _of_all(config: Config) -> list[Kind]:
    """The tasks that are of no one source, where the configuration has them."""
    return [
        Kind.RECONCILE,
        *([Kind.REPAIR] if config.repair.policy else []),
        *([Kind.NOTIFY] if config.notices.url is not None else []),
        *([Kind.WORK] if config.daemon.work_folder is not None else []),
        *([Kind.BACKUP] if config.backup.folder is not None else []),
        *([Kind.ANCHOR] if config.log.anchor_file or config.log.anchor_notice else []),
        Kind.CHECK,
        Kind.RETENTION,
    ]


def _task(config: Config, name: str, kind: Kind, source: str | None) -> Task:
    uses: tuple[str, ...] = () if source is None else (source,)
    if kind is Kind.REPAIR:
        both = (Role.ONE_STOP, Role.PORTAL)
        uses = tuple(name for name, settings in config.sources.items() if settings.role in both)
    own = config.schedule.get(name) or config.schedule.get(kind.value)
    text = USUAL[kind] if own is None else own.text
    calendar = None if text is None else calendar_of(text)
    return Task(name, kind, source, calendar, own=own is not None, uses=uses)


def streams_of(config: Config, tasks: Iterable[Task], now_us: int) -> list[Stream]:
    """What is expected of the streams: each task ends well once in the longest time between two
    of its slots and half of it more, at least an hour more. Nothing is expected of a task that is
    off and follows none. Raises ConfigError for a name in [alarms] late_after that no task has."""
    found: dict[str, Stream | None] = {}
    followed_us = 0
    for task in tasks:
        gap_us = followed_us if task.calendar is None else _longest_gap(task.calendar, now_us)
        if task.kind is Kind.RECONCILE:
            usual = USUAL[task.kind]
            assert usual is not None
            gap_us = followed_us = gap_us or _longest_gap(calendar_of(usual), now_us)
        late_after_us = gap_us + max(gap_us // 2, _HOUR_US)
        hours = config.alarms.late_after.get(task.stream)
        if hours is not None:
            late_after_us = round(hours * _HOUR_US)
        stream = Stream(task.stream, late_after_us, critical=task.critical, held_by=task.held_by)
        found[task.stream] = stream if task.runs else None
    for name in config.alarms.late_after:
        if name not in found:
            raise ConfigError(
                f"there is no such stream (streams: {', '.join(found)})",
                key=f"alarms.late_after.{name}",
            )
    return [stream for stream in found.values() if stream is not None]


def _longest_gap(calendar: Calendar, now_us: int) -> int:
    """The longest time between two slots, of the next two dozen."""
    slots = [calendar.latest(now_us)]
    for _ in range(24):
        slots.append(calendar.following(slots[-1]))
    return max(later - earlier for earlier, later in pairwise(slots))
