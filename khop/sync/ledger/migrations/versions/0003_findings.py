"""Rows of paper, the life of findings, incremental reconciles, and notices."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from khop.mappings.records import Instant, Precision, Status, StatusKind, StatusRecord
from khop.mappings.states.histories import history_facts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PAPER_TIMES = ("received", "due", "returned", "signed", "new_due")


def upgrade() -> None:
    _histories()
    _paper()
    _increments()
    _findings()
    _notices()


def _histories() -> None:
    op.add_column("source_record", sa.Column("path", sa.String(), nullable=True))
    for name in ("supplement_us", "supplement_before_us"):
        op.add_column("source_record", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_status_record_evidence",
        "status_record",
        ["code"],
        unique=False,
        sqlite_where=sa.text("kind <> 'status'"),
        postgresql_where=sa.text("kind <> 'status'"),
    )
    _fill_histories()


def _fill_histories() -> None:
    """What the histories stored so far come to."""
    connection = op.get_bind()
    table = sa.table(
        "source_record",
        *(sa.column(name) for name in ("source", "native_id", "path")),
        *(sa.column(name) for name in ("supplement_us", "supplement_before_us")),
    )
    update = (
        sa.update(table)
        .where(
            table.c.source == sa.bindparam("of_source"),
            table.c.native_id == sa.bindparam("of_native_id"),
        )
        .values({name: sa.bindparam(f"new_{name}") for name in _FACTS})
    )
    after = ("", "")
    while told := connection.execute(_NEXT_HISTORIES, dict(zip("sn", after, strict=True))).all():
        rows = []
        for (source, native_id), entries in groupby(told, key=lambda row: (row[0], row[1])):
            facts = history_facts(map(_entry, entries))
            new = {f"new_{name}": getattr(facts, name) for name in _FACTS}
            rows.append({"of_source": source, "of_native_id": native_id, **new})
            after = (source, native_id)
        connection.execute(update, rows)


def _entry(row: sa.Row[Any]) -> StatusRecord:
    precision = Precision.DAY if row.event_day else Precision.SECOND
    return StatusRecord(
        source=row.source,
        native_id=row.native_id,
        entry_id=row.entry_id,
        code=row.code,
        kind=StatusKind.STATUS,
        event_at=None if row.event_us is None else Instant(row.event_us, precision),
        status=None if row.status is None else Status(row.status),
    )


_FACTS = ("path", "supplement_us", "supplement_before_us")
#: The histories of the next 1,000 dossiers, whole.
_NEXT_HISTORIES = sa.text(
    "SELECT h.source, h.native_id, h.entry_id, h.code, h.event_us, h.event_day, h.status "
    "FROM status_record h JOIN (SELECT DISTINCT source, native_id FROM status_record "
    "WHERE kind = 'status' AND (source > :s OR (source = :s AND native_id > :n)) "
    "ORDER BY source, native_id LIMIT 1000) r ON r.source = h.source AND r.native_id = h.native_id "
    "WHERE h.kind = 'status' ORDER BY h.source, h.native_id"
)


def _paper() -> None:
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
        *(
            column
            for name in _PAPER_TIMES
            for column in (
                sa.Column(f"{name}_us", sa.BigInteger(), nullable=True),
                sa.Column(f"{name}_day", sa.Boolean(), nullable=True),
            )
        ),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("fields_lost", sa.Text(), nullable=False),
        sa.Column("first_seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "row_key"),
    )
    op.create_index("ix_paper_row_code", "paper_row", ["code"], unique=False)
    op.create_index("ix_paper_row_row_key", "paper_row", ["row_key"], unique=False)
    op.create_index("ix_paper_row_applicant", "paper_row", ["applicant_key"], unique=False)
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
    op.create_index("ix_source_record_applicant", "source_record", ["applicant_key"], unique=False)
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


def _increments() -> None:
    op.create_table(
        "touched",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "wake",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("wake_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("ix_wake_wake_us", "wake", ["wake_us"], unique=False)
    op.create_index("ix_quarantine_code", "quarantine", ["code"], unique=False)
    op.create_index("ix_identity_check_code", "identity_check", ["code"], unique=False)
    op.create_table(
        "reconciled",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("now_us", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("unmapped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _findings() -> None:
    # SQLite cannot change a primary key, so the table is made anew and filled from the old one.
    op.rename_table("discrepancy", "discrepancy_0002")
    op.drop_index("ix_discrepancy_code", "discrepancy_0002")
    op.drop_index("ix_discrepancy_state", "discrepancy_0002")
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
        sa.PrimaryKeyConstraint("rule", "subject", name="pk_discrepancy"),
    )
    op.create_index("ix_discrepancy_code", "discrepancy", ["code"], unique=False)
    op.create_index("ix_discrepancy_subject", "discrepancy", ["subject"], unique=False)
    op.create_index("ix_discrepancy_state", "discrepancy", ["state", "rule"], unique=False)
    op.create_index("ix_audit_log_code", "audit_log", ["code"], unique=False)
    kept = (
        "rule, code, state, severity, unit, acts, fingerprint, values_json, evidence_json, "
        "first_seen_us, last_seen_us, opened_us, resolved_us, reopened"
    )
    op.execute(
        f"INSERT INTO discrepancy (subject, {kept}) SELECT code, {kept} FROM discrepancy_0002"
    )
    op.drop_table("discrepancy_0002")
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
        "finding_count",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "state"),
    )


def _notices() -> None:
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
        "told",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "subject"),
    )
