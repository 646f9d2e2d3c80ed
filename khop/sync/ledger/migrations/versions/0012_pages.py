"""Records whose history is due are listed as they came: a page adds to the end of that index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NAME = "ix_source_record_history_due"


def upgrade() -> None:
    op.drop_index(_NAME, "source_record")
    op.create_index(
        _NAME,
        "source_record",
        ["source", "change_no", "native_id"],
        sqlite_where=sa.text("history_due = 1"),
        postgresql_where=sa.text("history_due"),
    )
