"""Records in the ledger: one page of a source, stored in one transaction."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.mappings.records import DossierReading, DossierRecord, Instant, StatusRecord
from khop.sync.ledger.change_numbers import Alias, number_changes
from khop.sync.ledger.dirty import mark, mark_page
from khop.sync.ledger.many import among, execute_many, insert_many, listed, upsert
from khop.sync.ledger.record_changes import Key, log_changes, stored_before
from khop.sync.ledger.record_rows import (
    FACTS,
    RECORD_TIMES,
    event_row,
    record_columns,
    record_of_row,
)
from khop.sync.ledger.schema import quarantine, record_alias, source_record, status_record
from khop.text.digest import hex_digest

_CONTENT = attrgetter(
    "code",
    "aliases",
    "status",
    "status_raw",
    *(f"{name}_at" for name in RECORD_TIMES),
    "changed_at",
    "no_due",
    "unit",
    "unit_code",
    "procedure",
    "channel",
    "applicant_key",
    "applicant_kind",
    "applicant_mask",
    "fields_lost",
)


#: ``listed_hash`` after another key was made: a record's digest is that of its matching keys too.
REKEYED = ""


#: Where a record stands among those whose history is due: its change number and native id.
Place: TypeAlias = tuple[int, str]
START: Place = (-1, "")


class Known(NamedTuple):
    """What the ledger already has of a native record."""

    listed_hash: str
    changed_us: int | None
    stored_us: int
    list_said: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A reading on its way into the ledger.

    ``listed_hash``: digest of its list item. ``history_due``: its detail still has to be read.
    ``list_said``, ``detail_said``: digests of the wire items (``DossierReading.said``).
    """

    reading: DossierReading
    listed_hash: str
    history_due: bool = False
    list_said: str | None = None
    detail_said: str | None = None


def record_hash(record: DossierRecord) -> str:
    """Digest of a record's content; two records with the same digest are equal."""
    parts = [
        part if part.__class__ is str else "\x00" if part is None else _plain(part)
        for part in _CONTENT(record)
    ]
    if record.unread:
        parts.append(_plain(record.unread))
    return hex_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def _plain(part: object) -> str:
    if isinstance(part, Instant):
        return f"{part.us}{part.precision[0]}"
    if isinstance(part, tuple):
        return "\x1e".join(part)
    return str(int(part))  # type: ignore[call-overload]


def known(connection: sa.Connection, source: str, native_ids: Sequence[str]) -> dict[str, Known]:
    """What the ledger has of these native ids."""
    if not native_ids:
        return {}
    rows = connection.execute(_KNOWN, {"of": source, "ids": listed(native_ids)})
    return {row[0]: Known(*row[1:]) for row in rows}


def confirm(connection: sa.Connection, source: str, arrivals: Iterable[Arrival]) -> None:
    """Write the digests of records that did not change."""
    rows = [
        {"of_id": one.reading.record.native_id, "digest": one.listed_hash, "said": one.list_said}
        for one in arrivals
    ]
    if rows:
        connection.execute(
            sa.update(source_record)
            .where(
                source_record.c.source == source,
                source_record.c.native_id == sa.bindparam("of_id"),
            )
            .values(listed_hash=sa.bindparam("digest"), list_said=sa.bindparam("said")),
            rows,
        )


def store_arrivals(
    connection: sa.Connection,
    role: Role,
    arrivals: Sequence[Arrival],
    now_us: int,
) -> None:
    """Insert or replace these records, their aliases and (where read) their history. Other codes
    that a ministry's system names are no aliases of the one-stop's dossiers, and not kept."""
    if not arrivals:
        return
    rows = [_record_row(a, role, now_us) for a in arrivals]
    aliases = _alias_rows(arrivals) if role is Role.ONE_STOP else []
    stored = stored_before(connection, _native_ids(a.reading.record for a in arrivals))
    named = _stored_aliases(connection, stored)
    # a new code or alias is marked, and so is the one before
    before = {row["code"] for row in stored.values()}.union(alias for _, _, alias in named)
    mark_page(connection, _codes(arrivals) | before)
    number_changes(connection, stored, named, rows, aliases)
    log_changes(connection, stored, rows, _histories(arrivals), now_us)
    new, others = _parted(rows, stored)
    insert_many(connection, source_record, new)
    execute_many(connection, _UPSERT, others)
    _delete(connection, _DELETE_ALIASES, _by_source((source, each) for source, each, _ in named))
    insert_many(connection, record_alias, aliases)
    with_history = [arrival for arrival in arrivals if arrival.reading.history is not None]
    _delete(connection, _DELETE_HISTORIES, _native_ids(a.reading.record for a in with_history))
    insert_many(connection, status_record, _history_rows(with_history))


def _parted(
    rows: Sequence[dict[str, Any]], stored: Container[Key]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows whose keys are not stored yet, each key once; and the others."""
    new: dict[Key, dict[str, Any]] = {}
    others = []
    for row in rows:
        key = (row["source"], row["native_id"])
        if key in stored or key in new:
            others.append(row)
        else:
            new[key] = row
    return list(new.values()), others


def _native_ids(records: Iterable[DossierRecord]) -> dict[str, list[str]]:
    """The native ids of these records, by source."""
    return _by_source((record.source, record.native_id) for record in records)


def _by_source(keys: Iterable[Key]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for source, native_id in keys:
        ids.setdefault(source, []).append(native_id)
    return ids


def _stored_aliases(connection: sa.Connection, stored: Iterable[Key]) -> set[Alias]:
    """The aliases of these stored records."""
    return {
        (source, native_id, alias)
        for source, ids in _by_source(stored).items()
        for native_id, alias in connection.execute(_ALIASES, {"of": source, "ids": listed(ids)})
    }


def _histories(arrivals: Iterable[Arrival]) -> dict[tuple[str, str], Sequence[StatusRecord]]:
    """The histories that were read, by source and native id."""
    return {
        (arrival.reading.record.source, arrival.reading.record.native_id): arrival.reading.history
        for arrival in arrivals
        if arrival.reading.history is not None
    }


def _codes(arrivals: Iterable[Arrival]) -> set[str]:
    """The codes and aliases these records carry now."""
    records = (arrival.reading.record for arrival in arrivals)
    return {code for record in records for code in (record.code, *record.aliases)}


def _record_row(arrival: Arrival, role: Role, now_us: int) -> dict[str, Any]:
    row = record_columns(arrival.reading.record, arrival.reading.history)
    row["role"] = role.value
    row["listed_hash"] = arrival.listed_hash
    row["history_due"] = arrival.history_due
    row["list_said"] = arrival.list_said
    row["detail_said"] = arrival.detail_said
    row["last_known"] = None
    row["first_seen_us"] = row["stored_us"] = now_us
    return row


def store_events(connection: sa.Connection, events: Sequence[StatusRecord]) -> int:
    """Insert new events and replace changed ones; the number of both.

    Of two copies of one event the fuller one stays: a feed may repeat an event in an earlier,
    emptier form.
    """
    rows = [event_row(event) for event in events]
    have = _events(connection, rows)
    news: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["source"], row["native_id"], row["entry_id"])
        known = news.get(key) or have.get(key)
        if known is None or (row != known and _gaps(row) <= _gaps(known)):
            news[key] = row
    if news:
        connection.execute(_UPSERT_EVENT, list(news.values()))
        mark(connection, (row["code"] for row in news.values()))
    return len(news)


def _gaps(row: Mapping[str, Any]) -> int:
    return sum(value is None for value in row.values())


def _events(
    connection: sa.Connection, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The stored rows of the dossiers these rows are about."""
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row["source"], set()).add(row["native_id"])
    found = {}
    for source, native_ids in ids.items():
        query = sa.select(status_record).where(
            status_record.c.source == source, status_record.c.native_id.in_(sorted(native_ids))
        )
        for stored in connection.execute(query):
            found[stored.source, stored.native_id, stored.entry_id] = stored._asdict()
    return found


def count_known(connection: sa.Connection, source: str) -> int:
    """Native records of this source that the ledger has, quarantined ones included."""
    stored = connection.scalar(
        sa.select(sa.func.count())
        .select_from(source_record)
        .where(source_record.c.source == source)
    )
    bad = connection.scalar(
        sa.select(sa.func.count())
        .select_from(quarantine)
        .where(
            quarantine.c.source == source,
            quarantine.c.state == "open",
            sa.or_(
                quarantine.c.native_id.is_(None),
                quarantine.c.native_id.not_in(
                    sa.select(source_record.c.native_id).where(source_record.c.source == source)
                ),
            ),
        )
    )
    return int(stored or 0) + int(bad or 0)


def history_due(
    connection: sa.Connection, source: str, after: Place, limit: int
) -> tuple[list[Arrival], Place]:
    """Stored records whose detail still has to be read, as they came, those after a place; and
    the place of the last. The first place is ``START``."""
    rows = connection.execute(_DUE, {"of": source, "no": after[0], "id": after[1], "most": limit})
    found = rows.all()
    stored = _with_aliases(connection, source, found)
    arrivals = [
        Arrival(DossierReading(record), row.listed_hash, True, row.list_said)
        for row, record in zip(found, stored, strict=True)
    ]
    return arrivals, (found[-1].change_no, found[-1].native_id) if found else after


def read_record(connection: sa.Connection, source: str, native_id: str) -> DossierRecord | None:
    """One stored record; None when there is none."""
    return next(iter(read_records(connection, source, [native_id])), None)


def read_records(
    connection: sa.Connection, source: str, native_ids: Sequence[str]
) -> list[DossierRecord]:
    """The stored records of these native ids."""
    rows = connection.execute(
        sa.select(source_record).where(
            source_record.c.source == source, source_record.c.native_id.in_(native_ids)
        )
    ).all()
    return _with_aliases(connection, source, rows)


def _with_aliases(
    connection: sa.Connection, source: str, rows: Sequence[sa.Row[Any]]
) -> list[DossierRecord]:
    """The records of these rows, with their aliases."""
    aliases: dict[str, list[str]] = {}
    given = {"of": source, "ids": listed(row.native_id for row in rows)}
    for native_id, alias in connection.execute(_ALIASES.order_by(record_alias.c.alias), given):
        aliases.setdefault(native_id, []).append(alias)
    return [record_of_row(row._mapping, tuple(aliases.get(row.native_id, ()))) for row in rows]


def _alias_rows(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    return [
        {"source": r.source, "native_id": r.native_id, "alias": alias}
        for r in (arrival.reading.record for arrival in arrivals)
        for alias in r.aliases
    ]


def _history_rows(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for arrival in arrivals:
        for entry in arrival.reading.history or ():
            rows[entry.source, entry.native_id, entry.entry_id] = event_row(entry)
    return list(rows.values())


def _delete(
    connection: sa.Connection, statement: sa.Delete, ids: Mapping[str, Sequence[str]]
) -> None:
    """Delete all rows of these native ids."""
    for source, native_ids in ids.items():
        connection.execute(statement, {"of": source, "ids": listed(native_ids)})


def _of_these(table: sa.Table) -> sa.ColumnElement[bool]:
    """The rows of the source ``of`` and of the native ids ``ids``."""
    return sa.and_(table.c.source == sa.bindparam("of"), among(table.c.native_id, "ids"))


# Worked out from the reception too: not known any more when that alone changes.
_AFTER_RECEPTION = (
    "CASE WHEN excluded.path IS NOT NULL THEN excluded.supplement_after_us "
    "WHEN COALESCE(excluded.received_us, 0) = COALESCE(source_record.received_us, 0) "
    "THEN source_record.supplement_after_us END"
)
_UPSERT = upsert(
    source_record,
    frozenset({"first_seen_us"}),
    together=FACTS,
    values={"supplement_after_us": _AFTER_RECEPTION},
)
_UPSERT_EVENT = upsert(status_record, frozenset())
_DELETE_HISTORIES = sa.delete(status_record).where(_of_these(status_record))
_DELETE_ALIASES = sa.delete(record_alias).where(_of_these(record_alias))
_ALIASES = sa.select(record_alias.c.native_id, record_alias.c.alias).where(_of_these(record_alias))
_KNOWN = sa.select(
    source_record.c.native_id,
    source_record.c.listed_hash,
    source_record.c.changed_us,
    source_record.c.stored_us,
    source_record.c.list_said,
).where(_of_these(source_record))
_DUE = (
    sa.select(source_record)
    .where(
        source_record.c.source == sa.bindparam("of"),
        source_record.c.history_due,
        sa.tuple_(source_record.c.change_no, source_record.c.native_id)
        > sa.tuple_(
            sa.bindparam("no", type_=sa.BigInteger()), sa.bindparam("id", type_=sa.String())
        ),
    )
    .order_by(source_record.c.change_no, source_record.c.native_id)
    .limit(sa.bindparam("most"))
)
