"""Under which codes the ledger knows a dossier."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from khop.sync.ledger.schema import record_alias, source_record

_BATCH = 500


def main_code(connection: sa.Connection, code: str) -> str:
    """The dossier that names this code as an alias, else the code itself."""
    own = sa.select(source_record.c.code).where(source_record.c.code == code).limit(1)
    if connection.scalar(own) is not None:
        return code
    named = (
        sa.select(source_record.c.code)
        .join(
            record_alias,
            sa.and_(
                record_alias.c.source == source_record.c.source,
                record_alias.c.native_id == source_record.c.native_id,
            ),
        )
        .where(record_alias.c.alias == code)
        .order_by(source_record.c.code)
        .limit(1)
    )
    return connection.scalar(named) or code


def codes_of_dossiers(connection: sa.Connection, codes: Collection[str]) -> set[str]:
    """Those of these codes that a dossier of a one-stop has, or has as an alias."""
    found: set[str] = set()
    wanted = sorted(codes)
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        own = sa.select(source_record.c.code).where(
            source_record.c.code.in_(part), source_record.c.role == "one_stop"
        )
        found.update(connection.scalars(own))
        alias = sa.select(record_alias.c.alias).where(record_alias.c.alias.in_(part))
        found.update(connection.scalars(alias))
    return found
