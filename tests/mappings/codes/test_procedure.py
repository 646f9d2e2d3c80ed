"""Codes of procedures: base, authority and case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.codes.grammar import Order, code_grammar
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.procedure import (
    ProcedureCode,
    base_procedure,
    parse_procedure,
    same_procedure,
)

BASES = st.from_regex(r"[0-9]\.[0-9]{6}", fullmatch=True)
CASES = st.from_regex(r"[0-9]{2}", fullmatch=True)
LEVEL_ONES = st.from_regex(r"[GH](0[1-9]|1[0-9])", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "grammar", "base", "authority", "case"),
    [
        ("2.000635", "P1", "2.000635", None, None),
        ("2.000815.02", "P2", "2.000815", None, "02"),
        ("1.001612.000.00.00.H48", "P3", "1.001612", "000.00.00.H48", None),
        ("2.000815.000.00.00.H55.02", "P3", "2.000815", "000.00.00.H55", "02"),
        ("1.001612.000.A0.01.H26", "P3", "1.001612", "000.A0.01.H26", None),
        ("1.012784.H21", "P4", "1.012784", "H21", None),
        ("1.012784.h21.02 ", "P4", "1.012784", "H21", "02"),
        ("1.012784.H21.242", "P5", "1.012784", None, None),
        ("1.012784.H21.02.03", "P5", "1.012784", None, None),
        ("1.012784.000.00.00.H55.2", "P5", "1.012784", None, None),
        ("1.012784.1", "P5", "1.012784", None, None),
        ("1.012784..", "P5", "1.012784", None, None),
    ],
)
def test_codes_seen_in_use_are_read(
    written: str, grammar: str, base: str, authority: str | None, case: str | None
) -> None:
    parsed = parse_procedure(written)
    whose = None if authority is None else parse_organisation(authority)
    code = written.strip().upper()
    assert parsed == ProcedureCode(code, "", grammar, base, whose, case)
    assert (parsed.raw, parsed.compared, parsed.unknown_shape) == (written, base, False)


def test_the_authority_is_read_in_its_order() -> None:
    zeros, bare = parse_procedure("1.1.000000"), parse_procedure("1.001612.000.00.00.H48")
    assert zeros.authority is None
    assert bare.authority is not None
    assert (bare.authority.order, bare.authority.levels) == (Order.OLD, ("H48",))


@pytest.mark.parametrize(
    "written",
    ["QT-SXD-01", "1.00161", "1.0016123", "11.001612", "1.001612.", "1.001612-H48", "A.001612"],
)
def test_an_unknown_shape_is_kept_and_compared_as_text(written: str) -> None:
    parsed = parse_procedure(written)
    assert parsed == ProcedureCode(written, written)
    assert (parsed.base, parsed.authority, parsed.case) == (None, None, None)
    assert (parsed.compared, parsed.unknown_shape) == (written, True)


def test_a_blank_code_equals_no_other() -> None:
    assert parse_procedure(" \t").compared is None


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
def test_procedures_are_compared_by_their_base(written: str, base: str | None) -> None:
    assert base_procedure(written) == base


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1.001612.000.00.00.H48", "1.001612", True),
        ("1.001612.H48", "1.001612.000.00.00.H55.02", True),
        ("1.001612", "1.001613", False),
        ("1.001612", "2.001612", False),
        ("qt-01", " QT-01", True),
        ("QT-01", "QT-02", False),
        ("1.001612", "", False),
        ("", "1.001612", False),
        ("", " ", False),
    ],
)
def test_codes_with_one_base_are_one_procedure(one: str, other: str, same: bool) -> None:
    assert same_procedure(one, other) is same


@given(BASES, LEVEL_ONES, CASES)
def test_a_code_put_together_reads_back_as_its_parts(base: str, level_one: str, case: str) -> None:
    for authority in (level_one, f"000.00.00.{level_one}"):
        parsed = parse_procedure(f"{base}.{authority}.{case}")
        assert (parsed.base, parsed.case) == (base, case)
        assert parsed.authority is not None
        assert parsed.authority.levels == (level_one,)


@given(st.text() | st.from_regex(r"[0-9]\.[0-9]{5,7}[.0-9A-Za-z]{0,20}", fullmatch=True))
def test_a_base_code_is_its_own_base(text: str) -> None:
    base = base_procedure(text)
    assert base_procedure(base or "") == base
    assert base == parse_procedure(text).compared
    assert same_procedure(text, text) is (base is not None)


def test_a_province_adds_a_shape_of_its_own() -> None:
    row = {
        "id": "TINH1",
        "name": "local procedures",
        "pattern": "^QT-([0-9]+)(?:/([0-9]+))?$",
        "parts": ["base", "case"],
        "source": "QĐ 1/QĐ-UBND",
    }
    grammar = code_grammar({"procedure": [row]})
    assert parse_procedure("qt-12", grammar).base == "12"
    assert parse_procedure("qt-12", grammar).case is None
    assert parse_procedure("QT-12/3", grammar).case == "3"
    assert parse_procedure("1.001612", grammar).grammar == "P1"
