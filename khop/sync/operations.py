"""What the operations of an installation share: its parts, their leases, their rows of the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.mappings.records import Instant
from khop.sync.clock_guard import check_clock
from khop.sync.ledger import Ledger, acquire
from khop.sync.ledger.look_ups import Ages
from khop.sync.ledger.pauses import paused
from khop.sync.privacy import Privacy
from khop.sync.results import NoProgress, Progress
from khop.sync.run_context import LeasedProgress, RunContext
from khop.sync.runs import Run, running
from khop.sync.systems import Systems


@dataclass(slots=True)
class Operations:
    """The parts of an installation, and how an operation of it begins.

    ``clock``: now, aware UTC. ``accept_clock``: run although the clock differs by more than a day
    from that of the last run.
    """

    config: Config
    ledger: Ledger
    privacy: Privacy
    tables: Tables
    systems: Systems
    clock: Callable[[], datetime]
    accept_clock: bool = False
    #: Number of the run that was begun last, in the table of runs.
    last_run: int | None = None

    @contextmanager
    def lease(
        self, names: str | Sequence[str], progress: Progress | None = None
    ) -> Iterator[RunContext]:
        """Hold leases during the block; gives what the steps of the operation share."""
        with acquire(self.ledger, names, self.clock) as lease:
            told = LeasedProgress(lease, progress or NoProgress())
            ages = Ages.of_days(**self.config.look_ups.model_dump())
            yield RunContext(self.ledger, self.privacy, lease, self.clock, told, ages)

    @contextmanager
    def begin(
        self, kind: str, leases: str | Sequence[str], progress: Progress | None
    ) -> Iterator[tuple[RunContext, Run]]:
        """``lease`` and ``run`` at once."""
        with self.lease(leases, progress) as context, self.run(kind) as run:
            yield context, run

    @contextmanager
    def run(self, kind: str, now: datetime | None = None) -> Iterator[Run]:
        """A row in the table of runs for the block. Raises WrongClock (``sync.clock_guard``)."""
        self.check_clock()
        with running(self.ledger, kind, self.clock, now) as run:
            self.last_run = run.id
            yield run

    def check_clock(self) -> None:
        """Raises WrongClock. A source that is paused is not asked: that could lock its account."""
        if self.accept_clock:
            return
        with self.ledger.read() as connection:
            held = paused(connection)
        asked = [system for system in self.systems.all if system.name not in held]
        check_clock(self.ledger, self.clock, asked)

    def now_us(self) -> int:
        return Instant.of(self.clock()).us

    def source_names(self) -> list[str]:
        """The sources that are configured, and those of imported files."""
        with self.ledger.read() as connection:
            return self.systems.source_names(connection)
