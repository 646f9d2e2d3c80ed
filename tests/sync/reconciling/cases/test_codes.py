"""A query reads the same parts of a code as ``parse_code``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import product

import ibis
import pyarrow as pa
import pytest

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import CodeGrammar, code_grammar, packaged_grammar
from khop.mappings.time.calendar import WorkingCalendar
from khop.sync.reconciling.cases.days import DATED, code_columns, day_table, working_days

CALENDAR = WorkingCalendar()

UNITS = ("H99", "H99.12", "H99.12.001", "000.00.12.H99", "G01.X", "ARCHIVE", "")
DAYS = ("261110", "101126", "20261110", "10112026", "260230", "180105", "999999", "")
SERIALS = ("0001", "00001", "000001", "0000001", "12345678", "A1")

DAY_FIRST = {
    "id": "TINH1",
    "name": "day first from 2026 on",
    "pattern": r"^(H99(?:\.[0-9]{2,3})*)[-/]([0-9]{6})-([0-9]{4,5})$",
    "parts": ["unit", "date", "serial"],
    "date_format": "ddMMyy",
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2030, 12, 31),
    "made_up_serial": 5,
    "source": "QĐ 12/QĐ-UBND",
}
NO_DATE = {
    "id": "TINH2",
    "name": "archive",
    "pattern": "^ARCHIVE--([0-9]+)$",
    "parts": ["serial"],
    "longest": 14,
    "source": "QĐ 12/QĐ-UBND",
}


def codes() -> list[str]:
    parts = product(UNITS, "-/", DAYS, SERIALS)
    return [f"{unit}{sign}{day}-{serial}" for unit, sign, day, serial in parts]


def queried(texts: Iterable[str], formats: CodeGrammar) -> list[dict[str, object]]:
    """The code columns of these codes, as a query of DuckDB makes them."""
    no_times = pa.array([None] * len(list(texts)), pa.int64())
    empty = {f"{name}_us": no_times for name in DATED}
    cases = ibis.memtable(pa.table({"code": list(texts), **empty}))
    read = working_days(
        code_columns(cases, formats.dossier), ibis.memtable(day_table(CALENDAR))
    ).select("code", "code_known", "code_made_up", "code_ord")
    found: list[dict[str, object]] = read.to_pyarrow().to_pylist()
    return found


@pytest.mark.parametrize(
    "formats",
    [
        packaged_grammar(),
        code_grammar({"dossier": [DAY_FIRST, NO_DATE]}),
        code_grammar({"dossier": [{**DAY_FIRST, "date_format": "yyMMdd"}]}),
    ],
    ids=["packaged", "own", "two years first"],
)
def test_a_query_reads_a_code_as_the_mapping_does(formats: CodeGrammar) -> None:
    for row in queried(codes(), formats):
        parts = parse_code(str(row["code"]), formats)
        known = parts.grammar is not None
        assert row["code_known"] is known, row
        assert bool(row["code_made_up"]) is parts.synthetic, row
        day = parts.date if parts.date and 1990 <= parts.date.year <= 2100 else None
        assert row["code_ord"] == (CALENDAR.ord(day) if day else None), row
