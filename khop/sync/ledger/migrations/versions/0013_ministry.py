"""Rows of a ministry's list of dossiers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ministry_row",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("received_us", sa.BigInteger(), nullable=True),
        sa.Column("received_day", sa.Boolean(), nullable=True),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("finished_day", sa.Boolean(), nullable=True),
        sa.Column("changed_us", sa.BigInteger(), nullable=True),
        sa.Column("changed_day", sa.Boolean(), nullable=True),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("unread", sa.String(), nullable=True),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key"),
    )
    op.create_index("ix_ministry_row_code", "ministry_row", ["code"], unique=False)
