"""The first schema.

Numbers up to 0003 were those of ledgers made during development, which are not migrated.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_log_action", "audit_log", ["action", "source", "at_us"], unique=False)
    op.create_index("ix_audit_log_code", "audit_log", ["code"], unique=False)
    op.create_table(
        "catalogue",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("read_us", sa.BigInteger(), nullable=False),
        sa.Column("first_read_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "code"),
    )
    op.create_table(
        "cursor",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("watermark_us", sa.BigInteger(), nullable=True),
        sa.Column("top_us", sa.BigInteger(), nullable=True),
        sa.Column("next_page", sa.Integer(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "dirty",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "discrepancy",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("acts", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("values_json", sa.Text(), nullable=False),
        sa.Column("evidence_json", sa.Text(), nullable=False),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_us", sa.BigInteger(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("resolved_us", sa.BigInteger(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("answer_due_us", sa.BigInteger(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rule", "subject"),
    )
    op.create_index("ix_discrepancy_code", "discrepancy", ["code"], unique=False)
    op.create_index("ix_discrepancy_state", "discrepancy", ["state", "rule"], unique=False)
    op.create_index("ix_discrepancy_subject", "discrepancy", ["subject"], unique=False)
    op.create_table(
        "evidence_asked",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "code"),
    )
    op.create_table(
        "exclusion",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rule", "subject"),
    )
    op.create_index("ix_exclusion_subject", "exclusion", ["subject"], unique=False)
    op.create_table(
        "feed",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "finding_count",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "state"),
    )
    op.create_table(
        "identity_check",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("checked_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "code"),
    )
    op.create_index("ix_identity_check_code", "identity_check", ["code"], unique=False)
    op.create_table(
        "last_reconcile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("now_us", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("unmapped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "notice",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("tried_us", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_notice_state", "notice", ["state", "number"], unique=False)
    op.create_table(
        "notified",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "subject"),
    )
    op.create_table(
        "outbox",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("sink", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_there", sa.Boolean(), nullable=True),
        sa.Column("seen_status", sa.SmallInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("write_us", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_index("ix_outbox_code", "outbox", ["code"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state"], unique=False)
    op.create_table(
        "paper_file",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejects", sa.Integer(), nullable=False),
        sa.Column("read_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file"),
    )
    op.create_table(
        "paper_match",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key", "code"),
    )
    op.create_index("ix_paper_match_code", "paper_match", ["code"], unique=False)
    op.create_table(
        "paper_row",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("applicant_key", sa.String(), nullable=True),
        sa.Column("applicant_mask", sa.String(), nullable=True),
        sa.Column("received_us", sa.BigInteger(), nullable=True),
        sa.Column("received_day", sa.Boolean(), nullable=True),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("due_day", sa.Boolean(), nullable=True),
        sa.Column("returned_us", sa.BigInteger(), nullable=True),
        sa.Column("returned_day", sa.Boolean(), nullable=True),
        sa.Column("signed_us", sa.BigInteger(), nullable=True),
        sa.Column("signed_day", sa.Boolean(), nullable=True),
        sa.Column("new_due_us", sa.BigInteger(), nullable=True),
        sa.Column("new_due_day", sa.Boolean(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key"),
    )
    op.create_index("ix_paper_row_applicant", "paper_row", ["applicant_key"], unique=False)
    op.create_index("ix_paper_row_code", "paper_row", ["code"], unique=False)
    op.create_index("ix_paper_row_row_key", "paper_row", ["row_key"], unique=False)
    op.create_table(
        "presence",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("submitted_us", sa.BigInteger(), nullable=True),
        sa.Column("submitted_day", sa.Boolean(), nullable=True),
        sa.Column("received_us", sa.BigInteger(), nullable=True),
        sa.Column("received_day", sa.Boolean(), nullable=True),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("due_day", sa.Boolean(), nullable=True),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("finished_day", sa.Boolean(), nullable=True),
        sa.Column("returned_us", sa.BigInteger(), nullable=True),
        sa.Column("returned_day", sa.Boolean(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("checked_us", sa.BigInteger(), nullable=True),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=True),
        sa.Column("first_absent_us", sa.BigInteger(), nullable=True),
        sa.Column("asked_us", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "code"),
    )
    op.create_index("ix_presence_code", "presence", ["code"], unique=False)
    op.create_table(
        "progress_step",
        sa.Column("step_key", sa.String(), nullable=False),
        sa.Column("sink", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("event_us", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sent_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("step_key"),
    )
    op.create_index("ix_progress_step_code", "progress_step", ["code"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key"),
    )
    op.create_index("ix_quarantine_code", "quarantine", ["code"], unique=False)
    op.create_table(
        "recheck",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("ix_recheck_due_us", "recheck", ["due_us"], unique=False)
    op.create_table(
        "record_alias",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "native_id", "alias"),
    )
    op.create_index("ix_record_alias_alias", "record_alias", ["alias"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("now_us", sa.BigInteger(), nullable=False),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "source_record",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("submitted_us", sa.BigInteger(), nullable=True),
        sa.Column("submitted_day", sa.Boolean(), nullable=True),
        sa.Column("received_us", sa.BigInteger(), nullable=True),
        sa.Column("received_day", sa.Boolean(), nullable=True),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("due_day", sa.Boolean(), nullable=True),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("finished_day", sa.Boolean(), nullable=True),
        sa.Column("returned_us", sa.BigInteger(), nullable=True),
        sa.Column("returned_day", sa.Boolean(), nullable=True),
        sa.Column("entered_us", sa.BigInteger(), nullable=True),
        sa.Column("entered_day", sa.Boolean(), nullable=True),
        sa.Column("changed_us", sa.BigInteger(), nullable=True),
        sa.Column("no_due", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("channel", sa.SmallInteger(), nullable=True),
        sa.Column("applicant_key", sa.String(), nullable=True),
        sa.Column("applicant_mask", sa.String(), nullable=True),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("supplement_us", sa.BigInteger(), nullable=True),
        sa.Column("supplement_before_us", sa.BigInteger(), nullable=True),
        sa.Column("listed_hash", sa.String(), nullable=False),
        sa.Column("history_due", sa.Boolean(), nullable=False),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.Column("stored_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "native_id"),
    )
    op.create_index("ix_source_record_applicant", "source_record", ["applicant_key"], unique=False)
    op.create_index("ix_source_record_code", "source_record", ["code"], unique=False)
    op.create_index(
        "ix_source_record_history_due",
        "source_record",
        ["source", "history_due", "native_id"],
        unique=False,
    )
    op.create_table(
        "status_record",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event_us", sa.BigInteger(), nullable=True),
        sa.Column("event_day", sa.Boolean(), nullable=True),
        sa.Column("entered_us", sa.BigInteger(), nullable=True),
        sa.Column("entered_day", sa.Boolean(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("status_raw", sa.String(), nullable=True),
        sa.Column("actor_key", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("item", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("source", "native_id", "entry_id"),
    )
    op.create_index("ix_status_record_code", "status_record", ["code"], unique=False)
    op.create_index(
        "ix_status_record_evidence",
        "status_record",
        ["code"],
        unique=False,
        sqlite_where=sa.text("kind <> 'status'"),
        postgresql_where=sa.text("kind <> 'status'"),
    )
