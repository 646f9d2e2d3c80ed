"""What the audit log says of the rows of other tables, so that a change of them shows.

Findings: state, severity, unit and fingerprint (which stands for the values); who has to answer
until when, and what was answered; since when they are known and open, and how often they came back,
which the times of the entries say. Exclusions, whole. The outbox, whole, and the progress steps of
each push that has ended. An entry holds a digest of the row, or its values where people read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
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
from khop.sync.ledger.schema import discrepancy, exclusion, outbox, progress_step
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
_TIMES = ("first_seen_us", "opened_us", "reopened")
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


def push_entry(
    row: Mapping[str, Any], steps: str | None = None, action: str | None = None
) -> Entry:
    """The entry for a row of the outbox as it is now. ``steps``: the digest of its progress steps;
    None when it has none."""
    detail = {
        "version": row["version"],
        "state": row["state"],
        "row": push_content(row),
        "steps": steps,
    }
    if row["policy"] is not None:
        detail["policy"] = row["policy"]
    action = action or f"{PUSH}{row['state']}"
    return Entry(KHOP, action, row["sink"], row["code"], detail)


def push_content(row: Mapping[str, Any]) -> str:
    """The digest of a row of the outbox. Rows from before there were policies have none."""
    policy = row["policy"]
    return _digest([row[name] for name in _PUSH] + ([] if policy is None else [policy]))


def steps_of(connection: sa.Connection, code: str, version: str) -> str | None:
    """The digest of the progress steps of a push."""
    query = _STEPS.where(progress_step.c.code == code, progress_step.c.version == version)
    return next((digest for *_, digest in _steps(connection.execute(query))), None)


def all_steps(connection: sa.Connection) -> Iterator[tuple[str, str, str]]:
    """(version, code, digest of the progress steps) of each push that has any."""
    yield from _steps(connection.execute(_STEPS))


_STEPS = sa.select(progress_step).order_by(progress_step.c.version, progress_step.c.step_key)


def _steps(rows: Iterable[sa.Row[Any]]) -> Iterator[tuple[str, str, str]]:
    for version, found in groupby(rows, lambda row: str(row.version)):
        steps = [list(row) for row in found]
        code = str(steps[0][_STEPS.selected_columns.keys().index("code")])
        yield version, code, _digest(steps)


def begin(connection: sa.Connection, now_us: int, action: str = KEY_BEGIN, **about: Any) -> Head:
    """Begin to seal the log with the key in use, and say what stands in the other tables now."""
    before = head(connection)
    write_head(connection, str(before))
    detail = {"key": privacy_of(connection).fingerprint, "unsealed": before.id, **about}
    carried = [] if before == EMPTY else list(_carried(connection))
    return append(connection, now_us, [Entry(KHOP, action, detail=detail), *carried])


def _carried(connection: sa.Connection) -> Iterator[Entry]:
    names = [*_FINDING, *_ANSWER, *_TIMES]
    for row in connection.execute(sa.select(*(discrepancy.c[name] for name in names))).mappings():
        content = finding_content(row["severity"], row["unit"], row["fingerprint"])
        detail = {name: row[name] for name in ("rule", "state", "severity", *_ANSWER, *_TIMES)}
        entry = {**detail, "content": content}
        yield Entry(KHOP, CARRIED_FINDING, code=row["subject"], detail=entry)
    for row in connection.execute(sa.select(exclusion)).mappings():
        detail = {name: row[name] for name in ("rule", "reason", "actor", "until_us", "made_us")}
        yield Entry(KHOP, CARRIED_EXCLUSION, code=row["subject"], detail=detail)
    steps = {version: digest for version, _, digest in all_steps(connection)}
    for pushed in connection.execute(sa.select(outbox)):
        yield push_entry(pushed._asdict(), steps.get(pushed.version), CARRIED_PUSH)


def _digest(parts: list[Any]) -> str:
    return hex_digest(json.dumps(parts, ensure_ascii=False, default=str).encode())
