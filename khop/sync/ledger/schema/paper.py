"""Rows of files kept outside the systems."""

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
)

from khop.sync.ledger.schema.columns import metadata, times

# the rows of a file, as it was last read; rows that left the file are deleted here
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
    # what the key is made of (mappings.identity.ApplicantKind); null where nobody knows
    Column("applicant_kind", String),
    Column("applicant_mask", String),
    *times("received", "due", "returned", "signed", "new_due"),
    Column("number", String),
    Column("symbol", String),
    # of a slip (mappings.paper.forms.FORMS); whether it gives a reason
    Column("form", String),
    Column("has_reason", Boolean),
    Column("fields_lost", Text, nullable=False),
    Column("unread", String),
    Column("first_seen_us", BigInteger, nullable=False),
    Index("ix_paper_row_code", "code"),
    Index("ix_paper_row_row_key", "row_key"),
)

# dossiers that a row without a code is like: suggestions for people, never merged
paper_match = Table(
    "paper_match",
    metadata,
    Column("source", String, primary_key=True),
    Column("file", String, primary_key=True),
    Column("row_key", String, primary_key=True),
    Column("code", String, primary_key=True),
    # what is alike, as a JSON list of words
    Column("reasons", Text, nullable=False),
    Index("ix_paper_match_code", "code"),
)

# codes that no dossier has, but that may mean one: suggestions for people, never merged
near_code = Table(
    "near_code",
    metadata,
    Column("code", String, primary_key=True),
    Column("dossier", String, primary_key=True),
    Index("ix_near_code_dossier", "dossier"),
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
