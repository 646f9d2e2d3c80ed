"""The fourth schema: the change log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOVED = sa.text("old_us IS NOT NULL OR field IN ('code', 'unit_code', 'unit')")
_CODE = sa.text("field = 'code'")


def upgrade() -> None:
    for name, kind in (
        ("list_said", sa.String()),
        ("detail_said", sa.String()),
        ("last_known", sa.Text()),
    ):
        op.add_column("source_record", sa.Column(name, kind, nullable=True))
    op.create_table(
        "record_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("new", sa.String(), nullable=True),
        sa.Column("old_us", sa.BigInteger(), nullable=True),
        sa.Column("old_day", sa.Boolean(), nullable=True),
        sa.Column("new_us", sa.BigInteger(), nullable=True),
        sa.Column("new_day", sa.Boolean(), nullable=True),
        sa.Column("event_us", sa.BigInteger(), nullable=True),
        sa.Column("event_day", sa.Boolean(), nullable=True),
        sa.Column("changed_us", sa.BigInteger(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_record_change_record", "record_change", ["source", "native_id"])
    for name, columns, rows in (
        ("ix_record_change_moved", ["source", "native_id"], _MOVED),
        ("ix_record_change_old_code", ["old"], _CODE),
    ):
        op.create_index(name, "record_change", columns, sqlite_where=rows, postgresql_where=rows)
