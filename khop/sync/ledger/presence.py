"""The answers of look-ups, by dossier code, and the codes that files and feeds name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import DossierRecord, Presence
from khop.sync.ledger.dirty import mark
from khop.sync.ledger.look_ups import Ages, ask_now, asked_sources, schedule
from khop.sync.ledger.record_rows import time_columns, unread_columns
from khop.sync.ledger.schema import SHARED_TIMES, outbox, presence

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
#: What an answer says, without its time.
_SAYINGS = _ANSWER[:-1]
_BATCH = 500


def answered(
    connection: sa.Connection,
    source: str,
    answers: Iterable[tuple[str, DossierRecord | None]],
    asked_us: int,
    ages: Ages | None = None,
) -> None:
    """Store the answers of look-ups: the record, or None when the system has none. ``asked_us``:
    when they were asked for; a code that something was sent under since then is asked again.

    Only an answer that says something else than the one before has the next reconcile look at its
    case. ``ages``: after which time a code is asked again.
    """
    rows = [_row(source, code, record, asked_us) for code, record in answers]
    if not rows:
        return
    before = _said(connection, source, [row["code"] for row in rows])
    connection.execute(_ANSWERED, rows)
    mark(connection, (row["code"] for row in rows if _sayings(row) != before.get(row["code"])))
    codes = [row["code"] for row in rows]
    schedule(connection, source, codes, ages or Ages())
    ask_now(connection, _sent_since(connection, codes, asked_us))


def _sent_since(connection: sa.Connection, codes: Sequence[str], since_us: int) -> Sequence[str]:
    """Those of these codes whose push went on after then."""
    query = sa.select(outbox.c.code).where(outbox.c.code.in_(codes), outbox.c.changed_us > since_us)
    return connection.scalars(query).all()


def failed(
    connection: sa.Connection, source: str, failures: Iterable[tuple[str, str]], now_us: int
) -> None:
    """Store why look-ups of these codes got no answer. An earlier answer stays, with its time."""
    rows = [
        {"source": source, "code": code, "asked_us": now_us, "ask_us": now_us, "failure": reason}
        for code, reason in failures
    ]
    if rows:
        connection.execute(_FAILED, rows)


def name_codes(connection: sa.Connection, source: str | None, codes: Iterable[str]) -> int:
    """Queue look-ups of these codes at ``source``, if there is one, and at every other system that
    is asked; the number of codes that are new to ``source``."""
    named = sorted(set(codes))
    if not named:
        return 0
    known = {} if source is None else _said(connection, source, named)
    wanted = asked_sources(connection) | ({source} if source is not None else set())
    for asked in sorted(wanted):
        connection.execute(_NAMED, [{"source": asked, "code": code} for code in named])
    return len(named) - len(known)


def name_evidence(connection: sa.Connection, source: str, feed: str) -> None:
    """Queue look-ups of every code that events of ``feed`` name, events of earlier pulls too."""
    for asked in sorted({source, *asked_sources(connection)}):
        connection.execute(_NAMED_BY_EVIDENCE, {"source": asked, "feed": feed})


def _said(
    connection: sa.Connection, source: str, codes: Sequence[str]
) -> dict[str, tuple[Any, ...]]:
    """What the last answers about these codes said, by code."""
    columns = [presence.c[name] for name in ("code", *_SAYINGS)]
    said: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(codes), _BATCH):
        query = sa.select(*columns).where(
            presence.c.source == source, presence.c.code.in_(codes[start : start + _BATCH])
        )
        said.update({row.code: tuple(row)[1:] for row in connection.execute(query)})
    return said


def _sayings(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SAYINGS)


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
    ("source", "code", "asked_us", "ask_us", "failure"),
    "UPDATE SET asked_us = excluded.asked_us, ask_us = excluded.ask_us, failure = excluded.failure",
    ("presence", "'unknown'"),
    ("fields_lost", "'[]'"),
)
_NAMED_BY_EVIDENCE = sa.text(
    "INSERT INTO presence (source, code, presence, fields_lost) "
    "SELECT DISTINCT :source, code, 'unknown', '[]' FROM status_record WHERE source = :feed "
    "ON CONFLICT (source, code) DO NOTHING"
)
_NAMED = _upsert(("source", "code"), "NOTHING", ("presence", "'unknown'"), ("fields_lost", "'[]'"))
