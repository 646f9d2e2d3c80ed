"""A real ledger as several simulated processes see it: with kills in the middle of a transaction,
lost connections, and a clock of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from khop.errors import LedgerError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import lease, node, pause, schedule, task_firing

START = datetime(2026, 11, 23, 8, 0, 20, tzinfo=UTC)


class World(Protocol):
    """What a ledger knows of the simulation: seconds of its clock since START, and whether the
    database is away."""

    @property
    def now(self) -> float: ...

    @property
    def is_down(self) -> bool: ...

    @property
    def is_full(self) -> bool: ...


class Killed(BaseException):
    """The process is killed at this instant."""


class SimulatedLedger(Ledger):
    """The ledger as one process sees it. ``fuse``: after so many instants (before each statement,
    before and after each commit) the process is killed; ``losing``: or loses its connection, so
    that it does not hear what became of a commit."""

    def __init__(self, opened: OneConnection, simulation: World) -> None:
        vars(self).update(vars(opened))  # one connection for all of them: no two act at once
        self._opened = opened
        self._simulation = simulation
        self.fuse: int | None = None
        self.losing = False

    def now_us(self, connection: sa.Connection, clock: Callable[[], datetime]) -> int:
        """The simulated clock, also in place of a server's."""
        return simulated_us(self._simulation.now)

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[sa.Connection]:
        if self._simulation.is_down:
            raise LedgerError("the ledger cannot be reached")
        if self._simulation.is_full and dict(options) != dict(self.database.reads):
            raise LedgerError("the ledger has no room")
        self._opened.user = self
        with super()._transaction(options) as connection:
            yield connection
            self.instant()
        self.instant()

    def instant(self) -> None:
        """Something may happen to the process just now."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                if not self.losing:
                    raise Killed
                self.fuse, self.losing = None, False
                raise LedgerError("the connection was lost")

    def close(self) -> None:
        self.fuse, self._closed = None, True


class OneConnection(Ledger):
    """The ledger of a test: its one connection, which all simulated processes use in turn.
    ``user``: the one that does so now."""

    def __init__(self, url: str) -> None:
        self.user: SimulatedLedger | None = None
        super().__init__(url)
        event.listen(self._engine, "before_cursor_execute", self._before_statement)
        if url.startswith("sqlite"):  # a kill of a simulated process loses nothing
            self._engine.dispose()
            event.listen(self._engine, "connect", _without_waiting_for_the_disk)

    def empty(self) -> None:
        """Take away what another simulation left."""
        self.user = None
        with self.write() as connection:
            for table in (task_firing, schedule, lease, node, pause):
                connection.execute(sa.delete(table))

    def _before_statement(self, *_: object) -> None:
        if self.user is not None:
            self.user.instant()


def _without_waiting_for_the_disk(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("synchronous = OFF", "journal_mode = MEMORY", "secure_delete = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def simulated_us(seconds: float) -> int:
    return int((START.timestamp() + seconds) * 1_000_000)
