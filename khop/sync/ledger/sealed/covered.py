"""What the audit log says of the rows of other tables, so that a change of them shows.

Findings: state, severity, unit and fingerprint (which stands for the values); who has to answer
until when, and what was answered. Exclusions, whole. The outbox, whole. An entry holds a digest of
the row, or its values where people read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger.audit_log import (
    EMPTY,
    KEY_BEGIN,
    KHOP,
    Entry,
    Head,
    append,
    head,
)
from khop.sync.ledger.installation import privacy_of, write_head
from khop.sync.ledger.schema import discrepancy, exclusion, outbox
from khop.text.digest import hex_digest

#: What actions about a push begin with.
PUSH = "push."
#: Actions for rows that are older than their entries.
CARRIED_FINDING, CARRIED_EXCLUSION, CARRIED_PUSH = (
    "carried.finding",
    "carried.exclusion",
    "carried.push",
)

_FINDING = ("rule", "subject", "state", "severity", "unit", "fingerprint")
_ANSWER = ("assignee", "answer_due_us", "explanation")
_PUSH = (
    "version",
    "code",
    "source",
    "native_id",
    "sink",
    "rules",
    "state",
    "created_there",
    "seen_status",
    "attempts",
    "write_us",
    "detail",
    "made_us",
    "changed_us",
)


def finding_content(severity: str, unit: str | None, fingerprint: str) -> str:
    """The digest of what a finding says."""
    return _digest([severity, unit, fingerprint])


def push_entry(row: Mapping[str, Any], action: str | None = None) -> Entry:
    """The entry for a row of the outbox as it is now."""
    detail = {"version": row["version"], "state": row["state"], "row": push_content(row)}
    action = action or f"{PUSH}{row['state']}"
    return Entry(KHOP, action, row["sink"], row["code"], detail)


def push_content(row: Mapping[str, Any]) -> str:
    """The digest of a row of the outbox."""
    return _digest([row[name] for name in _PUSH])


def begin(connection: sa.Connection, now_us: int, action: str = KEY_BEGIN, **about: Any) -> Head:
    """Begin to seal the log with the key in use, and say what stands in the other tables now."""
    before = head(connection)
    write_head(connection, str(before))
    detail = {"key": privacy_of(connection).fingerprint, "unsealed": before.id, **about}
    carried = [] if before == EMPTY else list(_carried(connection))
    return append(connection, now_us, [Entry(KHOP, action, detail=detail), *carried])


def _carried(connection: sa.Connection) -> Iterator[Entry]:
    names = [*_FINDING, *_ANSWER]
    for row in connection.execute(sa.select(*(discrepancy.c[name] for name in names))).mappings():
        content = finding_content(row["severity"], row["unit"], row["fingerprint"])
        detail = {name: row[name] for name in ("rule", "state", "severity", *_ANSWER)}
        entry = {**detail, "content": content}
        yield Entry(KHOP, CARRIED_FINDING, code=row["subject"], detail=entry)
    for row in connection.execute(sa.select(exclusion)).mappings():
        detail = {name: row[name] for name in ("rule", "reason", "actor", "until_us")}
        yield Entry(KHOP, CARRIED_EXCLUSION, code=row["subject"], detail=detail)
    for pushed in connection.execute(sa.select(outbox)):
        yield push_entry(pushed._asdict(), CARRIED_PUSH)


def _digest(parts: list[Any]) -> str:
    return hex_digest(json.dumps(parts, ensure_ascii=False, default=str).encode())
