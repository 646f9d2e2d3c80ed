"""Holding leases: one process at a time does one kind of work on a ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from khop.errors import LedgerError
from khop.sync.ledger.leases.rows import TTL_SECONDS, Lease, take
from khop.sync.ledger.store import Ledger

#: Seconds. Work that does not move for so long has stalled: its lease is not renewed any more.
#: The longest single step is a call that is tried again and again.
PATIENCE = 900.0


@contextmanager
def acquire(
    ledger: Ledger,
    names: str | Sequence[str],
    clock: Callable[[], datetime],
    *,
    patience: float = PATIENCE,
) -> Iterator[Lease]:
    """Hold the leases of these names during the block.

    A thread renews them while the work moves: each write under the lease and each
    ``Lease.work_moved`` says so. After ``patience`` seconds without, others may take over, and the
    next write raises LeaseLost if one did.

    Raises LeaseHeld when a living process holds one. A holder on this machine whose process is
    gone is replaced at once, any other when its lease has run out.
    """
    wanted = [names] if isinstance(names, str) else names
    taken = Lease({}, clock)  # trusted from before it is taken: this process may stand still
    with ledger.write() as connection:
        taken.tokens = take(connection, wanted, ledger.now_us(connection, clock))
    taken.work_moved()
    try:
        with renewed(ledger, taken, patience=patience):
            yield taken
    finally:
        with ledger.write() as connection:
            taken.release(connection)


@contextmanager
def renewed(ledger: Ledger, lease: Lease, *, patience: float = PATIENCE) -> Iterator[None]:
    """Renew a lease that was taken, during the block and while its work moves."""
    done = threading.Event()
    renewing = threading.Thread(
        target=_renew_until, args=(done, ledger, lease, patience), daemon=True
    )
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()


def _renew_until(done: threading.Event, ledger: Ledger, lease: Lease, patience: float) -> None:
    """Renew the lease while the block runs and its work moves: one call in it may last longer than
    a lease."""
    while not done.wait(TTL_SECONDS / 3):
        if lease.monotonic() - lease.moved > patience:
            continue
        try:
            ledger.renew(lease)
        except LedgerError:
            # It was taken over, which the block's next write says; or the ledger cannot be
            # reached, which the next renewal may find otherwise.
            continue
