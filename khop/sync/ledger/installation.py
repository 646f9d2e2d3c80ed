"""The installation that a ledger belongs to: the fingerprint of its key, and the end of its audit
log. One row, made by the first write with a key.
"""

from __future__ import annotations

import hmac
from typing import Any

import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.ledger.schema import installation, run
from khop.sync.privacy import Privacy

#: The name of the option of a connection that holds the key it writes with.
KEY_OPTION = "khop_privacy"


def privacy_of(connection: sa.Connection) -> Privacy:
    """What a transaction seals the audit log with. Raises LedgerError for a ledger that was opened
    without its key."""
    found = connection.get_execution_options().get(KEY_OPTION)
    if not isinstance(found, Privacy):
        raise LedgerError(
            "the ledger was opened without the installation's key, with which the audit log is "
            "sealed; open it with the key (Ledger.use)"
        )
    return found


def fingerprint(connection: sa.Connection) -> str | None:
    """The fingerprint of the key that the ledger belongs to; None before the first write."""
    found = _row(connection)
    return None if found is None else str(found.fingerprint)


def in_use(connection: sa.Connection) -> bool:
    """Whether khop has worked with this ledger."""
    return connection.scalar(sa.select(run.c.id).limit(1)) is not None


def recorded_head(connection: sa.Connection) -> tuple[str, bool] | None:
    """Where the log ends by this row, as text, and whether the key in use says so too."""
    found = _row(connection)
    if found is None:
        return None
    due = head_seal(privacy_of(connection), found.head)
    return found.head, hmac.compare_digest(due, found.head_seal)


def write_head(connection: sa.Connection, head: str) -> None:
    """Note where the log ends now, and the key in use."""
    privacy = privacy_of(connection)
    values = {
        "fingerprint": privacy.fingerprint,
        "head": head,
        "head_seal": head_seal(privacy, head),
    }
    if connection.execute(sa.update(installation).values(**values)).rowcount == 0:
        connection.execute(sa.insert(installation).values(id=1, **values))


def head_seal(privacy: Privacy, head: str) -> str:
    """The seal of the end of the log, which only a holder of the key can make."""
    return hmac.digest(privacy.chain_key, f"head\x1f{head}".encode(), "sha256").hex()


def _row(connection: sa.Connection) -> sa.Row[Any] | None:
    return connection.execute(sa.select(installation).limit(1)).first()
