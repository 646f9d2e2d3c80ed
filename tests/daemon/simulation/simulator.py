"""Several nodes of the daemon in simulated time: kills, pauses, restarts of the database, jumps of
the clock, newer versions, changed configurations.

The nodes are those of khop (``khop.daemon.node``) on a real ledger; what a task does is a time that
passes, with effects on another system in between. Everything that happens is drawn from one seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from khop.config.slots import Calendar, calendar_of
from khop.daemon.firings import Firing, State, open_firings
from khop.daemon.node import Node
from khop.daemon.tasks import Kind, Task
from khop.errors import LedgerError
from khop.sync.ledger import Lease, LeaseLost
from khop.sync.ledger.schema import task_firing
from tests.daemon.simulation.simulated_ledger import (
    START,
    Killed,
    OneConnection,
    SimulatedLedger,
    simulated_us,
)

YEAR = 365 * 86_400.0
#: name, kind, calendar, longest duration of the job in seconds
TASKS = (
    ("pull:a", Kind.PULL, "every 1m", 50.0),
    ("pull:b", Kind.PULL, "every 3m", 100.0),
    ("reconcile", Kind.RECONCILE, "cron */4 * * * *", 90.0),
    ("repair", Kind.REPAIR, "every 3m", 60.0),
)
#: What another configuration has instead.
CHANGED = {"pull:b": "every 2m", "reconcile": "every 2m"}
#: The part of the moments at which something goes wrong.
_FAULTS = 0.08
#: How long the end of a simulation is quiet, and how long a firing may be open then.
_QUIET = 400.0
_LONG_OPEN_US = 250_000_000


#: What happens to one process, and to all of them.
_HITS = ("kill", "fuse", "stop", "leave", "reload")
_KINDS = (*_HITS, "kill", "stop", "down", "jump", "jump", "upgrade")


@dataclass
class Job:
    """A task that a process runs. ``at``: when its next step comes; ``ends``: when it is done."""

    firing: Firing
    lease: Lease
    ends: float
    at: float


@dataclass
class Process:
    """One process: a node, what it runs, and until when it is stopped (as by SIGSTOP)."""

    node: Node
    ledger: SimulatedLedger
    next_tick: float
    jobs: dict[str, Job] = field(default_factory=dict)
    stopped_until: float = 0.0


@dataclass
class Stretch:
    """A stretch of time without a jump of the clock, in seconds of the ledger's clock: from the
    first time that a process looked at the schedule to the last, and the calendars in it."""

    calendars: dict[str, Calendar]
    begin: float | None = None
    looked: float = 0.0


class Simulation:
    """``run`` lets time pass; ``problems`` are the promises that were broken. ``seconds`` is the
    true time, which all monotonic clocks show; ``offset`` the error of the ledger's clock."""

    def __init__(
        self, opened: OneConnection, seed: int, nodes: int = 2, *, leaps: bool = True
    ) -> None:
        opened.empty()
        self.random = random.Random(seed)
        self.opened = opened
        self.seconds = self.offset = self.down_until = 0.0
        self.faults = True
        self.quiet_since = 0.0
        self.begin_at: list[float] = []
        self.names = 0
        self.processes: list[Process] = []
        self.tasks = {n: Task(n, k, None, calendar_of(c)) for n, k, c, _ in TASKS}
        self.changed = {
            name: replace(task, calendar=calendar_of(CHANGED.get(name, _text(task))))
            for name, task in self.tasks.items()
        }
        #: The calendars as the last process that read its configuration wrote them.
        self.calendars = {name: _calendar(task) for name, task in self.tasks.items()}
        self.release = 1
        self.longest = {name: seconds for name, _, _, seconds in TASKS}
        self.stretches = [Stretch(self.calendars, 0.0)]
        self.problems: list[str] = []
        #: task -> the token of the one who may act
        self.acting: dict[str, int] = {}
        #: (task, slot) -> how often a process was told that its end was written
        self.done: dict[tuple[str, int], int] = {}
        self.claims: list[tuple[float, str, int]] = []
        self.ends: list[tuple[float, str, int]] = []
        #: When something may happen. With ``leaps``, the looks in between, where nothing is due,
        #: are left out; what dies is then seen later than by a process that looks each second.
        self.leaps = leaps
        self.attention: list[float] = []
        #: Firings whose process was killed -> when, while nothing else went wrong since.
        self.orphans: dict[tuple[str, int], float] = {}
        self.takeovers: list[float] = []
        for _ in range(nodes):
            self._begin()

    @property
    def now(self) -> float:
        """The ledger's clock, in seconds."""
        return self.seconds + self.offset

    @property
    def is_down(self) -> bool:
        return self.seconds < self.down_until

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.now)

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        until = self.seconds + seconds
        while self.seconds < until:
            self.seconds = min(self._next(), until)
            while self.begin_at and self.begin_at[0] <= self.seconds:
                self.begin_at.pop(0)
                self._begin()
            for process in list(self.processes):
                if self.seconds >= process.stopped_until:
                    self._step(process)
            if self.faults and self.random.random() < _FAULTS:
                self._fault()
                self._watch_for(1, 30, 31, 32)

    def _watch_for(self, *seconds: float) -> None:
        self.attention += [self.seconds + each for each in seconds]

    def _next_tick(self) -> float:
        """When a process looks next: each second while something may happen."""
        now_us, soon = simulated_us(self.now), [self.seconds + 60]
        soon += [at for at in self.attention if at > self.seconds]
        self.attention = soon[1:]
        for calendar in self.calendars.values():
            slot = calendar.following(now_us)
            soon.append(self.seconds + (slot - now_us) / 1_000_000)
        return max(self.seconds + 1, min(soon) + self.random.random())

    def settle(self) -> None:
        """No more faults; whatever was begun comes to an end."""
        self.faults = False
        self.down_until = 0.0
        for process in self.processes:
            process.ledger.fuse = None
            process.stopped_until = 0.0
        if not self.processes:
            self._begin()
        self.quiet_since = self.seconds
        begun = self._open()
        while self.seconds < self.quiet_since + _QUIET and (self.idle() or begun & self._open()):
            self.run(20)

    def _open(self) -> set[tuple[str, int]]:
        """The firings that have not ended."""
        with self.processes[0].ledger.read() as connection:
            return {(row.task, row.slot_us) for row in open_firings(connection)}

    def idle(self) -> list[str]:
        """The tasks of which nothing was done since all is quiet."""
        done = {task for at, task, _ in self.ends if at > self.quiet_since}
        return sorted(self.tasks.keys() - done)

    def _begin(self) -> None:
        if self.is_down:
            self.begin_at.append(self.down_until)
            self.begin_at.sort()
            return
        self.names += 1
        ledger = SimulatedLedger(self.opened, self)
        name = f"host{self.names}:1/boot{self.names}:1:1"
        node = Node(ledger, name, self.tasks, self.clock, monotonic=lambda: self.seconds)
        node.version = f"{self.random.randint(max(self.release - 1, 1), self.release)}.0"
        process = Process(node, ledger, self.seconds + self.random.random())
        self._read_configuration(process)
        self.processes.append(process)

    def _read_configuration(self, process: Process) -> None:
        """A process reads its configuration, which may be an older one than another has."""
        process.node.tasks = self.random.choice([self.tasks, self.changed])
        process.node.join()
        calendars = {name: _calendar(task) for name, task in process.node.tasks.items()}
        if calendars != self.calendars:
            here = self.stretches[-1]
            here.looked = self.now  # the slots of the old calendars are accounted for
            self.calendars = calendars
            begin = None if here.begin is None else self.now
            self.stretches.append(Stretch(calendars, begin, self.now))

    def _kill(self, process: Process) -> None:
        process.ledger.close()
        self.processes.remove(process)
        if any(other.stopped_until <= self.seconds for other in self.processes):
            for job in process.jobs.values():
                self.orphans[job.firing.task, job.firing.slot_us] = self.seconds
        self.begin_at.append(self.seconds + self.random.choice([1, 5, 20, 90]))
        self.begin_at.sort()

    def _next(self) -> float:
        """The next moment at which something can happen."""
        moments = [*self.begin_at, self.seconds + 60]
        for process in self.processes:
            times = [process.next_tick, *(job.at for job in process.jobs.values())]
            moments.append(max(min(times), process.stopped_until))
        return max(min(moments), self.seconds)

    def _step(self, process: Process) -> None:
        try:
            for job in list(process.jobs.values()):
                if job.at <= self.seconds:
                    self._work(process, job)
            if process.next_tick <= self.seconds:
                self._tick(process)
        except Killed:
            self._kill(process)
        except LedgerError:
            for job in process.jobs.values():
                job.at = max(job.at, self.seconds + 1)
            process.next_tick = self.seconds + 1

    def _tick(self, process: Process) -> None:
        process.next_tick = self.seconds + 1
        claimed = process.node.tick()
        if self.leaps and not claimed:
            process.next_tick = self._next_tick()
        here = self.stretches[-1]
        here.begin, here.looked = self.now if here.begin is None else here.begin, self.now
        for firing in claimed:
            self.claims.append((self.seconds, firing.task, firing.slot_us))
            orphaned = self.orphans.pop((firing.task, firing.slot_us), None)
            if orphaned is not None:
                self.takeovers.append(self.seconds - orphaned)
            ends = self.seconds + self.random.uniform(1, self.longest[firing.task])
            lease = process.node.lease_of(firing)
            process.jobs[firing.task] = Job(firing, lease, ends, self.seconds + 1)
            self.acting[firing.task] = firing.token

    def _work(self, process: Process, job: Job) -> None:
        """One step of a job: a renewal where it is time, an effect on another system, its end."""
        task, token = job.firing.task, job.firing.token
        try:
            if not job.lease.is_trusted or self.seconds - job.lease.renewed >= 10:
                process.ledger.renew(job.lease)
            if self.acting[task] != token:
                self.problems.append(f"{task}: two processes acted at {self.seconds}")
            if self.seconds < job.ends:
                job.at = min(self.seconds + self.random.uniform(1, 9), job.ends)
                return
            if process.node.ended(job.firing, None):
                key = task, job.firing.slot_us
                self.done[key] = self.done.get(key, 0) + 1
                self.ends.append((self.seconds, *key))
        except LeaseLost:
            process.node.let_go(job.firing)
        process.jobs.pop(task, None)

    def _fault(self) -> None:
        kind = self.random.choice(_KINDS)
        self.orphans.clear()
        if kind == "down":
            self.down_until = self.seconds + self.random.uniform(1, 60)
        elif kind == "jump":
            steps = [-5.0, 40.0, -3600.0, 7200.0, YEAR, -YEAR, 30 * YEAR, -self.offset]
            self.offset = max(min(self.offset + self.random.choice(steps), 40 * YEAR), -40 * YEAR)
            self.stretches.append(Stretch(self.calendars))
        elif kind == "upgrade":
            self.release += 1
        elif self.processes:
            self.hit(kind, self.random.choice(self.processes))

    def hit(self, kind: str, process: Process) -> None:
        """Something happens to one process: one of ``_HITS``."""
        if kind == "kill":
            self._kill(process)
        elif kind == "fuse":
            process.ledger.fuse = self.random.randrange(6)
        elif kind == "stop":
            process.stopped_until = self.seconds + self.random.uniform(1, 120)
        elif self.is_down:
            return
        elif kind == "reload":
            try:
                self._read_configuration(process)
            except Killed:
                self._kill(process)
        else:
            try:
                process.node.leave()
                process.jobs.clear()
            except Killed:
                pass
            self._kill(process)

    def unaccounted(self) -> list[str]:
        """The slots that came, on the ledger's clock, and that no row accounts for; and the rows
        that did not come to an end."""
        with self.processes[0].ledger.read() as connection:
            rows = connection.execute(sa.select(task_firing)).all()
        old_us = simulated_us(self.now) - _LONG_OPEN_US
        found = [
            f"{row.task} {row.slot_us}: still {row.state}"
            for row in rows
            if row.state in (State.DUE, State.RUNNING) and max(row.slot_us, row.start_us) < old_us
        ]
        for task in self.tasks.values():
            covered = [(row.since_us, row.slot_us) for row in rows if row.task == task.name]
            for stretch in self.stretches:
                if stretch.begin is not None:
                    calendar = stretch.calendars[task.name]
                    begin, end = simulated_us(stretch.begin), simulated_us(stretch.looked)
                    found += _missing(task.name, calendar, covered, begin, end)
        return found


def _calendar(task: Task) -> Calendar:
    assert task.calendar is not None
    return task.calendar


def _text(task: Task) -> str:
    return _calendar(task).text


def _missing(
    task: str, calendar: Calendar, covered: list[tuple[int, int]], begin: int, end: int
) -> Iterator[str]:
    slot = calendar.following(begin)
    while slot <= end:
        if not any(since <= slot <= last for since, last in covered):
            yield f"{task}: {slot} is not accounted for"
        slot = calendar.following(slot)
