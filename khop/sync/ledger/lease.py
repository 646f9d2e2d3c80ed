"""Leases with fencing: one process at a time does one kind of work on a ledger.

A lease is a row with an owner, an expiry and a token that grows with every new owner. Work that
commits under a lease renews it in the same transaction; a process that was thought dead and was
replaced finds its token out of date there and stops before it can do harm.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from khop.errors import LedgerError
from khop.mappings.records import Instant
from khop.sync.ledger.schema import lease
from khop.sync.ledger.store import Ledger

_TTL_US = 300 * 1_000_000


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken. ``token`` fences off whoever held it before."""

    name: str
    token: int
    clock: Callable[[], datetime]

    def renew(self, connection: sa.Connection) -> None:
        """Hold it for another while. Raises LedgerError when another process took it over."""
        until = Instant.of(self.clock()).us + _TTL_US
        renewed = connection.execute(
            sa.update(lease)
            .where(lease.c.name == self.name, lease.c.token == self.token)
            .values(expires_us=until)
        )
        if renewed.rowcount != 1:
            raise LedgerError(
                f"another khop took over '{self.name}' while this one was silent; "
                "nothing of this step was kept"
            )


@contextmanager
def acquire(ledger: Ledger, name: str, clock: Callable[[], datetime]) -> Iterator[Lease]:
    """Take the lease ``name`` for the time of the block.

    Raises LedgerError when a living process holds it. A holder on this machine whose process is
    gone is replaced at once, any other when its lease has run out.
    """
    with ledger.write() as connection:
        taken = _take(connection, name, clock)
    done = threading.Event()
    beat = threading.Thread(target=_keep, args=(ledger, taken, done), daemon=True)
    beat.start()
    try:
        yield taken
    finally:
        done.set()
        beat.join()
        with ledger.write() as connection:
            connection.execute(
                sa.update(lease)
                .where(lease.c.name == name, lease.c.token == taken.token)
                .values(owner=None, expires_us=0)
            )


def _keep(ledger: Ledger, held: Lease, done: threading.Event) -> None:
    """Renew while the block runs: one call of it may take longer than a lease lasts."""
    while not done.wait(_TTL_US / 1_000_000 / 3):
        try:
            with ledger.write() as connection:
                held.renew(connection)
        except LedgerError:
            return  # taken over; the block finds out when it next commits


def _take(connection: sa.Connection, name: str, clock: Callable[[], datetime]) -> Lease:
    now = Instant.of(clock()).us
    row = connection.execute(sa.select(lease).where(lease.c.name == name)).first()
    if row is not None and row.expires_us > now and _lives(row.owner):
        raise LedgerError(
            f"another khop is at '{name}' ({row.owner}); wait until it is done, or stop it"
        )
    token = 1 if row is None else row.token + 1
    values = {"owner": _me(), "token": token, "expires_us": now + _TTL_US}
    if row is None:
        connection.execute(sa.insert(lease).values(name=name, **values))
    else:
        connection.execute(sa.update(lease).where(lease.c.name == name).values(**values))
    return Lease(name, token, clock)


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _lives(owner: str | None) -> bool:
    """Whether the process that holds a lease is there. One on another machine may be."""
    if owner is None:
        return False
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return started == _started(int(pid))


def _started(pid: int) -> str:
    """When the process began, as the system counts: a number may be used again for another."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return "0"
    return status.rpartition(")")[2].split()[19]
