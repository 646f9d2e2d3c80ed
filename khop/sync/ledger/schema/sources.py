"""What the systems said: dossiers, events, look-ups, catalogues, and how far each was read."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from khop.sync.ledger.schema.columns import SHARED_TIMES, metadata, times

source_record = Table(
    "source_record",
    metadata,
    Column("source", String, primary_key=True),
    Column("native_id", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("code", String, nullable=False),
    Column("status", SmallInteger),
    Column("status_raw", String),
    *times(*SHARED_TIMES, "entered"),
    Column("changed_us", BigInteger),
    Column("no_due", Boolean, nullable=False),
    Column("unit", String),
    Column("unit_code", String),
    Column("procedure", String),
    Column("channel", SmallInteger),
    Column("applicant_key", String),
    # what the key is made of (mappings.identity.ApplicantKind); null where nobody knows
    Column("applicant_kind", String),
    Column("applicant_mask", String),
    Column("fields_lost", Text, nullable=False),
    # names of columns that are null because the value could not be read, as " received due "
    Column("unread", String),
    # derived from its history (mappings.states.history_facts); null until a history was read
    Column("path", String),
    Column("supplement_us", BigInteger),
    Column("supplement_before_us", BigInteger),
    Column("supplement_after_us", BigInteger),
    Column("refused_us", BigInteger),
    Column("withdrawn_us", BigInteger),
    Column("stopped_us", BigInteger),
    Column("entered_by", String),
    Column("closed_by", String),
    Column("closed_entered_us", BigInteger),
    Column("actor_key", String),
    Column("actor_default", Boolean),
    # digest of the list item alone: the next pull compares with it before it reads a detail
    Column("listed_hash", String, nullable=False),
    # the detail, which carries the history, still has to be read
    Column("history_due", Boolean, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("stored_us", BigInteger, nullable=False),
    # digests of the wire items of the list and of the detail that the record was made from
    # (mappings.records.DossierReading.said); null where the source gives none
    Column("list_said", String),
    Column("detail_said", String),
    # JSON of the watched values (ledger.record_changes) that are null because they could not be
    # read since
    Column("last_known", Text),
    # grows with each page that changed what other systems should have (ledger.look_ups)
    Column("change_no", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_source_record_change_no", "change_no"),
    Index("ix_source_record_code", "code"),
    # as they came: what a page adds stands at its end
    Index(
        "ix_source_record_history_due",
        "source",
        "change_no",
        "native_id",
        sqlite_where=text("history_due = 1"),
        postgresql_where=text("history_due"),
    ),
    Index("ix_source_record_received", "received_us"),
    Index("ix_source_record_finished", "finished_us"),
    # few records have one
    Index(
        "ix_source_record_unread",
        "unread",
        sqlite_where=text("unread IS NOT NULL"),
        postgresql_where=text("unread IS NOT NULL"),
    ),
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
    *times("event", "entered"),
    Column("status", SmallInteger),
    Column("status_raw", String),
    Column("actor_key", String),
    Column("unit", String),
    # the waybill an event of the post is about
    Column("item", String),
    Index("ix_status_record_code", "code"),
    # Evidence has far fewer rows than histories, and every reconcile reads all of it.
    Index(
        "ix_status_record_evidence",
        "code",
        sqlite_where=text("kind <> 'status'"),
        postgresql_where=text("kind <> 'status'"),
    ),
)

#: The changes that rules ask for: of times that had a value before, of codes and of units.
MOVED = text("old_us IS NOT NULL OR field IN ('code', 'unit_code', 'unit')")

# append-only: each change of a watched field of a record or of an entry of its history
# (ledger.record_changes). Times are in …_us and …_day, all other values in old and new; states as
# their numbers, else as the source writes them
record_change = Table(
    "record_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("native_id", String, nullable=False),
    # the entry of its history that changed; null: the record itself
    Column("entry_id", String),
    # of the dossier, as it is after the change
    Column("code", String, nullable=False),
    Column("field", String, nullable=False),
    Column("old", String),
    Column("new", String),
    *times("old", "new"),
    # of the entry of its history, before the change
    *times("event"),
    # changed_at of the new record
    Column("changed_us", BigInteger),
    # when the system made the change: changed_us where that is later than before, else seen_us
    Column("at_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Index("ix_record_change_record", "source", "native_id"),
    Index(
        "ix_record_change_moved",
        "source",
        "native_id",
        sqlite_where=MOVED,
        postgresql_where=MOVED,
    ),
    Index(
        "ix_record_change_old_code",
        "old",
        sqlite_where=text("field = 'code'"),
        postgresql_where=text("field = 'code'"),
    ),
)

presence = Table(
    "presence",
    metadata,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    # the answer of the last look-up that was answered; "unknown" until then
    Column("presence", String, nullable=False),
    Column("status", SmallInteger),
    Column("status_raw", String),
    *times(*SHARED_TIMES),
    Column("unit", String),
    Column("procedure", String),
    Column("fields_lost", Text, nullable=False),
    Column("unread", String),
    Column("checked_us", BigInteger),
    Column("first_seen_us", BigInteger),
    Column("first_absent_us", BigInteger),
    # the last look-up, answered or not, and why it was not
    Column("asked_us", BigInteger),
    Column("failure", String),
    # from when it is asked again; 0: by the next pull
    Column("ask_us", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_presence_code", "code"),
    Index("ix_presence_ask", "source", "ask_us", "code"),
    Index("ix_presence_asked", "source", "asked_us"),
    Index(
        "ix_presence_unanswered",
        "source",
        "asked_us",
        sqlite_where=text("checked_us IS NULL"),
        postgresql_where=text("checked_us IS NULL"),
    ),
)

# what each system was asked to look up: the changes of dossiers up to change_no are in its rows of
# presence or evidence_asked; ages: by which times to ask again were set
look_up_state = Table(
    "look_up_state",
    metadata,
    Column("source", String, primary_key=True),
    # presence or evidence
    Column("kind", String, primary_key=True),
    Column("change_no", BigInteger, nullable=False),
    Column("ages", String, nullable=False),
)

# when a system without a feed was last asked for events of a dossier; 0: never
evidence_asked = Table(
    "evidence_asked",
    metadata,
    Column("source", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("asked_us", BigInteger, nullable=False),
    Column("failure", String),
    # from when it is asked again; null: not before the dossier changes
    Column("ask_us", BigInteger),
    Index("ix_evidence_asked_ask", "source", "ask_us", "code"),
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
    # when the catalogue was last read, and first read with this code
    Column("read_us", BigInteger, nullable=False),
    Column("first_read_us", BigInteger, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("source", String, primary_key=True),
    Column("watermark_us", BigInteger),
    # the traversal under way: the newest change on its first page, and its next page
    Column("top_us", BigInteger),
    Column("next_page", Integer),
    Column("whole", Boolean, nullable=False),
    Column("complete", Boolean, nullable=False),
    # records stored minus records the list counts, if reading again did not change it
    Column("surplus", Integer, nullable=False),
)

# how far a feed of events has been read: the feed's own position
feed = Table(
    "feed",
    metadata,
    Column("source", String, primary_key=True),
    Column("position", String, nullable=False),
    # the system that is asked about all codes of the events stored so far
    Column("named_for", String),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("key", String, nullable=False),
    Column("native_id", String),
    Column("code", String),
    # name or code of the unit that the record belongs to, where it says so
    Column("unit", String),
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
