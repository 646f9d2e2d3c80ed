"""The ledger: what khop knows, in one database, changed only in whole transactions."""

from khop.sync.ledger.leases.holding import acquire
from khop.sync.ledger.leases.rows import Lease, LeaseHeld, LeaseLost
from khop.sync.ledger.store import (
    SCHEMA_VERSION,
    Ledger,
    LedgerCheck,
    check_ledger,
    create_ledger,
    key_of_ledger,
    ledger_place,
    older_version,
)

__all__ = [
    "SCHEMA_VERSION",
    "Lease",
    "LeaseHeld",
    "LeaseLost",
    "Ledger",
    "LedgerCheck",
    "acquire",
    "check_ledger",
    "create_ledger",
    "key_of_ledger",
    "ledger_place",
    "older_version",
]
