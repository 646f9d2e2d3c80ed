"""What the steps of one operation share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

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

    def now_us(self) -> int:
        return Instant.of(self.clock()).us
