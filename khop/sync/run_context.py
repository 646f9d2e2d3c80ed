"""What the steps of one operation share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from khop.connectors.http.before_requests import before_each_request
from khop.mappings.records import Instant
from khop.sync.ledger import Lease, Ledger
from khop.sync.ledger.look_ups import Ages
from khop.sync.privacy import Privacy
from khop.sync.results import Progress


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a pull, an apply or a retry gives to each of its steps.

    ``lease``: the lease the operation holds. ``clock``: now, aware UTC. ``ages``: how old the
    answers of look-ups may become.
    """

    ledger: Ledger
    privacy: Privacy
    lease: Lease
    clock: Callable[[], datetime]
    progress: Progress
    ages: Ages = field(default_factory=Ages)

    def read(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that only reads."""
        return self.ledger.read()

    def write(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that may write, and renews the lease. Raises LedgerError when another
        process took the lease over."""
        return self.ledger.write(self.lease)

    @contextmanager
    def pushing(self) -> Iterator[None]:
        """Write something to another system in the block: just before each request it is made
        sure that no other process can be doing this work by now, however long the request had to
        wait. Raises LedgerError when one took the lease over."""
        self._make_sure()
        with before_each_request(self._make_sure):
            yield

    def _make_sure(self) -> None:
        if not self.lease.is_trusted:
            self.ledger.renew(self.lease)

    def now_us(self) -> int:
        return Instant.of(self.clock()).us


class LeasedProgress:
    """Progress that also tells the lease that the work moves."""

    def __init__(self, lease: Lease, progress: Progress) -> None:
        self._lease = lease
        self._progress = progress

    def start(self, task: str, total: int | None = None) -> None:
        self._lease.work_moved()
        self._progress.start(task, total)

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        self._lease.work_moved()
        self._progress.advance(task, by, total=total)

    def finish(self, task: str) -> None:
        self._lease.work_moved()
        self._progress.finish(task)
