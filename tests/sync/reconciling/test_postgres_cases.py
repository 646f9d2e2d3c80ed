"""PostgreSQL makes the same cases as DuckDB, row for row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.many import insert_many
from khop.sync.ledger.schema import metadata
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.sql import Question
from khop.sync.reconciling.warehouse import ledger_cases
from khop.sync.reconciling.warehouse_postgres import refresh_statistics
from tests.postgres import Server
from tests.sync.reconciling.drawn_rows import DAY_US, draw_rows, fill

SELECTIONS = [
    Selection(),
    Selection(phantoms=False),
    Selection(sources=["igate", "dvcqg", "so"]),
    Selection(sources=["igate", "dvcqg"], one_stops=[]),
    Selection(only=["H99.1.3-261110-0003", "Đ-1", "row:k1"]),
    Selection(only=[], sources=[]),
]


@pytest.fixture
def two(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    """A ledger in SQLite and one in PostgreSQL, with the same rows."""
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    create_ledger(url)
    rng = random.Random(7)
    made = draw_rows(rng, 150)
    with closing(Ledger(url)) as one, closing(Ledger(postgres_url)) as other:
        for ledger in (one, other):
            fill(ledger, made)
        yield one, other


def _cases(ledger: Ledger, selection: Selection) -> list[dict[str, object]]:
    with ledger_cases(ledger, selection) as cases:
        return sorted(cases.rows(cases.table), key=lambda row: str(row["subject"]))


@pytest.mark.parametrize("selection", SELECTIONS)
def test_both_make_the_same_cases(selection: Selection, two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    expected = _cases(one, selection)
    assert _cases(other, selection) == expected
    assert bool(expected) is (selection.only != [])


def test_expressions_answer_alike_in_both(two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    assert _asked(other) == _asked(one) != []


def _asked(ledger: Ledger) -> list[dict[str, object]]:
    """Expressions that rules may use: days and remainders of times, patterns, the row before, a
    further table."""
    months = pa.table({"number": [0, 1, 2], "name": ["đầu", "Giữa", "cuối"]})
    with ledger_cases(ledger, extra={"month": months}) as made:
        cases = made.table
        named = ibis.table(ibis.Schema.from_pyarrow(months.schema), "month")
        asked = cases.mutate(
            day=cases.os_received_us // DAY_US,
            rest=cases.os_received_us % 3,
            fits=cases.code.re_search(r"^H99\.\d+\.[0-4]-"),
            serial=ibis.cases(
                (cases.code.re_search(r"-(\d{6})-"), cases.code.re_extract(r"-(\d{6})-", 1))
            ),
            before=cases.os_native_id.lag().over(ibis.window(order_by=cases.subject)),
            either=ibis.coalesce(cases.os_due_day, cases.po_due_day, False),
            late=(cases.os_due_us < cases.os_finished_us) & ~cases.os_no_due,
        )
        asked = asked.mutate(third=asked.day.abs() % 3).left_join(
            named, ibis._.third == named.number
        )
        asked = asked.select(
            "subject", "day", "rest", "fits", "serial", "before", "either", "late", "name"
        )
        return sorted(made.rows(asked), key=lambda row: str(row["subject"]))


def test_a_query_that_is_not_read_to_its_end_does_not_break_the_next(
    two: tuple[Ledger, Ledger],
) -> None:
    _, ledger = two
    with ledger_cases(ledger) as cases:
        total = len(list(cases.rows(cases.table)))
        first = next(cases.rows(cases.table))
        between = zip(cases.rows(cases.table), cases.rows(cases.table), strict=True)
        assert all(one == other for one, other in between)
        whole = cases.table
        counted = next(cases.rows(whole.aggregate(total=whole.count(), sum=whole.os_due_us.sum())))
    assert first["subject"] is not None
    assert counted["total"] == total
    assert isinstance(counted["sum"], int)


def test_no_temporary_table_stays_in_the_ledger(two: tuple[Ledger, Ledger]) -> None:
    _, ledger = two
    for _ in range(2):
        _cases(ledger, Selection())
    with ledger.read() as connection:
        found = connection.execute(sa.text("SELECT to_regclass('cases'), to_regclass('wanted')"))
        assert tuple(found.one()) == (None, None)


def test_rows_deleted_meanwhile_are_still_in_the_cases(two: tuple[Ledger, Ledger]) -> None:
    _, ledger = two
    with ledger_cases(ledger) as cases:
        before = len(list(cases.rows(cases.table)))
        with ledger.write() as connection:
            connection.execute(sa.delete(metadata.tables["source_record"]))
        assert len(list(cases.rows(cases.table))) == before


def test_a_server_that_goes_away_meanwhile_is_a_ledger_error(two: tuple[Ledger, Ledger]) -> None:
    _, ledger = two
    end = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'khop' AND pid <> pg_backend_pid()"
    )
    with (
        pytest.raises(LedgerError, match="cannot be reached"),
        ledger_cases(ledger) as cases,
    ):
        with ledger.write() as connection:
            connection.execute(end)
        list(cases.rows(cases.table))


def test_the_server_looks_at_tables_it_knows_nothing_of(postgres_url: str) -> None:
    tables = ["source_record", "record_alias", "presence"]

    def add_aliases(ledger: Ledger, start: int, count: int) -> None:
        rows = [
            {"source": "igate", "native_id": str(i), "alias": "a" * 40}
            for i in range(start, start + count)
        ]
        with ledger.write() as connection:
            insert_many(connection, metadata.tables["record_alias"], rows)

    def refreshed(ledger: Ledger) -> list[str]:
        with ledger.draft() as connection:
            return refresh_statistics(connection, tables)

    with closing(Ledger(postgres_url)) as ledger:
        with ledger.write() as connection:
            connection.exec_driver_sql("TRUNCATE record_alias")
            connection.exec_driver_sql("SELECT pg_stat_reset()")
        refreshed(ledger)  # the database may have held other rows before
        assert refreshed(ledger) == []
        add_aliases(ledger, 0, 3_000)
        assert refreshed(ledger) == ["record_alias"]
        with ledger.read() as connection:
            known = connection.exec_driver_sql(
                "SELECT reltuples FROM pg_class WHERE relname = 'record_alias'"
            ).scalar_one()
        assert known == 3_000
        assert refreshed(ledger) == []
        add_aliases(ledger, 3_000, 500)
        assert refreshed(ledger) == []
        add_aliases(ledger, 3_500, 3_000)
        assert refreshed(ledger) == ["record_alias"]


def test_all_cases_are_made_with_what_the_server_knows_by_then(postgres_url: str) -> None:
    rows = [{"source": "igate", "native_id": str(i), "alias": "a" * 90} for i in range(3_000)]
    known = "SELECT reltuples FROM pg_class WHERE relname = 'record_alias'"
    with closing(Ledger(postgres_url)) as ledger:
        with ledger.write() as connection:
            connection.exec_driver_sql("TRUNCATE record_alias")
            insert_many(connection, metadata.tables["record_alias"], rows)
        for selection, count in ((Selection(only=["a"]), -1), (Selection(), 3_000)):
            with ledger_cases(ledger, selection):
                pass
            with ledger.read() as connection:
                assert connection.exec_driver_sql(known).scalar_one() == count


def test_a_limit_of_time_of_the_server_does_not_cut_a_reconcile_short(
    postgres: Server, postgres_url: str
) -> None:
    limit = "ALTER ROLE postgres IN DATABASE khop {} statement_timeout"
    postgres.run(f"{limit.format('SET')} = '1234ms'")
    try:
        with closing(Ledger(postgres_url)) as ledger:
            now = "SELECT current_setting('statement_timeout') AS kept"
            with ledger.read() as connection:
                assert connection.exec_driver_sql(now).scalar_one() == "1234ms"
            with ledger_cases(ledger) as cases:
                left = cases.run(Question(now, ibis.schema({"kept": "string"})))
                assert list(left) == [{"kept": "0"}]
    finally:
        postgres.run(limit.format("RESET"))
