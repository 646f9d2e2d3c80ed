"""How a stream is: a source of khop.toml, or a step of the chain such as ``reconcile``.

::

    new ──(ended well)──► ok ──(nothing ended well for late_after)──► late ──┐
     │                     │                                                  │
     │                     └──(three failures in a row, or ──► down ◄─────────┘
     │                         failing for the limit)
     └── after late_after: late, or down when it fails

    late, down ──(ended well)──► ok
    any ──(login refused)──► auth ──┐
    any ──(a person, a guard)──► paused ──(a person resumes)──► new

The end of an alarm is told when the stream has recovered: ``ok`` for a while, and not failing.

``new`` tells nobody anything: on first start nothing has ended well yet. A stream that is new for
longer than its ``late_after`` is late all the same, because nobody would hear otherwise of a first
pull that never ends.

Times that people read are those of the clock (``us``). What is late is judged on the time that was
watched (``watch_us``), which does not jump with the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

_HOUR_US = 3_600_000_000

#: Failures in a row after which a stream is down.
MOST_FAILURES = 3
#: A stream that ran well for so long, and whose last run did not fail, has recovered.
RECOVERED_US = _HOUR_US // 2


class State(StrEnum):
    """How a stream is."""

    NEW = "new"
    OK = "ok"
    LATE = "late"
    DOWN = "down"
    AUTH = "auth"
    PAUSED = "paused"


#: The states without an alarm.
WELL = frozenset({State.NEW, State.OK})
#: The states in which nothing is expected of a stream until a person resumes it.
STOPPED = frozenset({State.AUTH, State.PAUSED})


@dataclass(frozen=True, slots=True)
class Stream:
    """What is expected of a stream. ``late_after_us``: the longest time between two runs that end
    well. ``critical``: the dead-man address is called only while it is well. ``held_by``: the
    pauses that stop it, beside that of its own name."""

    name: str
    late_after_us: int
    critical: bool = True
    held_by: tuple[str, ...] = ()

    @property
    def failing_limit_us(self) -> int:
        """How long a stream may fail before it is down, whatever the number of failures."""
        return max(_HOUR_US, self.late_after_us // 4)


@dataclass(frozen=True, slots=True)
class Moment:
    """Now: ``us`` of the clock, ``watch_us`` of the time that was watched."""

    us: int
    watch_us: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a stream is, since when, and why; each method answers how it is after an event.

    ``ok_us``: the last run that ended well; ``tried_us``: the last run; ``failures``: in a row;
    ``detail``: the sentence of the last failure.
    """

    state: State
    since_us: int
    quiet_watch_us: int
    ok_us: int | None = None
    tried_us: int | None = None
    failures: int = 0
    failing_watch_us: int | None = None
    detail: str | None = None

    @classmethod
    def new(cls, now: Moment) -> Health:
        return cls(State.NEW, now.us, now.watch_us)

    def has_recovered(self, now: Moment) -> bool:
        """Whether it has been well for a while; a clock that stepped counts as one."""
        held = abs(now.us - self.since_us) >= RECOVERED_US
        return self.state is State.OK and not self.failures and held

    def ended_well(self, now: Moment) -> Health:
        """A run ended well. A stopped stream stays stopped: the run began before."""
        well = replace(
            self,
            ok_us=now.us,
            tried_us=now.us,
            quiet_watch_us=now.watch_us,
            failures=0,
            failing_watch_us=None,
        )
        return well if self.state in STOPPED else replace(_in(well, State.OK, now), detail=None)

    def failed(self, now: Moment, detail: str) -> Health:
        """A run failed."""
        if self.state in STOPPED:
            return replace(self, tried_us=now.us)
        first = now.watch_us if self.failing_watch_us is None else self.failing_watch_us
        failing = replace(
            self,
            tried_us=now.us,
            failures=self.failures + 1,
            failing_watch_us=first,
            detail=detail,
        )
        many = failing.failures >= MOST_FAILURES and self.state is not State.NEW
        return _in(failing, State.DOWN, now) if many else failing

    def waited(self, now: Moment, stream: Stream) -> Health:
        """Time passed."""
        quiet = now.watch_us - self.quiet_watch_us > stream.late_after_us
        failing = self.failing_watch_us is not None and (
            now.watch_us - self.failing_watch_us >= stream.failing_limit_us
        )
        match self.state:
            case State.NEW if quiet:
                return _in(self, State.DOWN if self.failures else State.LATE, now)
            case State.OK | State.LATE if failing:
                return _in(self, State.DOWN, now)
            case State.OK if quiet:
                return _in(self, State.LATE, now)
        return self

    def stopped(self, now: Moment, state: State, detail: str | None = None) -> Health:
        """It was stopped: the login was refused (``auth``), or it was paused."""
        return self if self.state in STOPPED else replace(_in(self, state, now), detail=detail)

    def held(self, now: Moment) -> Health:
        """Another stream is stopped that this one needs: nothing is expected of it meanwhile."""
        failing = None if self.failing_watch_us is None else now.watch_us
        return replace(self, quiet_watch_us=now.watch_us, failing_watch_us=failing)

    def resumed(self, now: Moment) -> Health:
        """A person resumed it: what is expected of it begins anew."""
        if self.state not in STOPPED:
            return self
        return replace(Health.new(now), ok_us=self.ok_us, tried_us=self.tried_us)


def _in(health: Health, state: State, now: Moment) -> Health:
    return health if state is health.state else replace(health, state=state, since_us=now.us)
