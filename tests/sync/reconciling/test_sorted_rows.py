"""Rows are read in their order, whether they fit into memory or not."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from khop.sync.reconciling.buckets.sorted_rows import SortedRows

SCHEMA = pa.schema([("a", pa.string()), ("b", pa.string()), ("c", pa.string()), ("n", pa.int64())])
#: Their order by code points is not that of a language, of UTF-16, or of upper and lower case.
TEXTS = ("a", "A", "Z", "đ", "Đ", "e\u0301", "é", "\uffee", "\U0001f600", "row:1", "H99-1", "")


@pytest.mark.parametrize("number", [0, 1, 500, 20_000, 45_123])
def test_they_are_read_as_python_sorts_them(number: int, tmp_path: Path) -> None:
    rng = random.Random(number)
    rows = SortedRows(tmp_path / "rows.parquet", SCHEMA, keys=2)
    given = {(rng.choice(TEXTS), f"{rng.choice(TEXTS)}{i}"): i for i in range(number)}
    for (a, b), i in given.items():
        rows.add((a, b, None if i % 3 else "\x00'\n", i))
    found = list(rows)
    assert [row[:2] for row in found] == sorted(given)
    assert all(given[row[0], row[1]] == row[3] for row in found)
    assert all((row[2] is None) == bool(row[3] % 3) for row in found)
    assert [path.is_dir() for path in tmp_path.iterdir()].count(False) == (number >= 20_000)
