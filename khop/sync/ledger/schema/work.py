"""The work of khop itself: pushes, runs, leases, the audit log, and which key it belongs to."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from khop.sync.ledger.schema.columns import metadata

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
    # the policy under which khop sends it unasked; null: a person applied a plan
    Column("policy", String),
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
    # this machine's clock when the run began; a reconcile may run at another now
    Column("clock_us", BigInteger),
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

# one row: the key that the ledger belongs to, and where the audit log ends (NUMBER:DIGEST)
installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("head", String, nullable=False),
    Column("head_seal", String, nullable=False),
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
