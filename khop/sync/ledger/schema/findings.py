"""Findings, what people decided about them, and the notices sent to other programs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from khop.sync.ledger.schema.columns import metadata

#: The rows of findings that need work, as the index of them says it; a query says it in the same
#: words, or SQLite does not use the index.
UNSETTLED_ROWS = text("state IN ('open', 'assigned', 'explained')")

discrepancy = Table(
    "discrepancy",
    metadata,
    Column("rule", String, primary_key=True),
    # the dossier's code; "row:KEY" for a row of paper that names no dossier
    Column("subject", String, primary_key=True),
    Column("code", String),
    # the code from its end, to find a dossier by the last characters of its code
    Column("reversed_code", String),
    Column("state", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("unit", String),
    Column("acts", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("values_json", Text, nullable=False),
    Column("evidence_json", Text, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    # start of the current open period; later than first_seen after a reopening
    Column("opened_us", BigInteger, nullable=False),
    Column("resolved_us", BigInteger),
    Column("reopened", Integer, nullable=False),
    # who has to answer and until when, and what was answered
    Column("assignee", String),
    Column("answer_due_us", BigInteger),
    Column("explanation", Text),
    Index("ix_discrepancy_code", "code"),
    Index("ix_discrepancy_subject", "subject"),
    Index("ix_discrepancy_state", "state", "severity", "rule", "subject"),
    Index("ix_discrepancy_unit", "unit", "state", "severity", "rule", "subject"),
    Index("ix_discrepancy_reversed_code", "rule", "reversed_code"),
    # what needs work, in the order of lists; resolved findings, which grow for ever, are not in it
    Index(
        "ix_discrepancy_unsettled",
        "severity",
        "rule",
        "subject",
        sqlite_where=UNSETTLED_ROWS,
        postgresql_where=UNSETTLED_ROWS,
    ),
)

# how many findings there are now; unit: empty for findings without one
finding_count = Table(
    "finding_count",
    metadata,
    Column("rule", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("severity", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

# how many findings changed on a local day, which begins at day_us
finding_day = Table(
    "finding_day",
    metadata,
    Column("day_us", BigInteger, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("found", Integer, nullable=False),
    Column("reopened", Integer, nullable=False),
    Column("resolved", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    # by how much the number of findings that need work grew
    Column("net", Integer, nullable=False),
)

# findings a person ruled out; stays when the finding is resolved, and holds when it reopens
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
    # the last try, and why it failed
    Column("tried_us", BigInteger),
    Column("failure", String),
    UniqueConstraint("id"),
    Index("ix_notice_state", "state", "number"),
)

# the last event notified for a finding, and the open period it belongs to
notified = Table(
    "notified",
    metadata,
    Column("rule", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("event", String, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
)

# codes that changed since the last reconcile; "row:KEY" for a row of paper
dirty = Table(
    "dirty",
    metadata,
    Column("code", String, primary_key=True),
    # the reconcile under way looks at it; a change meanwhile sets this to false
    Column("taken", Boolean, nullable=False),
)

# when a case that does not change could start or stop to fire a rule, by its age
recheck = Table(
    "recheck",
    metadata,
    Column("subject", String, primary_key=True),
    Column("due_us", BigInteger, nullable=False),
    Index("ix_recheck_due_us", "due_us"),
)

# what the last reconcile looked at: one row, with id 1; id 0: none has ended yet, and one has begun
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
