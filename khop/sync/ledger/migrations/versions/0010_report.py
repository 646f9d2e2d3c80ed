"""Rows of reports that units send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AMOUNTS = (
    *("received_all", "received_online", "received_otherwise", "carried_over"),
    *("ended_all", "ended_early", "ended_on_time", "ended_late"),
    *("open_all", "open_in_time", "open_late"),
)


def upgrade() -> None:
    op.create_table(
        "report_row",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("first_day", sa.String(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _AMOUNTS),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("unread", sa.String(), nullable=True),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key"),
    )
