"""Slips: the form of one, and whether it gives a reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paper_row", sa.Column("form", sa.String(), nullable=True))
    op.add_column("paper_row", sa.Column("has_reason", sa.Boolean(), nullable=True))
