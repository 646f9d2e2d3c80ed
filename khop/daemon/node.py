"""One process of the daemon among others: what it does each second, in the ledger.

A node fires what is due, takes back what died, and claims what it can run. It keeps nothing that
the ledger does not: another node can go on at any instant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.daemon import firings, slots_due
from khop.daemon.firings import Firing, State
from khop.daemon.tasks import Kind, Task
from khop.errors import LedgerError
from khop.sync.ledger import Lease, Ledger
from khop.sync.ledger.leases.rows import TTL_SECONDS
from khop.sync.ledger.pauses import Pause, paused
from khop.sync.ledger.schema import lease, node
from khop.text.local_time import local_text
from khop.text.logs import Log
from khop.version import __version__

#: Seconds between two signs of life.
HEARTBEAT = 10.0
#: A node without a sign of life for so long is not there.
GONE_US = 60_000_000
#: Wait before a firing is tried again whose work another process is doing; twice as long each time,
#: up to so long.
_BUSY_US, _LONGEST_BUSY_US = 2_000_000, 30_000_000
#: Wait before a firing is tried again that lost the ledger.
_CUT_OFF_US = 10_000_000
#: After a pull that changed something, others are waited for so long before the reconcile.
_SETTLE_US = 20_000_000

#: The tasks that write to other systems, and the lease of that work.
_SENDING: Mapping[str, str] = {Kind.REPAIR: "apply", Kind.NOTIFY: "notify"}

_THERE = sa.select(node.c.version).where(
    node.c.state == "running", node.c.seen_us.between(sa.bindparam("since"), sa.bindparam("until"))
)
_HERE = sa.update(node).where(node.c.id == sa.bindparam("of"))

log = Log(__name__)


@dataclass
class Node:
    """This process. ``name``: of the process, as in the table of leases. ``clock``: for a ledger
    without a clock of its own."""

    ledger: Ledger
    name: str
    tasks: Mapping[str, Task]
    clock: Callable[[], datetime]
    at_once: int = 6
    version: str = __version__
    monotonic: Callable[[], float] = time.monotonic
    running: dict[str, Firing] = field(default_factory=dict)
    #: Called in the transaction that ends a firing which was interrupted as often as it may be:
    #: with the task, now and the reason.
    given_up: Callable[[sa.Connection, Task, int, str], None] = lambda *given: None
    #: Set when this process was told to stop.
    stopping: bool = False
    #: The newer version that is there.
    newer: str | None = None
    _seen: float | None = None
    #: The tasks whose schedule was written.
    _planned: Mapping[str, Task] | None = None
    #: Leases of running firings -> (token, expiry) and when they were seen so first.
    _watched: dict[str, tuple[tuple[int, int], float]] = field(default_factory=dict)

    @property
    def draining(self) -> str | None:
        """Why it takes no new work; it does again when the newer version is gone."""
        if self.stopping:
            return "told to stop"
        return None if self.newer is None else f"khop {self.newer} is there"

    @property
    def plans(self) -> bool:
        """Whether the schedule of its tasks is still to be written, since khop.toml was read."""
        return self._planned is not self.tasks

    def join(self) -> None:
        """Write the schedule, and that this node is there."""
        with self.ledger.write() as connection:
            tasks = self._plan(connection)
            self._sign_of_life(connection, self._now_us(connection))
        self._planned = tasks

    def tick(self) -> list[Firing]:
        """Look at the schedule; the firings that this process has to run now. Raises
        LedgerError."""
        try:
            return self._tick()
        except LedgerError:
            # nobody could renew a lease meanwhile: whether one stalled is watched from anew
            self._watched.clear()
            raise

    def _tick(self) -> list[Firing]:
        if self.plans:
            self.join()
        with self.ledger.read() as connection:
            now_us = self._now_us(connection)
            opened = firings.open_firings(connection)
            stalled = self._stalled(opened)
            due = slots_due.is_anything_due(connection, self.tasks, opened, now_us, stalled)
        sign = self._seen is None or self.monotonic() - self._seen >= HEARTBEAT
        if not (due or sign):
            return []
        began = self.monotonic()
        with self.ledger.write() as connection:
            now_us = self._now_us(connection)
            if sign:
                self._sign_of_life(connection, now_us)
            claimed = self._look(connection, now_us, stalled) if due else []
        # only now: what could not be written is not this process's
        begun = [replace(firing, begun=began) for firing in claimed]
        self.running.update({firing.task: firing for firing in begun})
        return begun

    def _plan(self, connection: sa.Connection) -> Mapping[str, Task]:
        tasks = self.tasks
        slots_due.plan(connection, tasks.values(), self._now_us(connection))
        return tasks

    def _look(self, connection: sa.Connection, now_us: int, stalled: Sequence[str]) -> list[Firing]:
        for task, slot_us, state in firings.recover(connection, self.tasks, now_us, stalled):
            slot = local_text(slot_us)
            log.warning(
                "firing_taken_back", task=task, slot=slot, state=state.value, node=self.name
            )
            if state is State.INTERRUPTED:
                self._give_up(connection, task, now_us, firings.DIED)
        slots_due.fire(connection, self.tasks, now_us)
        held = held_back(self.tasks.values(), paused(connection))
        firings.skip_paused(connection, held, now_us)
        if self.draining is not None:
            return []
        free = self.at_once - len(self.running)
        return firings.claim(
            connection, self.tasks, self.name, now_us, without=held, most=max(free, 0)
        )

    def lease_of(self, firing: Firing) -> Lease:
        """The lease under which a firing runs; it has to be renewed."""
        taken = Lease({f"task:{firing.task}": firing.token}, self.clock, self.monotonic)
        taken.renewed = firing.begun  # this process may have stood still since
        return taken

    def ended(
        self,
        firing: Firing,
        error: str | None,
        summary: Mapping[str, object] | None = None,
        follows: Mapping[str, str] | None = None,
        also: Callable[[sa.Connection, int], None] = lambda connection, now_us: None,
    ) -> bool:
        """Write how a firing ended, and what follows it; whether it was still this process's.
        ``also``: written in the same transaction."""
        state = State.DONE if error is None else State.FAILED
        with self.ledger.write() as connection:
            now_us = self._now_us(connection)
            ours = firings.end(connection, firing, state, now_us, reason=error, summary=summary)
            if ours:
                for task, reason in (follows or {}).items():
                    if task in self.tasks:
                        start_us = now_us + (_SETTLE_US if task == "reconcile" else 0)
                        firings.trigger(connection, task, reason, start_us, now_us)
                also(connection, now_us)
        self.let_go(firing)
        return ours

    def put_back(self, firing: Firing, reason: str) -> None:
        """Let a firing wait again, because this process stops. What must not run later is
        interrupted instead."""
        self._put_back(firing, reason, again=self._catches_up(firing))

    def put_off(self, firing: Firing, reason: str, before: int = 0) -> None:
        """Let a firing wait again, because it cannot be run here just now. ``before``: how often
        in a row it was put off before."""
        after_us = min(_BUSY_US * 2 ** min(before, 10), _LONGEST_BUSY_US)
        self._put_back(firing, reason, after_us=after_us)

    def cut_off(self, firing: Firing, reason: str) -> None:
        """Let a firing wait again, because it lost the ledger. As after the death of its process,
        it is interrupted when it must not run later, or was tried often enough."""
        again = self._catches_up(firing) and firing.attempts < firings.MOST_ATTEMPTS
        self._put_back(firing, reason, again=again, tried=True, after_us=_CUT_OFF_US)

    def _give_up(self, connection: sa.Connection, name: str, now_us: int, reason: str) -> None:
        """A firing was interrupted for good; one that is never tried again has not failed by it."""
        task = self.tasks.get(name)
        if task is not None and task.catches_up:
            self.given_up(connection, task, now_us, reason)

    def _catches_up(self, firing: Firing) -> bool:
        task = self.tasks.get(firing.task)  # none when khop.toml was changed meanwhile
        return task is None or task.catches_up

    def _put_back(
        self,
        firing: Firing,
        reason: str,
        *,
        again: bool = True,
        tried: bool = False,
        after_us: int = 0,
    ) -> None:
        with self.ledger.write() as connection:
            now_us = self._now_us(connection)
            if again:
                start_us = now_us + after_us
                firings.put_back(connection, firing, start_us, reason=reason, tried=tried)
            else:
                ours = firings.end(connection, firing, State.INTERRUPTED, now_us, reason=reason)
                if ours and tried:
                    self._give_up(connection, firing.task, now_us, reason)
        self.let_go(firing)

    def let_go(self, firing: Firing) -> None:
        """Nothing of a firing runs here any more. Its task may have begun anew since its end was
        written."""
        if self.running.get(firing.task) is firing:
            self.running.pop(firing.task, None)

    def leave(self, left: Set[str] = frozenset()) -> None:
        """Say that this node is gone, and give back what it was running, with all its leases.

        ``left``: tasks that still run here. Those of them that send keep their leases: another
        process that took them at once could send the same. They run out by themselves.
        """
        sending = left & _SENDING.keys()
        for task, firing in list(self.running.items()):
            if task not in sending:
                self.put_back(firing, "the khop daemon stopped")
        kept = [name for task in sending for name in (f"task:{task}", _SENDING[task])]
        with self.ledger.write() as connection:
            ours = sa.update(lease).where(lease.c.owner == self.name, lease.c.name.not_in(kept))
            connection.execute(ours.values(owner=None, expires_us=0, token=lease.c.token + 1))
            gone = {"state": "stopped", "seen_us": self._now_us(connection)}
            connection.execute(_HERE, {"of": self.name, **gone})

    def _now_us(self, connection: sa.Connection) -> int:
        return self.ledger.now_us(connection, self.clock)

    def _sign_of_life(self, connection: sa.Connection, now_us: int) -> None:
        newer, self.newer = self.newer, _newer_nodes(connection, self.version, now_us)
        if self.newer != newer:
            log.warning("newer_version", there=self.newer)
        state = "running" if self.draining is None else "draining"
        values = {"version": self.version, "seen_us": now_us, "state": state}
        if connection.execute(_HERE, {"of": self.name, **values}).rowcount == 0:
            connection.execute(sa.insert(node), {"id": self.name, "started_us": now_us, **values})
        self._seen = self.monotonic()

    def _stalled(self, opened: Iterable[sa.Row[Any]]) -> list[str]:
        """Leases of running firings that were not renewed for their whole time, as this process
        saw it on a clock that does not jump."""
        now = self.monotonic()
        before, self._watched = self._watched, {}
        for row in opened:
            if row.state == State.RUNNING and row.held == row.token:
                name, seen = f"task:{row.task}", (row.token, row.expires_us)
                known = before.get(name)
                self._watched[name] = known if known and known[0] == seen else (seen, now)
        return [name for name, (_, at) in self._watched.items() if now - at > TTL_SECONDS + 1]


def held_back(tasks: Iterable[Task], pauses: Mapping[str, Pause]) -> dict[str, str]:
    """The tasks that are paused, with the reason: by their own name, their kind, or a source whose
    account they use."""
    return {
        task.name: pauses[name].why for task in tasks for name in task.held_by if name in pauses
    }


def _newer_nodes(connection: sa.Connection, version: str, now_us: int) -> str | None:
    """The version of a node that is there and newer."""
    there = connection.scalars(_THERE, {"since": now_us - GONE_US, "until": now_us + GONE_US})
    found = [other for other in there if _numbers(other) > _numbers(version)]
    return max(found, key=_numbers, default=None)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
