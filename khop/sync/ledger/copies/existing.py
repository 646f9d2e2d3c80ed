"""The ledger that is there already, before another takes its place."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from khop.errors import KhopError, LedgerError
from khop.sync.ledger import installation
from khop.sync.ledger.audit_log import Head
from khop.sync.ledger.databases import Database
from khop.sync.ledger.leases.rows import is_held
from khop.sync.ledger.schema import audit_log, lease, node
from khop.sync.ledger.store import translated

#: A daemon that was seen within this time runs.
_SEEN_US = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Existing:
    """``used``: khop has worked with it. ``newer``: entries of its audit log after those of a
    backup; None when it has another log, or cannot be read. ``damaged``: it cannot be read."""

    used: bool = False
    newer: int | None = 0
    damaged: bool = False


def existing_ledger(database: Database, head: Head, now_us: int) -> Existing:
    """What is in the place of a ledger, beside a backup whose log ends at ``head``. Raises
    KhopError when a khop works on it, or it is no ledger."""
    if not database.exists():
        return Existing()
    engine = database.engine()
    try:
        with (
            translated(database),
            engine.connect().execution_options(**database.reads) as connection,
        ):
            if not sa.inspect(connection).get_table_names():
                return Existing()
            refuse_in_use(database, connection, now_us)
            return Existing(installation.in_use(connection), _newer(connection, head))
    except LedgerError as error:
        if is_damage(error):
            return Existing(used=True, newer=None, damaged=True)
        raise
    finally:
        engine.dispose()


def is_damage(error: LedgerError) -> bool:
    """Whether a ledger could not be read because its file is damaged."""
    cause: object = error.__cause__
    if isinstance(cause, DatabaseError):
        cause = cause.orig
    # the class above that of all other errors of SQLite
    return type(cause) is sqlite3.DatabaseError


def refuse_in_use(database: Database, connection: sa.Connection, now_us: int) -> None:
    """Raises KhopError when a khop works on the ledger, or a daemon runs. ``now_us``: for a ledger
    without a clock of its own."""
    now_us = database.now_us(connection) or now_us
    for row in connection.execute(sa.select(lease)):
        if is_held(row.owner, row.expires_us, now_us):
            raise KhopError(
                f"a khop works on the ledger (lease '{row.name}'): stop it, or wait until it is "
                "done, then run this again"
            )
    refuse_daemon(database, connection, now_us)


def refuse_daemon(database: Database, connection: sa.Connection, now_us: int) -> None:
    """Raises KhopError when a daemon runs, also an idle one. ``now_us``: for a ledger without a
    clock of its own."""
    now_us = database.now_us(connection) or now_us
    if not sa.inspect(connection).has_table(node.name):
        return
    running = sa.select(node.c.id).where(
        node.c.state != "stopped", node.c.seen_us.between(now_us - _SEEN_US, now_us + _SEEN_US)
    )
    if (found := connection.scalar(running)) is not None:
        raise KhopError(
            f"a khop daemon works on the ledger ({found}): stop it, then run this again"
        )


def _newer(connection: sa.Connection, head: Head) -> int | None:
    digest = sa.select(audit_log.c.digest).where(audit_log.c.id == head.id)
    if head.id and connection.scalar(digest) != head.digest:
        return None
    number = sa.select(sa.func.count()).where(audit_log.c.id > head.id)
    return int(connection.scalar(number) or 0)
