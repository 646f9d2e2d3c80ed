"""Rows of office files that are no evidence of one dossier."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from khop.sync.ledger.schema.columns import metadata, times


def _place() -> list[Column[str] | Column[int]]:
    """Where a row stands, and the unit that it is about."""
    return [
        Column("source", String, primary_key=True),
        Column("file", String, primary_key=True),
        Column("row_key", String, primary_key=True),
        Column("sheet", String, nullable=False),
        Column("row_number", Integer, nullable=False),
        Column("unit", String),
        Column("unit_code", String),
    ]


def _read() -> list[Column[str] | Column[int]]:
    """What of a row could not be read, and when khop had it first."""
    return [
        Column("fields_lost", Text, nullable=False),
        Column("unread", String),
        Column("first_seen_us", BigInteger, nullable=False),
    ]


# rows of form II.06a as units send it (mappings.paper.office.rows.ReportRow)
report_row = Table(
    "report_row",
    metadata,
    *_place(),
    # field, section or total
    Column("level", String, nullable=False),
    # the period, as YYYY-MM-DD, both days included
    Column("first_day", String, nullable=False),
    Column("last_day", String, nullable=False),
    Column("section", String),
    Column("field", String, nullable=False),
    # columns 3 to 13 of the form
    Column("received_all", Integer),
    Column("received_online", Integer),
    Column("received_otherwise", Integer),
    Column("carried_over", Integer),
    Column("ended_all", Integer),
    Column("ended_early", Integer),
    Column("ended_on_time", Integer),
    Column("ended_late", Integer),
    Column("open_all", Integer),
    Column("open_in_time", Integer),
    Column("open_late", Integer),
    *_read(),
)

# cases of a procedure at a unit on a day, in the certification book
count_row = Table(
    "count_row",
    metadata,
    *_place(),
    *times("done"),
    Column("procedure", String),
    Column("amount", Integer, nullable=False),
    *_read(),
)

# feedback of citizens (mappings.paper.office.rows.FeedbackRow)
feedback_row = Table(
    "feedback_row",
    metadata,
    *_place(),
    Column("feedback_id", String, nullable=False),
    Column("code", String),
    *times("received", "forwarded", "refused", "asked", "answered", "published"),
    Column("feedback_kind", String),
    Column("outcome", String),
    Column("category", String),
    Column("score", String),
    *_read(),
    Index("ix_feedback_row_code", "code"),
)

# ratings by citizens
rating_row = Table(
    "rating_row",
    metadata,
    *_place(),
    Column("code", String),
    *times("rated"),
    Column("score", String, nullable=False),
    Column("channel", String),
    *_read(),
    Index("ix_rating_row_code", "code"),
)

# dossiers of a ministry's system, from a file; those of a list are in source_record
ministry_row = Table(
    "ministry_row",
    metadata,
    *_place(),
    Column("code", String, nullable=False),
    Column("status", Integer),
    Column("status_raw", String),
    Column("procedure", String),
    *times("received", "finished", "changed"),
    *_read(),
    Index("ix_ministry_row_code", "code"),
)
