"""The row of a lease: taking it, renewing it, giving it back.

A lease is a row with an owner, an expiry and a token that grows with every new owner. A write
under a lease renews the lease in the same transaction. A process whose lease expired and
was taken by another then finds that its token is out of date, and its transaction is rolled back.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from khop.errors import LedgerError
from khop.mappings.records import Instant
from khop.sync.ledger.schema import lease
from khop.text.local_time import DAY_US

TTL_SECONDS = 300
_TTL_US = TTL_SECONDS * 1_000_000


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that this process took. ``token``: a former holder has a smaller one."""

    name: str
    token: int
    clock: Callable[[], datetime]

    def renew(self, connection: sa.Connection) -> None:
        """Move the expiry. Raises LedgerError when another process took the lease over."""
        until = Instant.of(self.clock()).us + _TTL_US
        renewed = connection.execute(
            sa.update(lease)
            .where(lease.c.name == self.name, lease.c.token == self.token)
            .values(expires_us=until)
        )
        if renewed.rowcount != 1:
            raise LedgerError(
                f"another khop took over the lease '{self.name}', because this one did not renew "
                "it in time; nothing of this step was stored"
            )

    def release(self, connection: sa.Connection) -> None:
        """Give the lease back, unless another process took it over."""
        connection.execute(
            sa.update(lease)
            .where(lease.c.name == self.name, lease.c.token == self.token)
            .values(owner=None, expires_us=0)
        )


def take(connection: sa.Connection, name: str, clock: Callable[[], datetime]) -> Lease:
    """Take the lease ``name``. Raises LedgerError when a living process holds it."""
    now = Instant.of(clock()).us
    row = connection.execute(sa.select(lease).where(lease.c.name == name)).first()
    if row is not None and row.expires_us > now and _is_alive(row.owner, row.expires_us - now):
        raise LedgerError(
            f"another khop holds the lease '{name}' ({row.owner}); "
            "wait until it is done, or stop it"
        )
    token = 1 if row is None else row.token + 1
    owner = f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"
    values = {"owner": owner, "token": token, "expires_us": now + _TTL_US}
    if row is None:
        connection.execute(sa.insert(lease).values(name=name, **values))
    else:
        connection.execute(sa.update(lease).where(lease.c.name == name).values(**values))
    return Lease(name, token, clock)


def _is_alive(owner: str | None, left_us: int) -> bool:
    """Whether the owner's process runs.

    A process on another machine counts as running, unless its lease has more than a day left: it
    was taken under a clock that was wrong then.
    """
    if owner is None:
        return False
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return left_us <= DAY_US
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return started == _start_time(int(pid))


def _start_time(pid: int) -> str:
    """When the process began, in clock ticks of the system: process ids are used again."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return "0"
    return status.rpartition(")")[2].split()[19]
