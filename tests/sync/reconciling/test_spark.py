"""Cases and rules on a server of Spark Connect: what DuckDB says, word for word."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.errors import KhopError
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.privacy import Privacy, ensure_key
from khop.sync.reconciling.buckets.outcome import Outcome
from khop.sync.reconciling.cases.days import day_table
from khop.sync.reconciling.ledger_inputs import Selection, read_inputs
from khop.sync.reconciling.near_codes import match_codes
from khop.sync.reconciling.rule_query import judge
from khop.sync.reconciling.rules import RULES, Clock
from khop.sync.reconciling.rules.excuses import spans_us
from khop.sync.reconciling.spark_session import Spark, connect
from khop.sync.reconciling.sql import question
from khop.sync.reconciling.warehouse import Cases, case_query, ledger_cases, load_duckdb, run_duckdb
from khop.sync.reconciling.warehouse_spark import spark_cases
from tests.ledgers import keyed
from tests.spark import MODES, remote, sail
from tests.sync.drawn_worlds.draw import NOWS, ONE_STOPS, TODAY, draw_world, moment
from tests.sync.drawn_worlds.store import SOURCES, store
from tests.sync.reconciling.paper_candidates import matched
from tests.tiers import examples, seed
from tools.rule_sql import SETTINGS

__all__ = ["remote"]

pytestmark = pytest.mark.slow

SELECTION = Selection(sources=SOURCES, one_stops=ONE_STOPS)
#: As many neighbourhoods as make every rule fire.
SIZE = examples(fast=200, full=200, deep=2000)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger with a drawn world, its paper matched."""
    folder = tmp_path_factory.mktemp("ledger")
    ensure_key(folder / "khop.key")
    url = f"sqlite:///{folder / 'khop.db'}"
    create_ledger(url)
    made = keyed(url, folder)
    store(draw_world(seed(1), SIZE), made, Privacy(folder / "khop.key"))
    with made.write() as connection:
        matched(connection, Tables(), SOURCES)
        match_codes(connection, Tables(), SOURCES, None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The ledger's inputs as the cluster reads them; a table without rows has no file."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    with read_inputs(ledger, SELECTION) as feed:
        for name, reader in feed:
            path, table = folder / f"{name} có dấu.parquet", reader.read_all()
            if table.num_rows:
                pq.write_table(table, path)
                found[name] = [str(path)]
    return found


@contextmanager
def in_duckdb(ledger: Ledger, clock: Clock) -> Iterator[Cases]:
    with ledger_cases(
        ledger,
        SELECTION,
        extra={"day": day_table(clock.calendar)},
        shapes=clock.tables.codes.dossier,
        migrations=spans_us(clock.settings.migrations),
    ) as cases:
        yield cases


def on_spark(spark: Spark, files: dict[str, list[str]], clock: Clock) -> Cases:
    spark.view_of_rows("day", day_table(clock.calendar))
    migrations = spans_us(clock.settings.migrations)
    made = case_query("spark", True, True, clock.tables.codes.dossier, migrations)
    return spark_cases(spark, files, made)


def rows_of(cases: Cases) -> list[str]:
    return sorted(str(row) for row in cases.rows(cases.table))


def judged(cases: Cases, clock: Clock) -> Outcome:
    """There is too little to need a folder."""
    outcome = Outcome(Path("no folder"))
    judge(cases, clock, clock.settings.model_dump_json(), outcome)
    return outcome


def compare(found: Outcome, expected: Outcome) -> None:
    assert list(found.found()) == list(expected.found())
    assert list(found.rechecks()) == list(expected.rechecks())
    numbers = [(each.cases, each.unmapped, each.excused) for each in (found, expected)]
    assert numbers[0] == numbers[1]


def test_every_rule_fires_where_duckdb_says_as_time_passes(
    ledger: Ledger, files: dict[str, list[str]], remote: str
) -> None:
    fired = set()
    with connect(remote) as spark:
        for now in NOWS:
            clock = Clock(moment(now), Tables(), RuleSettings())
            with in_duckdb(ledger, clock) as cases:
                expected = judged(cases, clock)
            compare(judged(on_spark(spark, files, clock), clock), expected)
            fired |= {found.rule.id for found in expected.found()}
    assert fired == set(RULES)


def test_several_workers_make_the_same_cases_with_excuses_of_each_kind(
    ledger: Ledger, files: dict[str, list[str]]
) -> None:
    clock = Clock(moment(TODAY), Tables(), SETTINGS)
    with sail(MODES[1]) as address, connect(address) as spark, in_duckdb(ledger, clock) as cases:
        on_workers = on_spark(spark, files, clock)
        assert rows_of(on_workers) == rows_of(cases)
        compare(judged(on_workers, clock), judged(cases, clock))


def test_a_province_of_which_nothing_is_known_has_no_case(remote: str) -> None:
    clock = Clock(moment(TODAY), Tables(), RuleSettings())
    with connect(remote) as spark:
        found = judged(on_spark(spark, {}, clock), clock)
    assert (list(found.found()), found.cases, found.unmapped) == ([], 0, 0)


#: Text at which databases differ: line breaks at the end, marks, signs outside of the first plane.
TEXTS = (
    *(None, "", " ", "a", "A", "á", "a\u0301", "đ", "Đ", "z", "~", "\U0001f600x", "\uffee"),
    *("H29.12-260101-0001", "H29.12-260101-0001\n", "x\nH29.12-260101-0001", "\\", "'", "%_"),
    *("000.00.01.H29-261120-0001", "H29.12-\uff12\uff160101-0001", " unit ", "x unit y", "unit"),
)
NUMBERS = (None, 0, 1, -1, 86_399_999_999, 86_400_000_000, -86_400_000_001, 4_102_444_799_999_999)


def test_texts_and_numbers_are_compared_as_duckdb_does(remote: str) -> None:
    rows = pa.table(
        {
            "text": pa.array(TEXTS, pa.string()),
            "number": pa.array((NUMBERS * 4)[: len(TEXTS)], pa.int64()),
            "place": pa.array(range(len(TEXTS)), pa.int64()),
        }
    )
    t = ibis.table(ibis.Schema.from_pyarrow(rows.schema), "rows")
    downwards = [t.text.desc(), t.number.desc(), t.place]
    pattern = "^(?:([0-9A-Z.]+)-([0-9]{6})-([0-9]{4}))$"
    asked = t.mutate(
        fits=t.text.re_search(pattern),
        date=t.text.re_extract(pattern, 2),
        length=t.text.length(),
        rest=t.text.substr(1),
        part=t.text.substr(1, 2),
        starts=t.text.startswith("H"),
        holds=t.text.contains(" unit "),
        joined=t.text + "|" + t.text,
        day=(t.number + 25_200_000_000) // 86_400_000_000,
        half=t.number // 2,
        even=t.number % 2 == 0,
        gap=(t.number - 5).abs(),
        least=ibis.least(t.number, t.place),
        first=ibis.row_number().over(ibis.window(order_by=[t.text, t.place])),
        last=ibis.row_number().over(ibis.window(order_by=downwards)),
        low=t.text.min().over(ibis.window()),
        high=t.text.max().over(ibis.window()),
    )
    sums = t.aggregate(
        texts=t.text.group_concat("", order_by=t.text),
        at_least=t.text.argmin(t.place, where=t.number.notnull()),
        at_most=t.number.argmax(t.place, where=t.text.notnull()),
        count=t.count(where=t.number > 0),
        above=(t.number > 5).cast("int32").sum(),
    )
    with connect(remote) as spark, duckdb.connect() as connection:
        load_duckdb(connection, "rows", rows)
        spark.view_of_rows("rows", rows)
        for expression in (asked, sums):
            expected = list(run_duckdb(connection, question(expression, "duckdb")))
            made = question(expression, "spark")
            found = spark.answer(made.sql).cast(made.schema.to_pyarrow()).to_pylist()
            assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sc://127.0.0.1:1/;token=secret", "nothing answers at 127.0.0.1:1"),
        ("http://127.0.0.1:1/;token=secret", "the address of a cluster is sc://HOST:PORT"),
        ("sc://127.0.0.1:x/;token=secret", "the address of a cluster is sc://HOST:PORT"),
    ],
)
def test_who_cannot_be_reached_is_named_without_the_token(address: str, said: str) -> None:
    with pytest.raises(KhopError, match=said) as raised, connect(address):
        pass
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("rest", ["/;secret", "/secret", "/;token=secret;session_id=secret"])
def test_an_address_that_pyspark_refuses_is_not_repeated(rest: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"sc://127.0.0.1:{server.getsockname()[1]}{rest}"
        with pytest.raises(KhopError, match="the address of a cluster is") as raised:
            connect(address).__enter__()
    assert "secret" not in str(raised.value)


def test_a_file_that_is_not_there_is_named(remote: str, tmp_path: Path) -> None:
    with connect(remote) as spark:
        with pytest.raises(KhopError, match=r"manifest\.json"):
            spark.text(str(tmp_path / "manifest.json"))
        assert spark.digests([str(tmp_path / "no.parquet")]) == {}
