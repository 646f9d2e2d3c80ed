from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.codes import CodeParts, base_procedure, canonical_code, code_patterns, parse_code


@pytest.mark.parametrize(
    "spelling",
    [
        "H99.18.03-250820-0012",
        "h99.18.03-250820-0012",
        " H99.18.03 - 250820 - 0012\n",
        "H99.18.03\u00a0-250820-0012",
        "\ufeffH99.18.03-\u200b250820-0012\u200d",
        "H99.18.03-\u00ad250820-0012\t",
    ],
)
def test_one_spelling_of_a_code(spelling: str) -> None:
    assert canonical_code(spelling) == "H99.18.03-250820-0012"


def test_composed_and_decomposed_are_one() -> None:
    composed = "đk-ế-250820-0012"
    assert canonical_code(unicodedata.normalize("NFD", composed)) == canonical_code(composed)


@given(st.text())
def test_a_canonical_code_stays_as_it_is(text: str) -> None:
    code = canonical_code(text)
    assert canonical_code(code) == code
    assert unicodedata.is_normalized("NFC", code)
    assert not any(char.isspace() for char in code)


@pytest.mark.parametrize(
    ("code", "grammar", "unit", "day", "serial", "synthetic"),
    [
        ("000.00.06.H56-231027-0361", "F1", "000.00.06.H56", (2023, 10, 27), "0361", False),
        ("000.A0.01.H26-210212-9090", "F1", "000.A0.01.H26", (2021, 2, 12), "9090", False),
        ("H56.14-240823-0001", "F2", "H56.14", (2024, 8, 23), "0001", False),
        ("H15.50.05.13-261008-0975", "F2", "H15.50.05.13", (2026, 10, 8), "0975", False),
        ("H55.242-260101-0001", "F2", "H55.242", (2026, 1, 1), "0001", False),
        ("G22.99-250820-000777", "F3", "G22.99", (2025, 8, 20), "000777", False),
        ("000.00.16.H99-260302-0312345", "F3", "000.00.16.H99", (2026, 3, 2), "0312345", False),
        ("G09.20-20260609-0092637", "F4", "G09.20", (2026, 6, 9), "0092637", False),
        ("H99.12-250115-48213", "F5", "H99.12", (2025, 1, 15), "48213", True),
        ("h99.12-250115-48213 ", "F5", "H99.12", (2025, 1, 15), "48213", True),
    ],
)
def test_live_shapes(
    code: str, grammar: str, unit: str, day: tuple[int, int, int], serial: str, synthetic: bool
) -> None:
    parts = parse_code(code)
    assert (parts.grammar, parts.unit, parts.serial) == (grammar, unit, serial)
    assert (parts.date, parts.synthetic) == (date(*day), synthetic)


@pytest.mark.parametrize("code", ["", "HS/2025/0012", "H99.18-2508-1", "H99-250820-123", "LT-1"])
def test_an_unknown_shape_is_kept_and_says_nothing(code: str) -> None:
    assert parse_code(code) == CodeParts(canonical_code(code))


def test_digits_that_are_no_day_leave_the_shape_known() -> None:
    parts = parse_code("H99.18-251399-0001")
    assert (parts.grammar, parts.date) == ("F2", None)


def test_the_patterns_work_as_one_alternation() -> None:
    any_shape = re.compile("|".join(f"({pattern})" for pattern in code_patterns().values()))
    assert any_shape.search("H56.14-240823-0001")
    assert not any_shape.search("HS/2025/0012")


@given(st.from_regex(r"[A-Z0-9.]{1,12}-[0-9]{5,9}-[0-9]{3,8}", fullmatch=True))
def test_the_patterns_and_the_parser_agree(code: str) -> None:
    matching = [name for name, pattern in code_patterns().items() if re.search(pattern, code)]
    assert parse_code(code).grammar == (matching[0] if matching else None)


def test_the_patterns_hold_nothing_an_sql_engine_lacks() -> None:
    for pattern in code_patterns().values():
        assert pattern.startswith("^") and pattern.endswith("$")
        assert "(?" not in pattern and "\\d" not in pattern


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("1.001612", "1.001612"),
        ("1.001612.000.00.00.H48", "1.001612"),
        ("1.012784.H21", "1.012784"),
        ("2.000815.000.00.00.H55.02", "2.000815"),
        ("1.001612.h48 ", "1.001612"),
        ("QT-SXD-01", "QT-SXD-01"),
        ("qt-01", "QT-01"),
        ("  ", None),
    ],
)
def test_procedures_are_compared_on_their_base(written: str, base: str | None) -> None:
    assert base_procedure(written) == base
