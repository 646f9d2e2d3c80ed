"""Holding a lease: one process at a time does one kind of work on a ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from khop.errors import LedgerError
from khop.sync.ledger.lease_row import TTL_SECONDS, Lease, take
from khop.sync.ledger.store import Ledger


@contextmanager
def acquire(ledger: Ledger, name: str, clock: Callable[[], datetime]) -> Iterator[Lease]:
    """Hold the lease ``name`` during the block.

    Raises LedgerError when a living process holds it. A holder on this machine whose process is
    gone is replaced at once, any other when its lease has run out.
    """
    with ledger.write() as connection:
        taken = take(connection, name, clock)
    done = threading.Event()
    heartbeat = threading.Thread(target=_renew_until, args=(done, ledger, taken), daemon=True)
    heartbeat.start()
    try:
        yield taken
    finally:
        done.set()
        heartbeat.join()
        with ledger.write() as connection:
            taken.release(connection)


def _renew_until(done: threading.Event, ledger: Ledger, lease: Lease) -> None:
    """Renew the lease while the block runs: one call in it may last longer than a lease."""
    while not done.wait(TTL_SECONDS / 3):
        try:
            with ledger.write(lease):
                pass
        except LedgerError:
            return  # another process took it over; the block's next write raises the same error
