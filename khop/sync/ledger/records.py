"""Records in the ledger: one page of a source, stored in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.mappings.records import (
    Channel,
    DossierReading,
    DossierRecord,
    Instant,
    PaperRow,
    Precision,
    Status,
    StatusRecord,
)
from khop.mappings.states.history_facts import history_facts
from khop.sync.ledger.dirty import mark, mark_dossiers
from khop.sync.ledger.schema import (
    SHARED_TIMES,
    quarantine,
    record_alias,
    source_record,
    status_record,
)

_RECORD_TIMES = (*SHARED_TIMES, "entered")
_FACTS = ("path", "supplement_us", "supplement_before_us")
_NO_HISTORY = dict.fromkeys(_FACTS)
_NOTHING_LOST = "[]"
_CONTENT = attrgetter(
    "code",
    "aliases",
    "status",
    "status_raw",
    *(f"{name}_at" for name in _RECORD_TIMES),
    "changed_at",
    "no_due",
    "unit",
    "unit_code",
    "procedure",
    "channel",
    "applicant_key",
    "applicant_mask",
    "fields_lost",
)


class Known(NamedTuple):
    """What the ledger already has of a native record."""

    listed_hash: str
    changed_us: int | None
    stored_us: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A reading on its way into the ledger.

    ``listed_hash``: digest of its list item. ``history_due``: its detail still has to be read.
    """

    reading: DossierReading
    listed_hash: str
    history_due: bool = False


def record_hash(record: DossierRecord) -> str:
    """Digest of a record's content; two records with the same digest say the same."""
    text = "\x1f".join(map(_plain, _CONTENT(record)))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _plain(part: object) -> str:
    if part.__class__ is str:
        return part
    if part is None:
        return "\x00"
    if isinstance(part, Instant):
        return f"{part.us}{part.precision[0]}"
    if isinstance(part, tuple):
        return "\x1e".join(part)
    return str(int(part))  # type: ignore[call-overload]


def known(connection: sa.Connection, source: str, native_ids: Sequence[str]) -> dict[str, Known]:
    """What the ledger has of these native ids."""
    if not native_ids:
        return {}
    rows = connection.execute(
        sa.select(
            source_record.c.native_id,
            source_record.c.listed_hash,
            source_record.c.changed_us,
            source_record.c.stored_us,
        ).where(source_record.c.source == source, source_record.c.native_id.in_(native_ids))
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def store_arrivals(
    connection: sa.Connection,
    role: Role,
    arrivals: Sequence[Arrival],
    now_us: int,
) -> None:
    """Insert or replace these records, their aliases and (where read) their history."""
    if not arrivals:
        return
    _touch(connection, arrivals)
    _execute_many(connection, _UPSERT, [_record_row(a, role, now_us) for a in arrivals])
    _replace(connection, record_alias, arrivals, _alias_rows(arrivals))
    told = [arrival for arrival in arrivals if arrival.reading.history is not None]
    _replace(connection, status_record, told, _history_rows(told))


def _touch(connection: sa.Connection, arrivals: Sequence[Arrival]) -> None:
    """The codes these records carry, and those they carried until now."""
    ids: dict[str, list[str]] = {}
    codes: set[str] = set()
    for record in (arrival.reading.record for arrival in arrivals):
        ids.setdefault(record.source, []).append(record.native_id)
        codes.update((record.code, *record.aliases))
    for source, native_ids in ids.items():
        mark_dossiers(connection, source, native_ids)
    mark(connection, codes)


def store_events(connection: sa.Connection, events: Sequence[StatusRecord]) -> int:
    """Insert these, or replace those that say something else now; the number of both.

    Of two copies of one event, the one that says more stays: a feed may repeat an event in an
    earlier, emptier form.
    """
    rows = [_event_row(event) for event in events]
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


def history_due(connection: sa.Connection, source: str, after: str, limit: int) -> list[Arrival]:
    """Stored records whose detail still has to be read, by native id, those after ``after``."""
    rows = connection.execute(
        sa.select(source_record)
        .where(
            source_record.c.source == source,
            source_record.c.history_due,
            source_record.c.native_id > after,
        )
        .order_by(source_record.c.native_id)
        .limit(limit)
    ).all()
    return [
        Arrival(
            DossierReading(record_of_row(row._mapping, _aliases(connection, row))),
            row.listed_hash,
            history_due=True,
        )
        for row in rows
    ]


def read_record(connection: sa.Connection, source: str, native_id: str) -> DossierRecord | None:
    """One stored record."""
    row = connection.execute(
        sa.select(source_record).where(
            source_record.c.source == source, source_record.c.native_id == native_id
        )
    ).first()
    if row is None:
        return None
    return record_of_row(row._mapping, _aliases(connection, row))


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
        applicant_mask=row["applicant_mask"],
        fields_lost=tuple(json.loads(row["fields_lost"])),
        **{f"{name}_at": instant_of_row(row, name) for name in _RECORD_TIMES},
    )


def instant_of_row(row: Mapping[Any, Any], name: str) -> Instant | None:
    """The time whose columns are ``NAME_us`` and ``NAME_day``."""
    us = row[f"{name}_us"]
    if us is None:
        return None
    return Instant(us, Precision.DAY if row[f"{name}_day"] else Precision.SECOND)


def time_columns(
    record: DossierRecord | StatusRecord | PaperRow, names: Iterable[str]
) -> dict[str, Any]:
    """The columns of the record's times ``names``."""
    columns: dict[str, Any] = {}
    for name in names:
        instant: Instant | None = getattr(record, f"{name}_at")
        if instant is None:
            columns[f"{name}_us"] = columns[f"{name}_day"] = None
        else:
            columns[f"{name}_us"] = instant.us
            columns[f"{name}_day"] = instant.precision is Precision.DAY
    return columns


def _aliases(connection: sa.Connection, row: sa.Row[Any]) -> tuple[str, ...]:
    return tuple(
        connection.scalars(
            sa.select(record_alias.c.alias)
            .where(record_alias.c.source == row.source, record_alias.c.native_id == row.native_id)
            .order_by(record_alias.c.alias)
        )
    )


def _record_row(arrival: Arrival, role: Role, now_us: int) -> dict[str, Any]:
    record = arrival.reading.record
    return {
        "source": record.source,
        "native_id": record.native_id,
        "role": role.value,
        "code": record.code,
        "status": record.status,
        "status_raw": record.status_raw,
        **time_columns(record, _RECORD_TIMES),
        "changed_us": None if record.changed_at is None else record.changed_at.us,
        "no_due": record.no_due,
        "unit": record.unit,
        "unit_code": record.unit_code,
        "procedure": record.procedure,
        "channel": record.channel,
        "applicant_key": record.applicant_key,
        "applicant_mask": record.applicant_mask,
        "fields_lost": json.dumps(record.fields_lost) if record.fields_lost else _NOTHING_LOST,
        **_facts(arrival.reading.history),
        "listed_hash": arrival.listed_hash,
        "history_due": arrival.history_due,
        "first_seen_us": now_us,
        "stored_us": now_us,
    }


def _facts(history: Sequence[StatusRecord] | None) -> dict[str, Any]:
    if history is None:
        return _NO_HISTORY
    facts = history_facts(history)
    return {name: getattr(facts, name) for name in _FACTS}


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
            rows[entry.source, entry.native_id, entry.entry_id] = _event_row(entry)
    return list(rows.values())


def _event_row(entry: StatusRecord) -> dict[str, Any]:
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


def _replace(
    connection: sa.Connection,
    table: sa.Table,
    arrivals: Iterable[Arrival],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Put ``rows`` in place of all that ``table`` has of these arrivals."""
    ids: dict[str, list[str]] = {}
    for record in (arrival.reading.record for arrival in arrivals):
        ids.setdefault(record.source, []).append(record.native_id)
    for source, native_ids in ids.items():
        of_these = (table.c.source == source, table.c.native_id.in_(native_ids))
        connection.execute(sa.delete(table).where(*of_these))
    if rows:
        connection.execute(sa.insert(table), list(rows))


def _execute_many(
    connection: sa.Connection, statement: sa.TextClause, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute for all rows by the driver itself.

    SQLAlchemy would build each row's parameters in Python, at half the cost of storing a page.
    """
    compiled = statement.compile(dialect=connection.dialect)
    names = compiled.positiontup
    parameters = rows if names is None else list(map(itemgetter(*names), rows))
    connection.exec_driver_sql(compiled.string, parameters)


def _upsert(table: sa.Table, kept: frozenset[str], told: Sequence[str] = ()) -> sa.TextClause:
    """Insert a row, or replace all of it but its key and the columns ``kept``.

    ``told``: columns that are replaced together, when the new row has the first of them.
    """
    names = [column.name for column in table.columns]
    key = [column.name for column in table.primary_key.columns]
    sets = ", ".join(
        f"{n} = CASE WHEN excluded.{told[0]} IS NULL THEN {table.name}.{n} ELSE excluded.{n} END"
        if n in told
        else f"{n} = excluded.{n}"
        for n in names
        if n not in kept and n not in key
    )
    return sa.text(
        f"INSERT INTO {table.name} ({', '.join(names)}) "
        f"VALUES ({', '.join(':' + name for name in names)}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
    )


_UPSERT = _upsert(source_record, frozenset({"first_seen_us"}), told=_FACTS)
_UPSERT_EVENT = _upsert(status_record, frozenset())
