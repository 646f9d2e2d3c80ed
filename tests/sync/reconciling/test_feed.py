"""The tables that cases are made of, read out of a ledger in SQLite as Arrow."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import quarantine
from khop.sync.reconciling.feed import TableQuery, open_feed

ODD = ("", "Đơn vị số 1 – Ủy ban", "a\"b'c\\d", "two\nlines\r\n\t", "🏛️", "NULL", "1", "1e3", "a\0b")
VALUE = TableQuery("SELECT value FROM given", pa.schema([("value", pa.string())]))
MIXED = TableQuery(
    "SELECT key, reason, first_seen_us, first_seen_us % 2, CASE first_seen_us % 3 WHEN 0 THEN 1 "
    "WHEN 1 THEN 0 END, code FROM quarantine WHERE source IN (SELECT value FROM known) "
    "ORDER BY first_seen_us",
    pa.schema(
        {
            "key": pa.string(),
            "reason": pa.string(),
            "at": pa.int64(),
            "odd": pa.int16(),
            "third": pa.bool_(),
            "code": pa.string(),
        }
    ),
)


def fill(ledger: Ledger, count: int) -> None:
    """Rows of a table with texts, numbers and nulls; the last ones alone have a code."""
    rows = [
        {
            "source": "igate",
            "key": row["key"],
            "reason": row["reason"],
            "code": row["code"],
            "field": "any",
            "state": "open",
            "first_seen_us": row["at"],
            "last_seen_us": 1,
        }
        for row in expected(count)
    ]
    with ledger.write() as connection:
        connection.execute(sa.insert(quarantine), rows)


def expected(count: int) -> list[dict[str, Any]]:
    """Those rows, as they are read."""
    return [
        {
            "key": str(i),
            "reason": ODD[i % 9],
            "at": 2**53 + i,
            "odd": i % 2,
            "third": (True, False, None)[(2**53 + i) % 3],
            "code": ODD[i % 9] if i > 40 else None,
        }
        for i in range(count)
    ]


def test_values_come_as_they_are(ledger: Ledger) -> None:
    fill(ledger, 100)
    with open_feed(ledger, {"mixed": MIXED}, {"known": ["igate"]}) as feed:
        tables = {name: reader.read_all() for name, reader in feed}
    assert tables["mixed"].schema == MIXED.schema
    assert tables["mixed"].to_pylist() == expected(100)


def test_a_table_without_rows_has_its_columns(ledger: Ledger) -> None:
    with open_feed(ledger, {"mixed": MIXED}, {"known": []}) as feed:
        ((_, reader),) = feed
        assert reader.read_all() == MIXED.schema.empty_table()


def test_a_table_that_was_not_read_to_its_end_is_an_error(ledger: Ledger) -> None:
    with (
        pytest.raises(RuntimeError, match="first"),
        open_feed(ledger, {"first": VALUE, "second": VALUE}, {"given": ["a"]}) as feed,
    ):
        list(feed)


def test_what_fails_while_duckdb_reads_is_an_error_of_the_ledger(ledger: Ledger) -> None:
    wrong = TableQuery("SELECT abs(-9223372036854775808) AS value", VALUE.schema)
    with (
        pytest.raises(LedgerError, match="integer overflow") as caught,
        duckdb.connect() as connection,
        open_feed(ledger, {"wrong": wrong}, {}) as feed,
    ):
        for name, reader in feed:
            connection.register(name, reader)
            connection.execute(f"CREATE TABLE kept AS SELECT * FROM {name}")
    assert ledger.place in str(caught.value)
