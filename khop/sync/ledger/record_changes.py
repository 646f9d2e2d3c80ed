"""The change log: what the systems said of a dossier before (docs/rules.md, The change log).

::

    stored record ─┐                        ┌─ the same wire content: read anew, no change
                   ├─► watched fields ──────┤
    new record  ───┘                        └─ another value: one row of record_change

It is written in the transaction of the record, and only added to. The first sight of a record
writes nothing. A value that could not be read is not known: the one before it is kept
(``last_known``) and compared with the next that can be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.mappings.records import Precision, StatusRecord
from khop.sync.ledger.audit_log import KEY_LOST
from khop.sync.ledger.many import among, listed
from khop.sync.ledger.record_rows import event_row
from khop.sync.ledger.schema import SHARED_TIMES, record_change, source_record, status_record

#: Watched times; each is a pair of columns.
TIMES = ("received", "due", "finished", "returned")
#: Watched fields of a record, as the log names them.
WATCHED = ("code", "status", *TIMES, "unit_code", "procedure", "applicant_key")
#: Watched fields of an entry of its history.
WATCHED_OF_ENTRIES = ("status", "event", "actor", "unit")
#: Fields whose values in the log are matching keys.
KEYS = ("applicant_key", "actor")

#: What is not kept when it cannot be read: a code always can, and keys change with the key.
_NOT_KEPT = frozenset({"code", "applicant_key"})
#: Columns of the stored record that a new one is compared with, and those of ``change_numbers``.
_BEFORE = (
    "native_id",
    "change_no",
    "code",
    "status",
    "status_raw",
    *(f"{name}_us" for name in SHARED_TIMES),
    *(f"{name}_day" for name in TIMES),
    "changed_us",
    "unit",
    "unit_code",
    "procedure",
    "applicant_key",
    "unread",
    "listed_hash",
    "list_said",
    "detail_said",
    "last_known",
)

Key: TypeAlias = tuple[str, str]
Row: TypeAlias = Mapping[Any, Any]
#: A text, or a time with whether only its day is known; None: the system has no value.
Value: TypeAlias = str | tuple[int, bool] | None


def stored_before(
    connection: sa.Connection, ids: Mapping[str, Sequence[str]]
) -> dict[Key, sa.RowMapping]:
    """What is stored of these native ids, before it is replaced: by source and native id."""
    stored: dict[Key, sa.RowMapping] = {}
    for source, native_ids in ids.items():
        found = connection.execute(_STORED, {"of": source, "ids": listed(native_ids)})
        for row in found.mappings():
            stored[source, row["native_id"]] = row
    return stored


def log_changes(
    connection: sa.Connection,
    stored: Mapping[Key, Row],
    rows: Iterable[dict[str, Any]],
    histories: Mapping[Key, Sequence[StatusRecord]],
    now_us: int,
) -> None:
    """Write what differs between the ``stored`` records and the ``rows`` that are about to replace
    them, and between the stored entries and these ``histories``.

    Sets ``last_known`` of the rows, and ``detail_said`` where the detail was not read.
    """
    log: list[dict[str, Any]] = []
    changed: dict[Key, tuple[Row, Row]] = {}
    for row in rows:
        key: Key = row["source"], row["native_id"]
        before = stored.get(key)
        if before is None:
            continue
        differences, row["last_known"] = _compared(before, row)
        read_anew = _same_wire(before, row)
        row["detail_said"] = row["detail_said"] or before["detail_said"]
        if read_anew:
            continue
        log += (_line(before, row, now_us, *change) for change in differences)
        if key in histories:
            changed[key] = before, row
    for of_record, old, new in _entries(connection, changed, histories):
        before, after = changed[of_record]
        for change in _entry_differences(before, old, new):
            line = _line(before, after, now_us, *change)
            event = {"event_us": old["event_us"], "event_day": old["event_day"]}
            log.append({**line, **event, "entry_id": old["entry_id"]})
    if log:
        connection.execute(sa.insert(record_change), log)


def _same_wire(before: Row, row: Row) -> bool:
    """Whether the system said what it said before: then the values differ because of khop, which
    reads them with other tables or in another version. Also where khop has not kept what it said,
    because nothing shows then who made the difference; and after the key was lost, which took the
    keys away."""
    if before["listed_hash"] == KEY_LOST:
        return True
    if before["list_said"] is None and row["list_said"] is None:
        return False  # a source that gives no digests: only values can be compared
    if before["list_said"] != row["list_said"]:
        return before["list_said"] is None or row["list_said"] is None
    details = before["detail_said"], row["detail_said"]
    return None in details or details[0] == details[1]


def _compared(before: Row, row: Row) -> tuple[list[tuple[str, Value, Value]], str | None]:
    """The watched fields that differ, with the values before and after; and ``last_known``."""
    kept = json.loads(before["last_known"]) if before["last_known"] else {}
    differences, unknown = [], {}
    # the list alone was read of a dossier whose detail had been read
    detail_missing = row["history_due"] and before["detail_said"] is not None
    for name in WATCHED:
        old, new = _value(before, name), _value(row, name)
        if old is None:
            old = _of_json(kept.get(name))
        if new is None and (detail_missing or _unread(row, name)):
            if old is not None and name not in _NOT_KEPT:
                unknown[name] = old
        elif old is None and _unread(before, name):
            continue
        elif old != new and not (name == "status" and _same_label(before, before, row)):
            differences.append((name, old, new))
    return differences, json.dumps(unknown) if unknown else None


def _value(row: Row, name: str) -> Value:
    if name in TIMES or name == "event":
        us = row[f"{name}_us"]
        return None if us is None else (us, bool(row[f"{name}_day"]))
    if name == "status":
        return row["status_raw"] if row["status"] is None else str(int(row["status"]))
    value: str | None = row["actor_key" if name == "actor" else name]
    return value


def _of_json(kept: Any) -> Value:
    return (kept[0], kept[1]) if isinstance(kept, list) else kept


def _unread(row: Row, name: str) -> bool:
    return f" {name} " in (row["unread"] or "")


def _same_label(before: Row, old: Row, new: Row) -> bool:
    """Whether the system writes the same label for the state of a record, or of an entry of its
    history: then a table reads it otherwise. Where the source gives no digests (``before``), the
    state is all that is known."""
    label = old["status_raw"]
    return before["list_said"] is not None and label is not None and label == new["status_raw"]


def _entries(
    connection: sa.Connection,
    changed: Mapping[Key, object],
    histories: Mapping[Key, Sequence[StatusRecord]],
) -> Iterator[tuple[Key, Row, Row]]:
    """The stored entries of these records that are in the new history too, by their own id, and
    are not the same there."""
    new = {
        (*key, entry.entry_id): entry for key in changed for entry in histories[key] if entry.own_id
    }
    ids: dict[str, list[str]] = {}
    for source, native_id in changed:
        ids.setdefault(source, []).append(native_id)
    for source, native_ids in ids.items():
        given = {"of": source, "ids": listed(native_ids)}
        for old in connection.execute(_OF_ENTRIES, given).all():
            entry = new.get((source, old.native_id, old.entry_id))
            if entry is not None and not _same_entry(old, entry):
                yield (source, old.native_id), old._mapping, event_row(entry)


_STORED = sa.select(*(source_record.c[name] for name in _BEFORE)).where(
    source_record.c.source == sa.bindparam("of"), among(source_record.c.native_id, "ids")
)
_OF_ENTRIES = (
    sa.select(
        *(
            status_record.c[name]
            for name in (
                *("native_id", "entry_id", "status", "status_raw"),
                *("event_us", "event_day", "actor_key", "unit"),
            )
        )
    )
    .where(status_record.c.source == sa.bindparam("of"), among(status_record.c.native_id, "ids"))
    .order_by(status_record.c.native_id, status_record.c.entry_id)
)


def _same_entry(old: sa.Row[Any], new: StatusRecord) -> bool:
    """Whether nothing watched differs, which holds for almost all entries."""
    return (
        old.status == new.status
        and old.status_raw == new.status_raw
        and old.event_us == (new.event_at and new.event_at.us)
        and old.actor_key == new.actor_key
        and old.unit == new.unit
        and bool(old.event_day)
        is (new.event_at is not None and new.event_at.precision is Precision.DAY)
    )


def _entry_differences(before: Row, old: Row, new: Row) -> Iterator[tuple[str, Value, Value]]:
    """The watched fields of an entry that differ. A time that is missing could not be read."""
    for name in WATCHED_OF_ENTRIES:
        values = _value(old, name), _value(new, name)
        if values[0] == values[1] or (name == "event" and None in values):
            continue
        if not (name == "status" and _same_label(before, old, new)):
            yield name, *values


def _line(before: Row, row: Row, now_us: int, name: str, old: Value, new: Value) -> dict[str, Any]:
    """A row of the log."""
    changed_us = row["changed_us"]
    later = None not in (changed_us, before["changed_us"]) and changed_us > before["changed_us"]
    return {
        "source": row["source"],
        "native_id": row["native_id"],
        "entry_id": None,
        "code": row["code"],
        "field": name,
        **_columns("old", old),
        **_columns("new", new),
        "event_us": None,
        "event_day": None,
        "changed_us": changed_us,
        "at_us": changed_us if later else now_us,
        "seen_us": now_us,
    }


def _columns(name: str, value: Value) -> dict[str, Any]:
    if isinstance(value, tuple):
        return {name: None, f"{name}_us": value[0], f"{name}_day": value[1]}
    return {name: value, f"{name}_us": None, f"{name}_day": None}
