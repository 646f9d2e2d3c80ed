"""The second schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DAY_US = 86_400 * 1_000_000


def upgrade() -> None:
    _fields_that_could_not_be_read()
    _codes_near_others()
    _kinds_of_applicants()
    _look_ups()
    _clock()
    _key_of_the_installation()


def _look_ups() -> None:
    """When each code is asked again, and the number of each dossier's last change."""
    zero = sa.text("0")
    op.add_column(
        "source_record",
        sa.Column("change_no", sa.BigInteger(), nullable=False, server_default=zero),
    )
    op.create_index("ix_source_record_change_no", "source_record", ["change_no"])
    op.add_column(
        "presence", sa.Column("ask_us", sa.BigInteger(), nullable=False, server_default=zero)
    )
    _spread_answers()
    op.create_index("ix_presence_ask", "presence", ["source", "ask_us", "code"])
    op.create_index("ix_presence_asked", "presence", ["source", "asked_us"])
    unanswered = sa.text("checked_us IS NULL")
    op.create_index(
        "ix_presence_unanswered",
        "presence",
        ["source", "asked_us"],
        sqlite_where=unanswered,
        postgresql_where=unanswered,
    )
    op.add_column("evidence_asked", sa.Column("ask_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE evidence_asked SET ask_us = 0")
    op.create_index("ix_evidence_asked_ask", "evidence_asked", ["source", "ask_us", "code"])
    op.add_column("feed", sa.Column("named_for", sa.String(), nullable=True))
    op.create_table(
        "look_up_state",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("change_no", sa.BigInteger(), nullable=False),
        sa.Column("ages", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind"),
    )


def _spread_answers() -> None:
    """Ask again about each code that was answered at some time of the next days, or weeks where
    the dossier has ended; at once where it changed since."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    chance = "(ABS(RANDOM() % 1000000) / 1000000.0)" if sqlite else "RANDOM()"
    op.execute(
        "UPDATE presence SET ask_us = checked_us + CAST("
        "CASE WHEN presence = 'present' AND status IN (3, 7, 8, 9, 10) "
        f"THEN {_DAY_US * 42} ELSE {_DAY_US * 4} END * (0.25 + 0.75 * {chance}) AS BIGINT) "
        "WHERE checked_us IS NOT NULL"
    )
    changed = (
        "SELECT r.code FROM source_record r WHERE r.stored_us > presence.checked_us "
        "AND r.code = presence.code UNION ALL "
        "SELECT a.alias FROM record_alias a JOIN source_record r ON r.source = a.source "
        "AND r.native_id = a.native_id WHERE a.alias = presence.code "
        "AND r.stored_us > presence.checked_us"
    )
    op.execute(
        f"UPDATE presence SET ask_us = 0 WHERE checked_us IS NOT NULL AND EXISTS ({changed})"
    )


def _clock() -> None:
    """This machine's clock at the beginning of each run."""
    op.add_column("run", sa.Column("clock_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE run SET clock_us = COALESCE(finished_us, now_us)")


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


def _kinds_of_applicants() -> None:
    """What matching keys are made of, and dossiers by the days rows of paper are compared by."""
    for table in ("source_record", "paper_row"):
        op.add_column(table, sa.Column("applicant_kind", sa.String(), nullable=True))
        op.drop_index(f"ix_{table}_applicant", table)
    for time in ("received", "finished"):
        op.create_index(f"ix_source_record_{time}", "source_record", [f"{time}_us"])


def _codes_near_others() -> None:
    op.add_column("quarantine", sa.Column("unit", sa.String(), nullable=True))
    op.create_table(
        "near_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("dossier", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", "dossier"),
    )
    op.create_index("ix_near_code_dossier", "near_code", ["dossier"], unique=False)


def _key_of_the_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("head_seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
