"""Codes that changed since the last reconcile: the cases the next one looks at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from khop.sync.ledger.schema import dirty, record_alias, source_record

_BATCH = 500


def mark(connection: sa.Connection, codes: Iterable[str]) -> None:
    """Have the next reconcile look at these codes; ``row:KEY`` for a row of paper without one.

    Called in the transaction that writes their data, so that both commit or neither.
    """
    rows = [{"code": code} for code in sorted(set(codes))]
    if rows:
        connection.execute(_MARK, rows)


def mark_dossiers(connection: sa.Connection, source: str, native_ids: Sequence[str]) -> None:
    """Mark all codes that these native records carry now, before the records are replaced."""
    for start in range(0, len(native_ids), _BATCH):
        ids = native_ids[start : start + _BATCH]
        for code, table in (
            (source_record.c.code, source_record),
            (record_alias.c.alias, record_alias),
        ):
            found = connection.scalars(
                sa.select(code).where(table.c.source == source, table.c.native_id.in_(ids))
            )
            mark(connection, found)


def take(connection: sa.Connection) -> list[str]:
    """All dirty codes; each is marked as taken by the reconcile under way."""
    connection.execute(sa.update(dirty).values(taken=True))
    return list(connection.scalars(sa.select(dirty.c.code).order_by(dirty.c.code)))


def drop_taken(connection: sa.Connection) -> None:
    """Delete the codes that were taken and not marked again since."""
    connection.execute(sa.delete(dirty).where(dirty.c.taken))


_MARK = sa.text(
    f"INSERT INTO {dirty.name} (code, taken) VALUES (:code, false) "
    "ON CONFLICT (code) DO UPDATE SET taken = false"
)
