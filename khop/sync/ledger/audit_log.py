"""The audit log: who did what, when, and why. Rows are only ever added.

Each row carries the digest of the row before it, so a row that is changed, taken out or put in
between shows. Missing newest rows show only against an anchor: a head that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.ledger.schema import audit_log

#: The digest that the first row carries as that of the row before it.
ORIGIN = "0" * 64

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row: its number and digest. Number 0 stands for an empty log."""

    id: int
    digest: str

    def __str__(self) -> str:
        return f"{self.id}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Entry:
    """The content of one row. ``detail`` holds no personal data."""

    actor: str
    action: str
    source: str | None = None
    code: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """``entries``: rows that were read. ``bad``: the number of the first row that was changed or
    is missing; None when all are as written."""

    entries: int
    head: Head
    bad: int | None


def append(connection: sa.Connection, now_us: int, entries: Iterable[Entry]) -> Head:
    """Add a row for each entry, in their order, in the transaction of the changes they record."""
    last, rows = head(connection), []
    for entry in entries:
        row = _row(entry, now_us, last)
        last = Head(row["id"], _digest(row))
        rows.append({**row, "digest": last.digest})
    if rows:
        connection.execute(sa.insert(audit_log), rows)
    return last


def _row(entry: Entry, now_us: int, last: Head) -> dict[str, Any]:
    return {
        "id": last.id + 1,
        "at_us": now_us,
        "actor": entry.actor,
        "action": entry.action,
        "source": entry.source,
        "code": entry.code,
        "detail": json.dumps(dict(entry.detail), ensure_ascii=False, sort_keys=True),
        "previous": last.digest,
    }


def head(connection: sa.Connection) -> Head:
    """The newest row."""
    query = sa.select(audit_log.c.id, audit_log.c.digest).order_by(audit_log.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    return Head(0, ORIGIN) if row is None else Head(row.id, row.digest)


def count_since(connection: sa.Connection, action: str, source: str, since_us: int) -> int:
    """Rows of an action of a source at or after a time."""
    query = (
        sa.select(sa.func.count())
        .select_from(audit_log)
        .where(
            audit_log.c.action == action,
            audit_log.c.source == source,
            audit_log.c.at_us >= since_us,
        )
    )
    return int(connection.scalar(query) or 0)


def verify(connection: sa.Connection, anchor: Head | None = None) -> Verified:
    """Read the whole chain. ``anchor``: a head noted earlier, which must still be in it."""
    before, entries = Head(0, ORIGIN), 0
    query = sa.select(audit_log).order_by(audit_log.c.id)
    with connection.execution_options(yield_per=_BATCH).execute(query) as rows:
        for row in rows:
            if not _follows(row._asdict(), before):
                return Verified(entries, before, bad=before.id + 1)
            before, entries = Head(row.id, row.digest), entries + 1
            if anchor is not None and row.id == anchor.id and row.digest != anchor.digest:
                return Verified(entries, before, bad=row.id)
    if anchor is not None and anchor.id > before.id:
        return Verified(entries, before, bad=before.id + 1)
    return Verified(entries, before, bad=None)


def read_head(text: str) -> Head:
    """A head as ``str`` writes it. Raises KhopError."""
    number, _, digest = text.partition(":")
    if not number.isascii() or not number.isdigit() or len(digest) != len(ORIGIN):
        raise KhopError(
            "this is no anchor; give a head as `khop log verify` prints it: NUMBER:DIGEST"
        )
    return Head(int(number), digest)


def _follows(row: Mapping[str, Any], before: Head) -> bool:
    due = (before.id + 1, before.digest, _digest(row))
    return due == (row["id"], row["previous"], row["digest"])


_SIGNED = ("id", "at_us", "actor", "action", "source", "code", "detail", "previous")


def _digest(row: Mapping[str, Any]) -> str:
    text = json.dumps([row[name] for name in _SIGNED], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
