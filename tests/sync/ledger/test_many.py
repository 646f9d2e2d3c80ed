"""Many rows at once, in both kinds of ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.errors import LedgerError
from khop.mappings.records import DossierReading, DossierRecord, Status, StatusRecord
from khop.sync.ledger import Ledger
from khop.sync.ledger.many import insert_many
from khop.sync.ledger.records import Arrival, read_records, store_arrivals
from khop.sync.ledger.schema import quarantine, record_alias, source_record, status_record
from tests.postgres import BOTH
from tests.sync.fakes import at, history, record

LEDGERS = BOTH

ODD = ("", "\\N", "\\.", "a\tb", "two\nlines\r\n", "\\", "a\"b'c", "Đơn vị – 🏛️", "NULL", ",")


def arrival(one: DossierRecord, entries: tuple[StatusRecord, ...] | None = None) -> Arrival:
    return Arrival(DossierReading(one, entries), listed_hash="0" * 32)


def stored(ledger: Ledger, *arrivals: Arrival) -> None:
    with ledger.write() as connection:
        store_arrivals(connection, Role.ONE_STOP, arrivals, 1)


def test_texts_come_back_as_they_were(ledger: Ledger) -> None:
    given = [record(i, unit=text, aliases=(f"G{i}{text}",)) for i, text in enumerate(ODD)]
    stored(ledger, *map(arrival, given))
    with ledger.read() as connection:
        found = read_records(connection, given[0].source, [one.native_id for one in given])
    assert sorted(found, key=lambda one: one.native_id) == sorted(
        given, key=lambda one: one.native_id
    )


def test_a_record_that_is_twice_on_a_page_is_stored_as_its_second(ledger: Ledger) -> None:
    """Its history, which only the first copy had, stays."""
    first, second = record(1, unit="A"), record(1, unit="B")
    entries = history(first, (Status.NEW, at(1)), (Status.PROCESSING, at(2)))
    stored(ledger, arrival(first, entries), arrival(second), arrival(record(2)))
    with ledger.read() as connection:
        rows = connection.execute(
            sa.select(source_record.c.unit, source_record.c.path).order_by(
                source_record.c.native_id
            )
        ).all()
        assert connection.scalar(sa.select(sa.func.count()).select_from(status_record)) == 2
    assert rows == [("B", f"1>{Status.PROCESSING.value}"), (record(2).unit, None)]


def test_new_and_known_records_of_one_page_are_stored(ledger: Ledger) -> None:
    stored(ledger, arrival(record(1, aliases=("G1", "G2"))), arrival(record(2)))
    changed = replace(record(1, aliases=("G2", "G3")), unit="another")
    stored(ledger, arrival(changed), arrival(record(3)))
    with ledger.read() as connection:
        rows = connection.execute(sa.select(source_record.c.native_id, source_record.c.unit))
        units = {row.native_id: row.unit for row in rows}
        aliases = set(connection.scalars(sa.select(record_alias.c.alias)))
    assert units == {one.native_id: one.unit for one in (changed, record(2), record(3))}
    assert aliases == {"G2", "G3"}


def test_a_row_that_is_refused_leaves_nothing(ledger: Ledger) -> None:
    rows = [{"source": "igate", "native_id": "1", "alias": text} for text in ("a", "b", "a")]
    with pytest.raises(LedgerError), ledger.write() as connection:
        insert_many(connection, record_alias, rows)
    with ledger.write() as connection:
        insert_many(connection, record_alias, rows[:2])
        insert_many(connection, quarantine, [])
        assert connection.scalar(sa.select(sa.func.count()).select_from(record_alias)) == 2
