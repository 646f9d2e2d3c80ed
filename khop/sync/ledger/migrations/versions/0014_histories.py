"""More facts of histories, counted for the records that are stored already.

Whether a step is in a person's hands was not stored. The detail of dossiers that are under way is
read again for it; that is no change of the system, because it says what it said before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TIMES = ("supplement_after", "refused", "withdrawn", "stopped", "closed_entered")
_ACTORS = ("entered_by", "closed_by")
#: States, and the column with the latest change to them.
_LATEST = {3: "refused_us", 7: "withdrawn_us", 8: "stopped_us"}
_SUPPLEMENT, _RECEIVED, _CLOSED = 5, {2}, {9, 10}
_DAY_US = 86_400 * 1_000_000
_BATCH = 5_000


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("source_record", sa.Column(f"{name}_us", sa.BigInteger(), nullable=True))
    for name in (*_ACTORS, "actor_key"):
        op.add_column("source_record", sa.Column(name, sa.String(), nullable=True))
    op.add_column("source_record", sa.Column("actor_default", sa.Boolean(), nullable=True))
    columns = (*(f"{name}_us" for name in _TIMES), *_ACTORS)
    update = sa.text(
        f"UPDATE source_record SET {', '.join(f'{name} = :{name}' for name in columns)} "
        "WHERE source = :source AND native_id = :native_id"
    )
    connection = op.get_bind()
    for records in _records(connection):
        rows = [
            {**dict.fromkeys(columns), **_facts(entries, record), **_key(record)}
            for record, entries in _with_entries(connection, records)
        ]
        if rows:
            connection.execute(update, rows)
    op.execute(
        "UPDATE source_record SET history_due = (1 = 1) WHERE path <> '' AND status IN (2, 4)"
    )


def _records(connection: sa.Connection) -> Iterator[Sequence[sa.Row[Any]]]:
    """The records whose history was read, in parts, in the order of their keys."""
    query = sa.text(
        "SELECT source, native_id, received_us, received_day FROM source_record WHERE path <> '' "
        "AND (source > :source OR (source = :source AND native_id > :native_id)) "
        f"ORDER BY source, native_id LIMIT {_BATCH}"
    )
    last = {"source": "", "native_id": ""}
    while rows := connection.execute(query, last).all():
        yield rows
        last = _key(rows[-1])


def _key(row: sa.Row[Any]) -> dict[str, Any]:
    return {"source": row.source, "native_id": row.native_id}


_ENTRIES = sa.text(
    "SELECT native_id, event_us, event_day, status, actor_key FROM status_record "
    "WHERE source = :source AND kind = 'status' AND native_id >= :first AND native_id <= :last "
    "ORDER BY native_id"
)


def _with_entries(
    connection: sa.Connection, records: Sequence[sa.Row[Any]]
) -> Iterator[tuple[sa.Row[Any], list[sa.Row[Any]]]]:
    """The records with the entries of their histories. Histories with a time that is not known,
    or only by its day, are left out: their facts are not known until they are read again."""
    for source, of_source in groupby(records, attrgetter("source")):
        by_id = {record.native_id: record for record in of_source}
        ids = list(by_id)
        given = {"source": source, "first": ids[0], "last": ids[-1]}
        entries = connection.execute(_ENTRIES, given)
        for native_id, found in groupby(entries, attrgetter("native_id")):
            history = list(found)
            if native_id in by_id and all(_exact(entry) for entry in history):
                yield by_id[native_id], history


def _exact(entry: sa.Row[Any]) -> bool:
    return entry.event_us is not None and not entry.event_day


def _facts(entries: list[sa.Row[Any]], record: sa.Row[Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    after = record.received_us
    if after is not None and record.received_day:
        after += _DAY_US - 1
    before: set[int | None] = set()
    for us, at_once in groupby(sorted(entries, key=_event_us), _event_us):
        steps = list(at_once)
        states = {entry.status for entry in steps}
        for state in states - before:
            if state in _LATEST:
                facts[_LATEST[state]] = us
            elif state == _SUPPLEMENT and after is not None and us > after:
                facts.setdefault("supplement_after_us", us)
        if states & _RECEIVED and "entered_by" not in facts:
            facts["entered_by"] = _actor(steps, _RECEIVED)
        if states & _CLOSED and "closed_by" not in facts:
            facts["closed_by"] = _actor(steps, _CLOSED)
            facts["closed_entered_us"] = us
        before = states
    if None in before:
        facts = {name: us for name, us in facts.items() if name not in _LATEST.values()}
    return facts


def _event_us(entry: sa.Row[Any]) -> int:
    us: int = entry.event_us
    return us


def _actor(steps: Sequence[sa.Row[Any]], states: set[int]) -> str | None:
    actors = {entry.actor_key for entry in steps if entry.status in states}
    return actors.pop() if len(actors) == 1 else None
