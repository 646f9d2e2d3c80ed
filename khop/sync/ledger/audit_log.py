"""The audit log: who did what, when, and why. Rows are only ever added.

Each row carries the digest of the row before it and its own, which is an HMAC with a key derived
from the installation's key: without that key no row can be added, changed or left out without being
noticed (``sealed.chain`` verifies). Where the log ends stands in ``installation``, sealed too.
Whoever has the key and the ledger can write another log; that shows only against an anchor: a head
that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.ledger.installation import KEY_OPTION, privacy_of, recorded_head, write_head
from khop.sync.ledger.schema import audit_log
from khop.sync.privacy import Privacy

#: The digest that the first row carries as that of the row before it.
ORIGIN = "0" * 64

#: Actions of the key. ``begin``: the log is sealed from here on. ``rotate``: with another key.
#: ``lost``: with another key, and nobody has the one before.
KEY_BEGIN, KEY_ROTATE, KEY_LOST = "key.begin", "key.rotate", "key.lost"
#: The place where the log ended was changed by somebody without the key.
GAP = "log.gap"

#: Digits of a row's number.
_LONGEST = 18

#: The actor of what khop does by itself.
KHOP = "khop"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row: its number and digest. Number 0 stands for an empty log."""

    id: int
    digest: str

    def __str__(self) -> str:
        return f"{self.id}:{self.digest}"


EMPTY = Head(0, ORIGIN)


@dataclass(frozen=True, slots=True)
class Entry:
    """The content of one row. ``detail`` holds no personal data."""

    actor: str
    action: str
    source: str | None = None
    code: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def append(connection: sa.Connection, now_us: int, entries: Iterable[Entry]) -> Head:
    """Add a row for each entry, in their order, in the transaction of the changes they record.

    Raises LedgerError for a ledger that was opened without its key.
    """
    key = privacy_of(connection).chain_key
    last, gap = _end(connection)
    rows = []
    for entry in (*gap, *entries):
        row = _row(entry, now_us, last)
        last = Head(row["id"], seal_of(row, key))
        rows.append({**row, "digest": last.digest})
    if rows:
        connection.execute(sa.insert(audit_log), rows)
        write_head(connection, str(last))
    return last


def seal_anew(connection: sa.Connection, now_us: int, privacy: Privacy, entry: Entry) -> Head:
    """Go on with the key of ``privacy``, for the rest of the transaction; ``entry`` says so. The
    entries so far are as they are."""
    append(connection, now_us, [])  # a record of the end that was changed is told now
    end, _ = _end(connection)
    connection.execution_options(**{KEY_OPTION: privacy})
    write_head(connection, str(end))
    return append(connection, now_us, [entry])


def _end(connection: sa.Connection) -> tuple[Head, list[Entry]]:
    """The row to go on from. When rows were taken off the end, it is the one that is recorded, so
    that they stay missing. When the record itself was changed, an entry says so."""
    newest, recorded = head(connection), recorded_head(connection)
    if recorded is None:
        return newest, []
    text, genuine = recorded
    if not genuine:
        return newest, [Entry(KHOP, GAP, detail={"recorded": text[:100]})]
    end = read_head(text)
    return (end, []) if newest.id <= end.id else (newest, [])


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
    return EMPTY if row is None else Head(row.id, row.digest)


def ledger_name(connection: sa.Connection) -> str:
    """The name of the ledger, the same for its whole life: 8 digits of the first row's digest."""
    first = sa.select(audit_log.c.digest).order_by(audit_log.c.id).limit(1)
    return str(connection.scalar(first) or EMPTY.digest)[:8]


def count_between(
    connection: sa.Connection, action: str, source: str, first_us: int, last_us: int
) -> int:
    """Rows of an action of a source between two times, both included."""
    query = (
        sa.select(sa.func.count())
        .select_from(audit_log)
        .where(
            audit_log.c.action == action,
            audit_log.c.source == source,
            audit_log.c.at_us.between(first_us, last_us),
        )
    )
    return int(connection.scalar(query) or 0)


def read_head(text: str) -> Head:
    """A head as ``str`` writes it. Raises KhopError."""
    number, _, digest = text.partition(":")
    if (
        not number.isascii()
        or not number.isdigit()
        or len(number) > _LONGEST
        or len(digest) != len(ORIGIN)
    ):
        raise KhopError(
            "this is no anchor; give a head as `khop log verify` prints it: NUMBER:DIGEST"
        )
    return Head(int(number), digest)


def seal_of(row: Mapping[str, Any], key: bytes) -> str:
    """The digest of a row by a key of the log."""
    return hmac.digest(key, _signed(row), "sha256").hex()


def plain_digest(row: Mapping[str, Any]) -> str:
    """The digest of a row that was written before the log was sealed."""
    return hashlib.sha256(_signed(row)).hexdigest()


_SIGNED = ("id", "at_us", "actor", "action", "source", "code", "detail", "previous")


def _signed(row: Mapping[str, Any]) -> bytes:
    text = json.dumps([row[name] for name in _SIGNED], ensure_ascii=False, default=repr)
    return text.encode("utf-8", "surrogatepass")
