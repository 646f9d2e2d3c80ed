"""The second schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _fields_that_could_not_be_read()
    _codes_near_others()


def _fields_that_could_not_be_read() -> None:
    for table in ("source_record", "presence", "paper_row"):
        op.add_column(table, sa.Column("unread", sa.String(), nullable=True))
    some = sa.text("unread IS NOT NULL")
    op.create_index(
        "ix_source_record_unread",
        "source_record",
        ["unread"],
        unique=False,
        sqlite_where=some,
        postgresql_where=some,
    )


def _codes_near_others() -> None:
    op.add_column("quarantine", sa.Column("unit", sa.String(), nullable=True))
    op.create_table(
        "near_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", "dossier"),
    )
    op.create_index("ix_near_code_dossier", "near_code", ["dossier"], unique=False)
