"""What the systems said of a dossier before, change by change, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import Status
from khop.sync.ledger.record_changes import KEYS
from khop.sync.ledger.schema import record_change, source_record
from khop.text.local_time import local_text

#: In the place of a matching key, which is shown to nobody.
_A_KEY = "…"


def changes_under(connection: sa.Connection, code: str) -> tuple[dict[str, Any], ...]:
    """The changes of the records that have this code, and those that took it from a record, in the
    order in which khop saw them."""
    same = sa.and_(
        source_record.c.source == record_change.c.source,
        source_record.c.native_id == record_change.c.native_id,
    )
    of_records = (
        sa.select(record_change).join(source_record, same).where(source_record.c.code == code)
    )
    taken = sa.select(record_change).where(
        record_change.c.field == "code", record_change.c.old == code
    )
    rows = connection.execute(of_records.union(taken)).mappings().all()
    return tuple(map(_shown, sorted(rows, key=lambda row: row["id"])))


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    name = row["field"]
    return {
        "source": row["source"],
        "native_id": row["native_id"],
        "entry_id": row["entry_id"],
        "event_at": _time(row, "event"),
        "field": "applicant" if name == "applicant_key" else name,
        "old": _value(row, "old"),
        "new": _value(row, "new"),
        "seen_at": local_text(row["seen_us"]),
        "changed_at": None if row["changed_us"] is None else local_text(row["changed_us"]),
    }


def _value(row: Mapping[Any, Any], name: str) -> Any:
    text = row[name]
    if text is None:
        return _time(row, name)
    if row["field"] in KEYS:
        return _A_KEY
    if row["field"] == "status" and text.isdecimal() and int(text) in set(Status):
        return int(text)
    return text


def _time(row: Mapping[Any, Any], name: str) -> str | None:
    us = row[f"{name}_us"]
    return None if us is None else local_text(us, bool(row[f"{name}_day"]))
