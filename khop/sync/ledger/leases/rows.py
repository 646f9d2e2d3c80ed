"""The row of a lease: taking it, renewing it, giving it back.

A lease is a row with an owner, an expiry and a token that grows with every new owner. A write
under a lease renews the lease in the same transaction. A process whose lease expired and
was taken by another then finds that its token is out of date, and its transaction is rolled back.

Expiries are by the ledger's clock: that of the server for PostgreSQL, else this machine's. Whether
a holder still trusts its lease is by its own clock, which no correction of time moves and which
goes on while the machine is suspended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.ledger.leases.processes import this_process, was_here_and_is_gone
from khop.sync.ledger.schema import lease
from khop.text.local_time import DAY_US

#: Changes the lease ``of``, where its holder is still the one with the token ``by``.
OF_HOLDER = sa.update(lease).where(
    lease.c.name == sa.bindparam("of"), lease.c.token == sa.bindparam("by")
)
#: The lease ``of``, with the one of the whole that it is a part of, or with those of its parts.
_PART = sa.select(lease).where(
    sa.or_(lease.c.name == sa.bindparam("of"), lease.c.name == sa.bindparam("whole"))
)
_PARTS = sa.select(lease).where(
    sa.or_(
        lease.c.name == sa.bindparam("of"),
        sa.func.substr(lease.c.name, 1, sa.func.length(sa.bindparam("whole")) + 1)
        == sa.bindparam("whole", type_=sa.String) + ":",
    )
)
TTL_SECONDS = 30
TTL_US = TTL_SECONDS * 1_000_000
#: A holder that did not renew for so long, in seconds, renews before it writes to another system.
_TRUSTED = TTL_SECONDS - 10.0


def seconds_passed() -> float:
    """Seconds on a clock that never goes back, and that counts the time in which the machine was
    suspended, where the system has one (Linux): ``time.monotonic`` does not count it there."""
    counts_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if counts_sleep is None else time.clock_gettime(counts_sleep)


class LeaseHeld(LedgerError):
    """Another process does this work. ``name``: the lease it holds."""

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(
            f"another khop holds the lease '{name}' ({owner.partition('/')[0]}); "
            "wait until it is done, or stop it"
        )
        self.name, self.owner = name, owner


class LeaseLost(LedgerError):
    """Another process took over a lease of this one. ``name``: of the lease."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"another khop took over the lease '{name}', because this one did not renew it in "
            "time; nothing of this step was stored"
        )
        self.name = name


@dataclass(slots=True)
class Lease:
    """Leases that this process took together: name -> token. A former holder has a smaller token.

    ``clock``: for a ledger without a clock of its own. ``monotonic``: ``seconds_passed``.
    """

    tokens: dict[str, int]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = seconds_passed
    #: When the last renewal was begun that was committed, and when the work moved last.
    renewed: float = field(init=False)
    moved: float = field(init=False)

    def __post_init__(self) -> None:
        self.renewed = self.moved = self.monotonic()

    def renew(self, connection: sa.Connection, now_us: int) -> None:
        """Move the expiries. Raises LeaseLost when another process took one over."""
        for name, token in self.tokens.items():
            ours = {"of": name, "by": token}
            renewed = connection.execute(OF_HOLDER, {**ours, "expires_us": now_us + TTL_US})
            if renewed.rowcount != 1:
                raise LeaseLost(name)

    def release(self, connection: sa.Connection) -> None:
        """Give the leases back, but for those that another process took over."""
        for name, token in self.tokens.items():
            connection.execute(OF_HOLDER, {"of": name, "by": token, "owner": None, "expires_us": 0})

    def work_moved(self) -> None:
        """Note that the work goes on: only then is the lease renewed."""
        self.moved = self.monotonic()

    @property
    def is_trusted(self) -> bool:
        """Whether no other process can have taken it over yet."""
        return self.monotonic() - self.renewed < _TRUSTED


def take(connection: sa.Connection, names: Sequence[str], now_us: int) -> dict[str, int]:
    """Take the leases of these names, all or none; gives their tokens.

    ``pull`` is the lease of all that begin with ``pull:``. Raises LeaseHeld when a living process
    holds one of them, or one that is a part or the whole of it.
    """
    return {name: _take_one(connection, name, now_us) for name in sorted(set(names))}


def _take_one(connection: sa.Connection, name: str, now_us: int) -> int:
    whole = name.partition(":")[0]
    related = _PARTS if name == whole else _PART
    token = None
    for row in connection.execute(related, {"of": name, "whole": whole}):
        if is_held(row.owner, row.expires_us, now_us):
            raise LeaseHeld(row.name, row.owner)
        token = int(row.token) if row.name == name else token
    values = {"owner": this_process(), "token": (token or 0) + 1, "expires_us": now_us + TTL_US}
    if token is None:
        connection.execute(sa.insert(lease), {"name": name, **values})
    else:
        connection.execute(OF_HOLDER, {"of": name, "by": token, **values})
    return (token or 0) + 1


def is_held(owner: str | None, expires_us: int, now_us: int) -> bool:
    """Whether a living process may hold the lease.

    A holder of this machine whose process is gone does not, nor one whose lease has more than a
    day left: it was taken under a clock that was wrong then.
    """
    if owner is None or expires_us <= now_us or expires_us - now_us > DAY_US:
        return False
    return not was_here_and_is_gone(owner)
