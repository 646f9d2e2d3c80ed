"""The ledger's tables, as SQLAlchemy Core sees them.

The migrations make them; a test holds that both say the same. Every time is an integer:
microseconds of UTC since 1970, column suffix ``_us``. A ``…_day`` column beside a time is true
when only its day is known. No column holds personal data in the clear.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

#: Times a dossier has in several systems; each is a pair of columns.
SHARED_TIMES = ("submitted", "received", "due", "finished", "returned")


def _time(name: str) -> tuple[Column[int], Column[bool]]:
    return Column(f"{name}_us", BigInteger), Column(f"{name}_day", Boolean)


def _times(*names: str) -> list[Column[int] | Column[bool]]:
    return [column for name in names for column in _time(name)]


source_record = Table(
    "source_record",
    metadata,
    Column("source", String, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("code", String, nullable=False),
    Column("status", SmallInteger),
    Column("status_raw", String),
    *_times(*SHARED_TIMES, "entered"),
    Column("changed_us", BigInteger),
    Column("no_due", Boolean, nullable=False),
    Column("unit", String),
    Column("unit_code", String),
    Column("procedure", String),
    Column("channel", SmallInteger),
    Column("applicant_key", String),
    Column("applicant_mask", String),
    Column("fields_lost", Text, nullable=False),
    # what its history comes to (mappings.history); null until a history was read
    Column("path", String),
    Column("supplement_us", BigInteger),
    Column("supplement_before_us", BigInteger),
    # digest of the list item alone: the next pull compares with it before it reads a detail
    Column("listed_hash", String, nullable=False),
    # the detail, which carries the history, still has to be read
    Column("history_due", Boolean, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("stored_us", BigInteger, nullable=False),
    Index("ix_source_record_code", "code"),
    Index("ix_source_record_history_due", "source", "history_due", "native_id"),
    Index("ix_source_record_applicant", "applicant_key"),
)

record_alias = Table(
    "record_alias",
    metadata,
    Column("source", String, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("alias", String, primary_key=True),
    Index("ix_record_alias_alias", "alias"),
)

status_record = Table(
    "status_record",
    metadata,
    Column("source", String, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("entry_id", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("kind", String, nullable=False),
    *_times("event", "entered"),
    Column("status", SmallInteger),
    Column("status_raw", String),
    Column("actor_key", String),
    Column("unit", String),
    # the waybill an event of the post is about
    Column("item", String),
    Index("ix_status_record_code", "code"),
    # evidence is little beside the histories, and is read whole
    Index(
        "ix_status_record_evidence",
        "code",
        sqlite_where=text("kind <> 'status'"),
        postgresql_where=text("kind <> 'status'"),
    ),
)

# how far a feed of events has been read, in the feed's own words
feed = Table(
    "feed",
    metadata,
    Column("source", String, primary_key=True),
    Column("position", String, nullable=False),
)

# when a system without a feed was last asked what happened to a dossier
evidence_asked = Table(
    "evidence_asked",
    metadata,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("asked_us", BigInteger, nullable=False),
    Column("failure", String),
)

identity_check = Table(
    "identity_check",
    metadata,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("verdict", String, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("checked_us", BigInteger, nullable=False),
    Index("ix_identity_check_code", "code"),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("source", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("entry", Text, nullable=False),
    # when the catalogue said so, and when it was first seen to say anything of this code
    Column("read_us", BigInteger, nullable=False),
    Column("first_read_us", BigInteger, nullable=False),
)

# append-only; each row carries the digest of the one before
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("source", String),
    Column("code", String),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
    Index("ix_audit_log_action", "action", "source", "at_us"),
    Index("ix_audit_log_code", "code"),
)

presence = Table(
    "presence",
    metadata,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    # what the last look-up that ANSWERED said; "unknown" until one has
    Column("presence", String, nullable=False),
    Column("status", SmallInteger),
    Column("status_raw", String),
    *_times(*SHARED_TIMES),
    Column("unit", String),
    Column("procedure", String),
    Column("fields_lost", Text, nullable=False),
    Column("checked_us", BigInteger),
    Column("first_seen_us", BigInteger),
    Column("first_absent_us", BigInteger),
    # the last attempt, answered or not, and why it was not
    Column("asked_us", BigInteger),
    Column("failure", String),
    Index("ix_presence_code", "code"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", String, primary_key=True),
    Column("watermark_us", BigInteger),
    # a traversal that is under way: where it began and what is left of it
    Column("top_us", BigInteger),
    Column("next_page", Integer),
    Column("whole", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    # rows known less those the list counts, after reading it again changed nothing; 0 or less
    Column("surplus", Integer, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("native_id", String),
    Column("code", String),
    Column("field", String, nullable=False),
    Column("reason", String, nullable=False),
    # encrypted with the installation's key; null when it was too large to keep
    Column("payload", LargeBinary),
    Column("state", String, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_quarantine_code", "code"),
)

# what a file of rows says, as it was last read; rows that left the file are gone here too
paper_row = Table(
    "paper_row",
    metadata,
    Column("source", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("row_key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("sheet", String, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("code", String),
    Column("unit", String),
    Column("unit_code", String),
    Column("procedure", String),
    Column("applicant_key", String),
    Column("applicant_mask", String),
    *_times("received", "due", "returned", "signed", "new_due"),
    Column("number", String),
    Column("symbol", String),
    Column("fields_lost", Text, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Index("ix_paper_row_code", "code"),
    Index("ix_paper_row_row_key", "row_key"),
    Index("ix_paper_row_applicant", "applicant_key"),
)

# dossiers that a row without a code may be about, by its other columns: suggestions, never merged
paper_match = Table(
    "paper_match",
    metadata,
    Column("source", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("row_key", String, primary_key=True),
    Column("code", String, primary_key=True),
    # what speaks for it, as a JSON list of words
    Column("reasons", Text, nullable=False),
    Index("ix_paper_match_code", "code"),
)

# the files that were read to their end, as they were then
paper_file = Table(
    "paper_file",
    metadata,
    Column("source", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("rejects", Integer, nullable=False),
    Column("read_us", BigInteger, nullable=False),
)

# codes of which something was written since the last reconcile; "row:KEY" for a row of paper
dirty = Table(
    "dirty",
    metadata,
    Column("code", String, primary_key=True),
    # a reconcile is looking at it; what is written meanwhile takes the mark away again
    Column("taken", Boolean, nullable=False),
)

# when a case that nobody touches could come to fire, or stop to fire, a rule by age
recheck = Table(
    "recheck",
    metadata,
    Column("subject", String, primary_key=True),
    Column("due_us", BigInteger, nullable=False),
    Index("ix_recheck_due_us", "due_us"),
)

# what the last reconcile looked at: one row
last_reconcile = Table(
    "last_reconcile",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("now_us", BigInteger, nullable=False),
    # digest of rules, numbers, calendar and sources: another basis needs a whole run
    Column("basis", String, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("unmapped", Integer, nullable=False),
)

discrepancy = Table(
    "discrepancy",
    metadata,
    Column("rule", String, primary_key=True),
    # the dossier's code; "row:KEY" for a row of paper that names no dossier
    Column("subject", String, primary_key=True),
    Column("code", String),
    Column("state", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("unit", String),
    Column("acts", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("values_json", Text, nullable=False),
    Column("evidence_json", Text, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    # start of the present open period; differs from first_seen after a reopening
    Column("opened_us", BigInteger, nullable=False),
    Column("resolved_us", BigInteger),
    Column("reopened", Integer, nullable=False),
    # who has to answer and until when, and what was answered
    Column("assignee", String),
    Column("answer_due_us", BigInteger),
    Column("explanation", Text),
    Index("ix_discrepancy_code", "code"),
    Index("ix_discrepancy_subject", "subject"),
    Index("ix_discrepancy_state", "state", "rule"),
)

# how many findings there are of each rule in each state; moved with them
finding_count = Table(
    "finding_count",
    metadata,
    Column("rule", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

# findings a person ruled out; kept when the finding goes, and in force when it comes back
exclusion = Table(
    "exclusion",
    metadata,
    Column("rule", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    # the last moment it holds; null: until it is taken back
    Column("until_us", BigInteger),
    Index("ix_exclusion_subject", "subject"),
)

# notices to other programs, kept before they are sent; the newest number is sent last
notice = Table(
    "notice",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    # the last try, and why it was not an acceptance
    Column("tried_us", BigInteger),
    Column("failure", String),
    UniqueConstraint("id"),
    Index("ix_notice_state", "state", "number"),
)

# what the last notice of a finding said, and which open period of it that was
notified = Table(
    "notified",
    metadata,
    Column("rule", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("event", String, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    # digest of what the push is based on: one row per dossier version
    Column("version", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("source", String, nullable=False),
    Column("native_id", String, nullable=False),
    Column("sink", String, nullable=False),
    Column("rules", String, nullable=False),
    Column("state", String, nullable=False),
    # set at the first decision: was it a create, and what was the portal's state then
    Column("created_there", Boolean),
    Column("seen_status", SmallInteger),
    Column("attempts", Integer, nullable=False),
    Column("write_us", BigInteger),
    Column("detail", String),
    Column("made_us", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Index("ix_outbox_code", "code"),
    Index("ix_outbox_state", "state"),
)

progress_step = Table(
    "progress_step",
    metadata,
    Column("step_key", String, primary_key=True),
    Column("sink", String, nullable=False),
    Column("code", String, nullable=False),
    Column("event_us", BigInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("version", String, nullable=False),
    Column("sent_us", BigInteger, nullable=False),
    Index("ix_progress_step_code", "code"),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("now_us", BigInteger, nullable=False),
    Column("finished_us", BigInteger),
    Column("summary", Text),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String),
    Column("token", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
)
