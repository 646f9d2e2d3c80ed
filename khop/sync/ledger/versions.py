"""The version of a ledger's schema, and what the row that holds it says beside: that the ledger was
moved away, or has not wholly arrived.
"""

from __future__ import annotations

import sqlalchemy as sa

from khop.errors import LedgerError

#: The schema this program works with; a test checks that it is the newest migration.
SCHEMA_VERSION = "0014"
#: The first schema of a release; older ledgers, made during development, are not migrated.
FIRST_VERSION = "0004"
#: What stands before the version of a ledger that was moved away, or has not wholly arrived.
MOVED, ARRIVING = "moved-", "arriving-"
#: Asks a ledger for its version.
FOUND_VERSION = sa.text("SELECT version_num FROM alembic_version")


def check_version(found: str | None, place: str) -> None:
    """Raises LedgerError for another version than this program's."""
    if found == SCHEMA_VERSION:
        return
    if found is None:
        raise LedgerError(
            f"the ledger {place} was not made or restored to its end: let the database be "
            "emptied, then do it again"
        )
    refuse_moved(found, place)
    refuse_development(found, place)
    if found < SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger {place} is of an older version ({found}); run `khop init` to migrate it"
        )
    raise LedgerError(
        f"the ledger {place} is of a newer version ({found}) than this program "
        f"({SCHEMA_VERSION}); upgrade khop"
    )


def refuse_moved(found: str | None, place: str) -> None:
    """Raises LedgerError for a ledger that was moved away, or has not wholly arrived."""
    if found is not None and found.startswith(MOVED):
        raise LedgerError(
            f"the ledger {place} was moved to another database: name that one in [ledger] url; or "
            "run `khop ledger move` again if it did not end, or with --undo to use this one again"
        )
    if found is not None and found.startswith(ARRIVING):
        raise LedgerError(
            f"the move of a ledger to {place} did not end: run `khop ledger move` again, with the "
            "configuration of the old one"
        )


def refuse_development(found: str | None, place: str) -> None:
    """Raises LedgerError for a ledger of a version before the first release."""
    if found is not None and found < FIRST_VERSION:
        raise LedgerError(
            f"the ledger {place} was made by a development version ({found}) and cannot be "
            "migrated; move it away and run `khop init`"
        )
