"""Several nodes of the daemon in simulated time: kills, pauses, restarts of the database, jumps of
the clock, newer versions, changed configurations.

The nodes are those of khop (``khop.daemon.node``) on a real ledger; what a task does is a time that
passes, with effects on another system in between. Everything that happens is drawn from one seed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from khop.daemon.firings import State, open_firings
from khop.daemon.node import Node
from khop.daemon.retention import remove_old
from khop.errors import LedgerError
from khop.sync.ledger import LeaseLost
from khop.sync.ledger.schema import pause, schedule, task_firing
from tests.daemon.simulation.accounts import Accounts
from tests.daemon.simulation.parts import (
    CONFIGURATIONS,
    TASKS,
    Job,
    Process,
    following,
    tasks_of,
)
from tests.daemon.simulation.simulated_ledger import (
    START,
    Killed,
    OneConnection,
    SimulatedLedger,
    simulated_us,
)

YEAR = 365 * 86_400.0
#: The part of the moments at which something goes wrong.
_FAULTS = 0.08
#: How long the end of a simulation is quiet, and how long a firing may be open then.
_QUIET = 400.0
_LONG_OPEN_US = 250_000_000


#: What happens to one process, and to all of them.
_HITS = ("kill", "fuse", "fuse", "lose", "stop", "leave", "reload", "retention")
_KINDS = (*_HITS, "kill", "stop", "down", "full", "jump", "jump", "upgrade", "pause", "resume")


class Simulation:
    """``run`` lets time pass; ``problems`` are the promises that were broken. ``seconds`` is the
    true time, which all monotonic clocks show; ``offset`` the error of the ledger's clock."""

    def __init__(
        self,
        opened: OneConnection,
        seed: int,
        nodes: int = 2,
        *,
        leaps: bool = True,
        faults: bool = True,
    ) -> None:
        opened.empty()
        self.random = random.Random(seed)
        self.opened = opened
        self.seconds = self.offset = self.down_until = self.full_until = 0.0
        self.faults = faults
        self.quiet_since = 0.0
        self.begin_at: list[float] = []
        self.names = 0
        self.processes: list[Process] = []
        self.configurations = [tasks_of(changes) for changes in CONFIGURATIONS]
        self.tasks = self.configurations[0]
        self.accounts = Accounts()
        self.release = 1
        self.longest = {"pull:c": 60.0, **{name: seconds for name, _, _, seconds in TASKS}}
        self.paused: set[str] = set()
        #: What retention took away: task -> from slot to slot.
        self.removed: list[tuple[str, int, int]] = []
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

    @property
    def is_full(self) -> bool:
        """Whether the disk of the ledger has no room, so that it can only be read."""
        return self.seconds < self.full_until

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
        for text in self.accounts.calendars:
            slot_us = following(text, now_us // 60_000_000)
            soon.append(self.seconds + (slot_us - now_us) / 1_000_000)
        return max(self.seconds + 1, min(soon) + self.random.random())

    def settle(self) -> None:
        """No more faults; whatever was begun comes to an end."""
        self.faults = False
        self.down_until = self.full_until = 0.0
        self._resume()
        for process in self.processes:
            process.ledger.fuse = None
            process.stopped_until = 0.0
            process.node.tasks = self.tasks
        if not self.processes:
            self._begin()
        self.quiet_since = self.seconds
        begun = self._open()
        while self.seconds < self.quiet_since + _QUIET and (self.idle() or begun & self._open()):
            self.run(20)

    def _open(self) -> set[tuple[str, int]]:
        """The firings that have not ended."""
        with self.processes[0].ledger.read() as connection:
            opened = open_firings(connection)
        return {(row.task, row.slot_us) for row in opened if row.task in self.tasks}

    def idle(self) -> list[str]:
        """The tasks of which nothing was done since all is quiet."""
        done = {task for at, task, _ in self.ends if at > self.quiet_since}
        return sorted(self.tasks.keys() - done)

    def _begin(self) -> None:
        if self.is_down or self.is_full:
            self.begin_at.append(max(self.down_until, self.full_until))
            self.begin_at.sort()
            return
        self.names += 1
        ledger = SimulatedLedger(self.opened, self)
        name = f"host{self.names}:1/boot{self.names}:1:1"
        node = Node(ledger, name, self.tasks, self.clock, monotonic=lambda: self.seconds)
        node.version = f"{self.random.randint(max(self.release - 1, 1), self.release)}.0"
        node.at_once = self.random.choice([2, 6])
        process = Process(node, ledger, self.seconds + self.random.random())
        self._read_configuration(process)
        node.join()
        self._note_schedule()
        self.processes.append(process)

    def _read_configuration(self, process: Process) -> None:
        """A process reads its configuration, which may be an older one than another has."""
        others = self.configurations if self.faults else self.configurations[:1]
        process.node.tasks = self.random.choice(others)

    def _note_schedule(self) -> None:
        self.opened.user = None
        with self.opened.read() as connection:
            specs = {row.task: row.spec for row in connection.execute(sa.select(schedule))}
        self.accounts.planned(specs, self.now)

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
                job.at, job.acts = max(job.at, self.seconds + 1), False
            process.next_tick = self.seconds + 1
        if process.node.running.keys() != process.jobs.keys():
            self.problems.append(f"it is said to run what it does not at {self.seconds}")

    def _tick(self, process: Process) -> None:
        process.next_tick = self.seconds + 1
        plans = process.node.plans
        try:
            claimed = process.node.tick()
        finally:
            if plans:
                self._note_schedule()
        if self.leaps and not claimed:
            process.next_tick = self._next_tick()
        self.accounts.looked(
            [name for name, task in process.node.tasks.items() if task.calendar], self.now
        )
        for firing in claimed:
            if self.paused & {firing.task, process.node.tasks[firing.task].kind.value}:
                self.problems.append(f"{firing.task}: begun while paused at {self.seconds}")
            self.claims.append((self.seconds, firing.task, firing.slot_us))
            orphaned = self.orphans.pop((firing.task, firing.slot_us), None)
            if orphaned is not None:
                self.takeovers.append(self.seconds - orphaned)
            ends = self.seconds + self.random.uniform(1, self.longest[firing.task])
            process.jobs[firing.task] = Job(firing, ends, self.seconds + 1)
            self.acting[firing.task] = firing.token

    def _work(self, process: Process, job: Job) -> None:
        """One step of a job: a renewal where it is time, an effect on another system, its end."""
        task, token = job.firing.task, job.firing.token
        try:
            if job.acts and self.acting[task] != token:
                self.problems.append(f"{task}: another acted in between at {self.seconds}")
            job.lease = job.lease or process.node.lease_of(job.firing)
            if not job.lease.is_trusted or self.seconds - job.lease.renewed >= 10:
                process.ledger.renew(job.lease)
            if self.seconds < job.ends:
                if self.acting[task] != token:
                    self.problems.append(f"{task}: two processes acted at {self.seconds}")
                job.at = min(self.seconds + self.random.uniform(1, 9), job.ends)
                job.acts = True
                return
            follows = self._follows(task)
            if process.node.ended(job.firing, None, follows=follows):
                self._watch_for(*([1, 21] if follows else []))
                key = task, job.firing.slot_us
                self.done[key] = self.done.get(key, 0) + 1
                self.ends.append((self.seconds, *key))
        except LeaseLost:
            process.node.let_go(job.firing)
        process.jobs.pop(task, None)

    def _follows(self, task: str) -> Mapping[str, str]:
        follower = "repair" if task == "reconcile" else "reconcile"
        return {follower: f"after {task}"} if self.random.random() < 0.7 else {}

    def _fault(self) -> None:
        kind = self.random.choice(_KINDS)
        self.orphans.clear()
        if kind == "down":
            self.down_until = self.seconds + self.random.uniform(1, 60)
        elif kind == "jump":
            steps = [-5.0, 40.0, -3600.0, 7200.0, YEAR, -YEAR, 30 * YEAR, -self.offset]
            self.offset = max(min(self.offset + self.random.choice(steps), 40 * YEAR), -40 * YEAR)
            self.accounts.jumped()
        elif kind == "full":
            self.full_until = self.seconds + self.random.uniform(1, 60)
        elif kind == "pause":
            self._pause(self.random.choice(["pull", "pull:a", "reconcile", "repair"]))
        elif kind == "resume":
            self._resume()
        elif kind == "upgrade":
            self.release += 1
        elif self.processes:
            self.hit(kind, self.random.choice(self.processes))

    def hit(self, kind: str, process: Process) -> None:
        """Something happens to one process: one of ``_HITS``."""
        if kind == "kill":
            self._kill(process)
        elif kind in ("fuse", "lose"):
            process.ledger.fuse = self.random.randrange(50)
            process.ledger.losing = kind == "lose"
        elif kind == "stop":
            process.stopped_until = self.seconds + self.random.uniform(1, 120)
            for job in process.jobs.values():
                job.acts = False
        elif kind == "reload":
            self._read_configuration(process)
            process.next_tick = self.seconds
        elif kind == "retention":
            self._remove_old()
        else:
            with suppress(Killed, LedgerError):
                process.node.leave(self.random.choice([set(), set(process.jobs)]))
                process.jobs.clear()
            self._kill(process)

    def _pause(self, name: str) -> None:
        if name not in self.paused:
            self.paused.add(name)
            values = {"name": name, "since_us": 0, "cause": "person", "by": "a", "why": "moving"}
            self.opened.user = None
            with self.opened.write() as connection:
                connection.execute(sa.insert(pause), values)

    def _resume(self) -> None:
        self.paused.clear()
        self.opened.user = None
        with self.opened.write() as connection:
            connection.execute(sa.delete(pause))

    def _remove_old(self) -> None:
        """What retention does, for what ended an hour ago."""
        until_us = int((self.clock() - timedelta(hours=1)).timestamp() * 1_000_000)
        self.opened.user = None
        with self.opened.read() as connection:
            ended = task_firing.c.finished_us < until_us
            old = connection.execute(sa.select(task_firing).where(ended)).all()
        for row in old:
            self.removed.append((row.task, row.since_us, row.slot_us))
            self.done.pop((row.task, row.slot_us), None)
        if old:
            remove_old(self.opened, until_us)

    def unaccounted(self) -> list[str]:
        """The slots that came, on the ledger's clock, and that no row accounts for; and the rows
        that did not come to an end."""
        with self.processes[0].ledger.read() as connection:
            rows = connection.execute(sa.select(task_firing)).all()
        old_us = simulated_us(self.now) - _LONG_OPEN_US
        found = [
            f"{row.task} {row.slot_us}: still {row.state}"
            for row in rows
            if row.state in (State.DUE, State.RUNNING)
            and row.task in self.tasks
            and max(row.slot_us, row.start_us) < old_us
        ]
        covered: dict[str, list[tuple[int, int]]] = {}
        kept = [(row.task, row.since_us, row.slot_us) for row in rows]
        for task, since_us, slot_us in [*kept, *self.removed]:
            covered.setdefault(task, []).append((since_us, slot_us))
        return [*found, *self.accounts.missing(covered)]
