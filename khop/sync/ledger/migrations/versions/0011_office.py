"""Rows of counts, feedback and ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create(
        "count_row",
        *_times("done"),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
    )
    _create(
        "feedback_row",
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        *_times("received", "forwarded", "refused", "asked", "answered", "published"),
        *_texts("feedback_kind", "outcome", "category", "score"),
    )
    _create(
        "rating_row",
        sa.Column("code", sa.String(), nullable=True),
        *_times("rated"),
        sa.Column("score", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
    )
    for table in ("feedback_row", "rating_row"):
        op.create_index(f"ix_{table}_code", table, ["code"], unique=False)


def _create(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        *_texts("unit", "unit_code"),
        *columns,
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("unread", sa.String(), nullable=True),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key"),
    )


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=True) for name in names]


def _times(*names: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{name}_{end}", kind, nullable=True)
        for name in names
        for end, kind in (("us", sa.BigInteger()), ("day", sa.Boolean()))
    ]
