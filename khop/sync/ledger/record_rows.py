"""Records as rows of the ledger's tables, and rows as records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from khop.mappings.paper.items import AnyRow
from khop.mappings.records import (
    Channel,
    DossierRecord,
    Instant,
    Precision,
    Status,
    StatusRecord,
)
from khop.mappings.states.history_facts import HistoryFacts, history_facts
from khop.sync.ledger.schema import SHARED_TIMES

#: Times of a record; each is a pair of columns.
RECORD_TIMES = (*SHARED_TIMES, "entered")
_STEMS = frozenset({*RECORD_TIMES, "changed"})
#: Columns that are derived from a dossier's history.
FACTS = tuple(field.name for field in fields(HistoryFacts))

_NO_HISTORY = dict.fromkeys(FACTS)
#: What most records have; made once.
_NOTHING_LOST = "[]"


def record_of_row(row: Mapping[Any, Any], aliases: tuple[str, ...] = ()) -> DossierRecord:
    """A stored row as the record it was made from."""
    return DossierRecord(
        source=row["source"],
        native_id=row["native_id"],
        code=row["code"],
        aliases=aliases,
        status=None if row["status"] is None else Status(row["status"]),
        status_raw=row["status_raw"],
        changed_at=None if row["changed_us"] is None else Instant(row["changed_us"]),
        no_due=bool(row["no_due"]),
        unit=row["unit"],
        unit_code=row["unit_code"],
        procedure=row["procedure"],
        channel=None if row["channel"] is None else Channel(row["channel"]),
        applicant_key=row["applicant_key"],
        applicant_kind=row["applicant_kind"],
        applicant_mask=row["applicant_mask"],
        fields_lost=tuple(json.loads(row["fields_lost"])),
        unread=_unread_fields(row["unread"]),
        **{f"{name}_at": instant_of_row(row, name) for name in RECORD_TIMES},
    )


def instant_of_row(row: Mapping[Any, Any], name: str) -> Instant | None:
    """The time whose columns are ``NAME_us`` and ``NAME_day``."""
    us = row[f"{name}_us"]
    if us is None:
        return None
    return Instant(us, Precision.DAY if row[f"{name}_day"] else Precision.SECOND)


def time_columns(
    record: DossierRecord | StatusRecord | AnyRow, names: Iterable[str]
) -> dict[str, Any]:
    """The columns of the record's times ``names``."""
    columns: dict[str, Any] = {}
    for name in names:
        at, us, day = _time_names(name)
        instant: Instant | None = getattr(record, at)
        if instant is None:
            columns[us] = columns[day] = None
        else:
            columns[us] = instant.us
            columns[day] = instant.precision is Precision.DAY
    return columns


@cache
def _time_names(name: str) -> tuple[str, str, str]:
    """The attribute of a time, and its two columns."""
    return f"{name}_at", f"{name}_us", f"{name}_day"


def record_columns(record: DossierRecord, history: Sequence[StatusRecord] | None) -> dict[str, Any]:
    """The columns of a record, and those derived from its history where that was read."""
    return {
        "source": record.source,
        "native_id": record.native_id,
        "code": record.code,
        "status": record.status,
        "status_raw": record.status_raw,
        **time_columns(record, RECORD_TIMES),
        "changed_us": None if record.changed_at is None else record.changed_at.us,
        "no_due": record.no_due,
        "unit": record.unit,
        "unit_code": record.unit_code,
        "procedure": record.procedure,
        "channel": record.channel,
        "applicant_key": record.applicant_key,
        "applicant_kind": record.applicant_kind,
        "applicant_mask": record.applicant_mask,
        "fields_lost": json.dumps(record.fields_lost) if record.fields_lost else _NOTHING_LOST,
        "unread": unread_columns(record.unread),
        **_facts(history, record.received_at),
    }


def unread_columns(fields: Sequence[str]) -> str | None:
    """The value of a column ``unread``: the stems of the columns of these fields between blanks,
    as ``" received due "``; None for no field."""
    if not fields:
        return None
    return f" {' '.join(name.removesuffix('_at') for name in fields)} "


def _unread_fields(written: str | None) -> tuple[str, ...]:
    names = (written or "").split()
    return tuple(f"{name}_at" if name in _STEMS else name for name in names)


def _facts(history: Sequence[StatusRecord] | None, received: Instant | None) -> dict[str, Any]:
    if history is None:
        return _NO_HISTORY
    facts = history_facts(history, received)
    return {name: getattr(facts, name) for name in FACTS}


def event_row(entry: StatusRecord) -> dict[str, Any]:
    """The row of one event."""
    return {
        "source": entry.source,
        "native_id": entry.native_id,
        "entry_id": entry.entry_id,
        "code": entry.code,
        "kind": entry.kind.value,
        **time_columns(entry, ("event", "entered")),
        "status": entry.status,
        "status_raw": entry.status_raw,
        "actor_key": entry.actor_key,
        "unit": entry.unit,
        "item": entry.item,
    }
