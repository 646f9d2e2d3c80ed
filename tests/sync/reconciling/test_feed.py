"""The tables that cases are made of, read out of a ledger in SQLite as Arrow: in this process, and
by a process of its own."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest
import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import quarantine
from khop.sync.reconciling import feed
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


@pytest.fixture(params=["here", "process"])
def read_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who reads: this process, or another one for any number of rows."""
    if request.param == "process":
        monkeypatch.setattr(feed, "MANY_ROWS", 0)
        monkeypatch.setattr(feed, "MANY_CODES", 0)
    return str(request.param)


def test_values_come_as_they_are(ledger: Ledger, read_by: str) -> None:
    fill(ledger, 100)
    with open_feed(ledger, {"quarantine": MIXED}, {"known": ["igate"]}) as tables:
        ((name, reader),) = ((name, reader.read_all()) for name, reader in tables)
    assert name == "quarantine"
    assert reader.schema == MIXED.schema
    assert reader.to_pylist() == expected(100)


def test_a_table_of_several_batches_is_whole(ledger: Ledger, read_by: str) -> None:
    fill(ledger, 40_000)
    with open_feed(ledger, {"quarantine": MIXED}, {"known": ["igate"]}) as tables:
        for _, reader in tables:
            batches = list(reader)
    assert len(batches) > 2
    assert pa.Table.from_batches(batches).to_pylist() == expected(40_000)


def test_a_table_without_rows_has_its_columns(ledger: Ledger, read_by: str) -> None:
    with open_feed(ledger, {"quarantine": MIXED}, {"known": []}) as tables:
        for _, reader in tables:
            assert reader.read_all() == MIXED.schema.empty_table()


def test_all_tables_are_of_one_moment(ledger: Ledger, read_by: str) -> None:
    fill(ledger, 10)
    counted = TableQuery("SELECT count(*) FROM quarantine", pa.schema([("n", pa.int64())]))
    seen = []
    with open_feed(ledger, dict.fromkeys(("quarantine", "presence"), counted), {}) as tables:
        for _, reader in tables:
            seen += reader.read_all().to_pylist()
            with ledger.write() as connection:
                connection.execute(sa.delete(quarantine))
    assert seen == [{"n": 10}, {"n": 10}]


def test_a_hundred_thousand_values_narrow_what_is_read(ledger: Ledger, read_by: str) -> None:
    fill(ledger, 50)
    wanted = [str(i) for i in range(10, 100_000, 3)]
    sets = {"wanted": wanted, "known": ["igate", 'o\'ther "one"']}
    narrowed = TableQuery(
        f"SELECT * FROM ({MIXED.sql}) WHERE key IN (SELECT value FROM wanted)", MIXED.schema
    )
    with open_feed(ledger, {"quarantine": narrowed}, sets) as tables:
        for _, reader in tables:
            found = reader.read_all().column("key").to_pylist()
    assert found == [str(i) for i in range(10, 50, 3)]


def test_a_table_that_was_not_read_to_its_end_is_an_error(ledger: Ledger, read_by: str) -> None:
    queries = dict.fromkeys(("quarantine", "presence"), VALUE)
    with (
        pytest.raises(RuntimeError, match="quarantine"),
        open_feed(ledger, queries, {"given": ["a"]}) as tables,
    ):
        list(tables)


def test_what_fails_while_duckdb_reads_is_an_error_of_the_ledger(
    ledger: Ledger, read_by: str
) -> None:
    wrong = TableQuery(
        "SELECT CASE value WHEN 'b' THEN abs(-9223372036854775808) ELSE value END FROM given",
        VALUE.schema,
    )
    sets = {"given": ["a"] * 40_000 + ["b"]}
    with (
        pytest.raises(LedgerError, match="integer overflow") as caught,
        duckdb.connect() as connection,
        open_feed(ledger, {"presence": wrong}, sets) as tables,
    ):
        for name, reader in tables:
            connection.register(name, reader)
            connection.execute(f"CREATE TABLE kept AS SELECT * FROM {name}")
    assert ledger.place in str(caught.value)


def test_few_rows_or_few_wanted_codes_start_no_process(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MANY_ROWS", 50)
    monkeypatch.setattr(feed, "MANY_CODES", 5)
    started: list[int] = []

    def count(*given: object) -> None:
        started.append(1)
        raise OSError

    monkeypatch.setattr(feed, "FeedProcess", count)

    def processes(wanted: int | None) -> int:
        started.clear()
        sets = {"known": ["igate"], "wanted": ["a"] * (wanted or 0)}
        if wanted is None:
            del sets["wanted"]
        with open_feed(ledger, {"quarantine": MIXED}, sets) as tables:
            assert [reader.read_all().num_rows for _, reader in tables] == [rows]
        return len(started)

    for rows, wanted, expected_processes in (
        (49, None, 0),
        (50, None, 1),
        (50, 4, 0),
        (50, 5, 1),
    ):
        fill(ledger, rows)
        assert processes(wanted) == expected_processes
        with ledger.write() as connection:
            connection.execute(sa.delete(quarantine))
