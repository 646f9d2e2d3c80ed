"""Codes that changed since the last reconcile: the cases the next one looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

import sqlalchemy as sa

from khop.sync.ledger.many import execute_many
from khop.sync.ledger.schema import dirty, last_reconcile


def mark(connection: sa.Connection, codes: Iterable[str]) -> None:
    """Have the next reconcile look at these codes; ``row:KEY`` for a row of paper without one.

    Called in the transaction that writes their data, so that both commit or neither.
    """
    execute_many(connection, _MARK, [{"code": code, "taken": False} for code in sorted(set(codes))])


def mark_page(connection: sa.Connection, codes: Collection[str]) -> None:
    """As ``mark``, for the codes of a page of a list.

    Until the first reconcile begins, which looks at all cases, one of them is enough: it says that
    something changed.
    """
    followed = connection.execute(sa.select(last_reconcile.c.id).limit(1)).first() is not None
    mark(connection, codes if followed else islice(codes, 1))


def take(connection: sa.Connection) -> int:
    """Mark all dirty codes as taken by the reconcile under way; how many there are."""
    return connection.execute(sa.update(dirty).values(taken=True)).rowcount


def taken(connection: sa.Connection) -> list[str]:
    """The codes that are taken."""
    return list(connection.scalars(sa.select(dirty.c.code).where(dirty.c.taken)))


def drop_taken(connection: sa.Connection) -> None:
    """Delete the codes that were taken and not marked again since."""
    connection.execute(sa.delete(dirty).where(dirty.c.taken))


_MARK = sa.text(
    f"INSERT INTO {dirty.name} (code, taken) VALUES (:code, :taken) "
    "ON CONFLICT (code) DO UPDATE SET taken = excluded.taken"
)
