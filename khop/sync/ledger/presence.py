"""The answers of look-ups, by dossier code, and which codes to look up next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import DossierRecord, Presence
from khop.sync.ledger.dirty import mark
from khop.sync.ledger.record_rows import time_columns, unread_columns
from khop.sync.ledger.schema import SHARED_TIMES, presence

_ANSWER = (
    "presence",
    "status",
    "status_raw",
    *(f"{name}{suffix}" for name in SHARED_TIMES for suffix in ("_us", "_day")),
    "unit",
    "procedure",
    "fields_lost",
    "unread",
    "checked_us",
)


def answered(
    connection: sa.Connection,
    source: str,
    answers: Iterable[tuple[str, DossierRecord | None]],
    now_us: int,
) -> None:
    """Store the answers of look-ups: the record, or None when the system has none."""
    rows = [_row(source, code, record, now_us) for code, record in answers]
    if rows:
        connection.execute(_ANSWERED, rows)
        mark(connection, (row["code"] for row in rows))


def failed(
    connection: sa.Connection, source: str, failures: Iterable[tuple[str, str]], now_us: int
) -> None:
    """Store why look-ups of these codes got no answer. An earlier answer stays, with its time."""
    rows = [
        {"source": source, "code": code, "asked_us": now_us, "failure": reason}
        for code, reason in failures
    ]
    if rows:
        connection.execute(_FAILED, rows)


def name_codes(connection: sa.Connection, source: str, codes: Iterable[str]) -> int:
    """Queue look-ups of these codes; the number of codes that are new."""
    rows = [{"source": source, "code": code} for code in codes]
    if not rows:
        return 0
    before = _count(connection, source)
    connection.execute(_NAMED, rows)
    return _count(connection, source) - before


def name_evidence(connection: sa.Connection, source: str, feed: str) -> None:
    """Queue look-ups of every code that events of ``feed`` name, events of earlier pulls too."""
    connection.execute(_NAMED_BY_EVIDENCE, {"source": source, "feed": feed})


def next_codes(
    connection: sa.Connection, source: str, limit: int, since_us: int
) -> tuple[Sequence[str], int]:
    """Codes to look up, and how many are due in all.

    First those that were never answered, or changed since the last answer; then the oldest
    answer. Codes already asked at or after ``since_us`` (in this pull) are left out.
    """
    rows = connection.execute(
        sa.text(NEXT_CODES), {"source": source, "limit": limit, "since_us": since_us}
    ).all()
    return [row.code for row in rows], rows[0].due if rows else 0


_KEYS = """
    SELECT code AS code, MAX(stored_us) AS stored_us FROM source_record
    WHERE role = 'one_stop' GROUP BY code
    UNION ALL
    SELECT a.alias, MAX(r.stored_us) FROM record_alias a
    JOIN source_record r ON r.source = a.source AND r.native_id = a.native_id
    GROUP BY a.alias
    UNION ALL
    SELECT code, 0 FROM presence
"""

NEXT_CODES = f"""
    SELECT k.code, COUNT(*) OVER () AS due
    FROM (SELECT code, MAX(stored_us) AS stored_us FROM ({_KEYS}) AS mentioned GROUP BY code) AS k
    LEFT JOIN presence p ON p.source = :source AND p.code = k.code
    WHERE p.asked_us IS NULL OR p.asked_us < :since_us
    ORDER BY CASE WHEN p.checked_us IS NULL OR k.stored_us > p.checked_us THEN 0 ELSE 1 END,
             COALESCE(p.asked_us, 0), k.code
    LIMIT :limit
"""


def _count(connection: sa.Connection, source: str) -> int:
    rows = sa.select(sa.func.count()).select_from(presence).where(presence.c.source == source)
    return int(connection.scalar(rows) or 0)


def _row(source: str, code: str, record: DossierRecord | None, now_us: int) -> dict[str, Any]:
    found = record or DossierRecord(source, code, code)
    there = record is not None
    return {
        "source": source,
        "code": code,
        "presence": (Presence.PRESENT if there else Presence.ABSENT).value,
        "status": found.status,
        "status_raw": found.status_raw,
        **time_columns(found, SHARED_TIMES),
        "unit": found.unit,
        "procedure": found.procedure,
        "fields_lost": json.dumps(found.fields_lost),
        "unread": unread_columns(found.unread),
        "checked_us": now_us,
        "asked_us": now_us,
        "first_seen_us": now_us if there else None,
        "first_absent_us": None if there else now_us,
    }


def _upsert(columns: Sequence[str], sets: str, *fixed: tuple[str, str]) -> sa.TextClause:
    names = ", ".join([*columns, *(name for name, _ in fixed)])
    values = ", ".join([*(f":{name}" for name in columns), *(value for _, value in fixed)])
    return sa.text(
        f"INSERT INTO presence ({names}) VALUES ({values}) ON CONFLICT (source, code) DO {sets}"
    )


_ANSWERED = _upsert(
    ("source", "code", *_ANSWER, "asked_us", "first_seen_us", "first_absent_us"),
    "UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*_ANSWER, "asked_us"))
    + ", failure = NULL"
    + ", first_seen_us = COALESCE(presence.first_seen_us, excluded.first_seen_us)"
    + ", first_absent_us = COALESCE(presence.first_absent_us, excluded.first_absent_us)",
)
_FAILED = _upsert(
    ("source", "code", "asked_us", "failure"),
    "UPDATE SET asked_us = excluded.asked_us, failure = excluded.failure",
    ("presence", "'unknown'"),
    ("fields_lost", "'[]'"),
)
_NAMED_BY_EVIDENCE = sa.text(
    "INSERT INTO presence (source, code, presence, fields_lost) "
    "SELECT DISTINCT :source, code, 'unknown', '[]' FROM status_record WHERE source = :feed "
    "ON CONFLICT (source, code) DO NOTHING"
)
_NAMED = _upsert(("source", "code"), "NOTHING", ("presence", "'unknown'"), ("fields_lost", "'[]'"))
