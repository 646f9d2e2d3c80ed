"""The cases of buckets are those of the whole ledger, however many buckets there are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from khop.sync.ledger import Ledger, create_ledger
from khop.sync.reconciling.ledger_inputs import Selection, read_inputs
from khop.sync.reconciling.partition import Partition, bucket_of, bucket_sql, partition
from khop.sync.reconciling.warehouse import case_query, duckdb_cases, ledger_cases
from tests.sync.reconciling.drawn_rows import draw_rows, fill

SELECTIONS = [
    Selection(),
    Selection(phantoms=False, sources=["igate", "dvcqg", "so"], one_stops=["igate"]),
    Selection(only=["H99.1.3-261110-0003", "Đ-1", "row:k1", "d-1"]),
]


def parted(ledger: Ledger, selection: Selection, folder: Path, buckets: int) -> Partition:
    folder.mkdir()
    with read_inputs(ledger, selection, owned=True) as tables:
        return partition(tables, folder, buckets)


def cases_of(parts: Partition, selection: Selection) -> list[list[dict[str, Any]]]:
    """The cases of each bucket."""
    made = case_query("duckdb", selection.phantoms, False, ())
    found = []
    with duckdb.connect() as connection:
        for bucket in range(parts.buckets):
            parts.load(connection, bucket)
            cases = duckdb_cases(connection, made)
            found.append(list(cases.rows(cases.table)))
    return found


def in_order(cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(cases, key=lambda row: str(row["subject"]))


def drawn(tmp_path: Path, seed: int, rows: int, aliases: Sequence[str]) -> Ledger:
    url = f"sqlite:///{tmp_path / f'{seed}-{rows}.db'}"
    create_ledger(url)
    ledger = Ledger(url)
    rng = random.Random(seed)
    made = draw_rows(rng, rows)
    made["record_alias"] = [
        row | {"alias": rng.choice(aliases)} for row in made["record_alias"] if aliases
    ]
    fill(ledger, made)
    return ledger


CODES = [f"H99.1.{n}-261110-000{n}" for n in range(9)]
ALIASES = [*CODES, *(f"G22.99-261110-000{n}" for n in range(20)), "Đ-1", "lạ"]


def check(ledger: Ledger, selection: Selection, folder: Path, buckets: int) -> None:
    with ledger_cases(ledger, selection) as cases:
        whole = in_order(list(cases.rows(cases.table)))
    parts = parted(ledger, selection, folder / f"in-{buckets}", buckets)
    found = [case for bucket in cases_of(parts, selection) for case in bucket]
    assert in_order(found) == whole


@pytest.mark.parametrize(("seed", "rows"), [(1, 150), (4, 12)])
def test_buckets_have_the_cases_of_the_whole(seed: int, rows: int, tmp_path: Path) -> None:
    """Dossiers, answers and rows about few codes; some aliases are codes of other dossiers."""
    with closing(drawn(tmp_path, seed, rows, ALIASES)) as ledger:
        check(ledger, Selection(), tmp_path, 5)


@pytest.mark.slow
@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("rows", [150, 40, 12, 5, 1])
def test_any_number_of_buckets_has_the_cases_of_the_whole(
    rows: int, selection: Selection, tmp_path: Path
) -> None:
    with closing(drawn(tmp_path, rows, rows, ALIASES)) as ledger:
        for buckets in (1, 2, 7, 64):
            check(ledger, selection, tmp_path, buckets)


def test_codes_that_aliases_tie_together_have_one_bucket(tmp_path: Path) -> None:
    """Dossiers 0, 1, 2, … of which each has the code of the next one as an alias: one long chain,
    in an order by code that is not that of the chain."""
    url = f"sqlite:///{tmp_path / 'chain.db'}"
    create_ledger(url)
    codes = [f"H99-{n * 7919 % 1000:03}" for n in range(300)]
    made = draw_rows(random.Random(1), 0)
    records = draw_rows(random.Random(2), len(codes))["source_record"]
    for record, code, alias in zip(records, codes, [*codes[1:], "G22-1"], strict=True):
        record |= {"source": "igate", "role": "one_stop", "native_id": code, "code": code}
        made["source_record"].append(record)
        made["record_alias"].append({"source": "igate", "native_id": code, "alias": alias})
    with closing(Ledger(url)) as ledger:
        fill(ledger, made)
        parts = parted(ledger, Selection(), tmp_path / "in", 64)
    held = [bucket for bucket in range(64) if parts.files("source_record", bucket)]
    assert held == [bucket_of(min([*codes, "G22-1"]), 64)]
    assert [bucket for bucket in range(64) if parts.files("record_alias", bucket)] == held


def test_codes_that_no_alias_ties_are_spread_by_the_hash(tmp_path: Path) -> None:
    with closing(drawn(tmp_path, 9, 200, aliases=())) as ledger:
        parts = parted(ledger, Selection(), tmp_path / "in", 7)
    by_bucket: dict[int, set[str]] = {}
    with duckdb.connect() as connection:
        for bucket in range(7):
            parts.load(connection, bucket)
            found = connection.execute("SELECT DISTINCT code FROM near_code").fetchall()
            by_bucket[bucket] = {code for (code,) in found}
    assert sum(map(bool, by_bucket.values())) > 1
    for bucket, codes in by_bucket.items():
        assert {bucket_of(code, 7) for code in codes} <= {bucket}


def test_python_and_the_database_give_a_code_the_same_bucket() -> None:
    codes = ["", "H99.1.3-261110-0003", "Đ-1", "row:k1", "e\u0301", "é", "😀"]
    with duckdb.connect() as connection:
        for buckets in (1, 2, 7, 64, 1000):
            asked = f"SELECT {bucket_sql('?', buckets)}"
            found = [connection.execute(asked, [code]).fetchone() for code in codes]
            assert found == [(bucket_of(code, buckets),) for code in codes]
