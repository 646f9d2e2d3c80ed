"""Codes of organisations in the old and in the new order."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from khop.mappings.codes.grammar import Order, code_grammar
from khop.mappings.codes.organisation import (
    OrganisationCode,
    normal_organisation,
    parse_organisation,
    same_organisation,
)

OLD, NEW = Order.OLD, Order.NEW
NEW_CODES = st.from_regex(r"[GH](0[1-9]|1[0-9])(\.[0-9A-Z]{1,4}){0,5}", fullmatch=True)
OLD_CODES = st.from_regex(r"[0-9A-Z]{3}(\.[0-9A-Z]{2}){2}\.[A-Z][0-9]{2}", fullmatch=True)
ANY_CODES = NEW_CODES | OLD_CODES | st.text()


@pytest.mark.parametrize(
    ("code", "order", "levels"),
    [
        ("000.17.22.H56", OLD, ("H56", "22", "17")),
        ("000.00.53.H48", OLD, ("H48", "53")),
        ("000.A0.01.H26", OLD, ("H26", "01", "A0")),
        ("001.17.22.H56", OLD, ("H56", "22", "17", "001")),
        ("000.00.00.H56", OLD, ("H56",)),
        ("000.00.18.G12", OLD, ("G12", "18")),
        ("000.00.00.Z99", OLD, ("Z99",)),
        ("000.00.00.Q00", OLD, ("Q00",)),
        ("H56.14", NEW, ("H56", "14")),
        ("H15.50.05.13", NEW, ("H15", "50", "05", "13")),
        ("H55.242", NEW, ("H55", "242")),
        ("H01.151", NEW, ("H01", "151")),
        ("G09.20", NEW, ("G09", "20")),
        ("H56", NEW, ("H56",)),
        ("A00.1", NEW, ("A00", "1")),
    ],
)
def test_both_orders_give_the_same_levels(code: str, order: Order, levels: tuple[str, ...]) -> None:
    parsed = parse_organisation(code.lower())
    grammar = {OLD: "O1", NEW: "O2"}[order]
    assert parsed == OrganisationCode(code, "", grammar, order, levels)
    assert (parsed.level_one, parsed.unknown_shape) == (levels[0], False)


def test_the_written_text_is_kept_and_not_compared() -> None:
    one, other = parse_organisation(" h56.14 "), parse_organisation("H56.14")
    assert (one.raw, one.code) == (" h56.14 ", "H56.14")
    assert one == other


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("000.17.00.H56", ("H56", "00", "17")),
        ("001.00.00.H56", ("H56", "00", "00", "001")),
        ("0X0.00.14.H56", ("H56", "14", "00", "0X0")),
        ("H56.00.00", ("H56", "00", "00")),
        ("H56.14.000", ("H56", "14", "000")),
    ],
)
def test_only_leading_zeros_of_the_old_order_are_filling(
    code: str, levels: tuple[str, ...]
) -> None:
    assert parse_organisation(code).levels == levels


@pytest.mark.parametrize(
    "code",
    [
        *("", "SNV", "CATINH", "5F2A-11", "H5", "H567", "H56.", ".H56", "H56..14", "Z56.14"),
        *("00.00.00.H56", "0000.00.00.H56", "000.0.00.H56", "000.00.000.H56", "000.00.00.H5"),
        *("000.00.00.G22:VPCPDVCPROVIDER", "VN:GOV:000.00.00.G22", "H56.14-1", "H56.Đ1"),
        *("0101234567", "000.00.00.00.H56", "H56." + "1" * 32),
    ],
)
def test_an_organisation_code_of_unknown_shape_is_kept(code: str) -> None:
    parsed = parse_organisation(code)
    assert parsed == OrganisationCode(code, code)
    assert (parsed.grammar, parsed.order, parsed.levels) == (None, None, ())
    assert (parsed.level_one, parsed.unknown_shape) == (None, True)
    assert (parsed.spelled(OLD), parsed.spelled(NEW)) == (None, None)
    assert normal_organisation(code) == code


def test_the_new_order_has_room_for_35_characters() -> None:
    assert parse_organisation("H56." + "1" * 31).levels == ("H56", "1" * 31)


@pytest.mark.parametrize(
    ("code", "order", "levels"),
    [
        ("H56.14.01.A12", NEW, ("H56", "14", "01", "A12")),
        ("A12.14.01.H56", OLD, ("H56", "01", "14", "A12")),
        # Both level-1 codes exist, or none: the order is not known.
        ("G22.00.00.H56", None, ()),
        ("A12.14.01.B34", None, ()),
    ],
)
def test_a_text_in_both_orders_is_read_by_the_known_level_one(
    code: str, order: Order | None, levels: tuple[str, ...]
) -> None:
    parsed = parse_organisation(code)
    assert (parsed.order, parsed.levels, parsed.unknown_shape) == (order, levels, order is None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.17.22.H56", "H56.22.17"),
        ("001.17.22.H56", "H56.22.17.001"),
        ("000.00.14.H56", "H56.14"),
        ("000.00.00.H56", "H56"),
        ("000.A0.01.H26", "H26.01.A0"),
        ("000.17.00.H56", "H56.00.17"),
    ],
)
def test_one_organisation_has_a_spelling_in_each_order(old: str, new: str) -> None:
    for code in (old, new):
        assert parse_organisation(code).spelled(OLD) == old
        assert parse_organisation(code).spelled(NEW) == new
        assert parse_organisation(code).spelled(Order.EITHER) is None
        assert normal_organisation(code) == new
    assert same_organisation(old, new)
    assert same_organisation(new, old.lower())


@pytest.mark.parametrize(
    "code", ["H55.242", "H56.1", "H56.14.242", "H56.14.01.12", "H56.14.01.001.5", "H56.14.00"]
)
def test_five_levels_have_no_spelling_in_the_old_order(code: str) -> None:
    assert parse_organisation(code).spelled(OLD) is None
    assert parse_organisation(code).spelled(NEW) == code


def test_an_old_code_that_the_new_order_cannot_hold_stays_as_it_is() -> None:
    assert normal_organisation("000.00.00.z99") == "000.00.00.Z99"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("H56.14", "H56.15", False),
        ("H56", "H56.14", False),
        ("H56", "000.00.00.H56", True),
        ("snv", "SNV", True),
        ("SNV", "SXD", False),
        ("", "", False),
        (" ", "\n", False),
    ],
)
def test_organisations_are_compared_in_one_spelling(one: str, other: str, same: bool) -> None:
    assert same_organisation(one, other) is same


@given(ANY_CODES)
def test_a_normal_code_is_its_own_normal_form_and_means_the_same(code: str) -> None:
    normal = normal_organisation(code)
    assert normal_organisation(normal) == normal
    assert parse_organisation(normal).levels == parse_organisation(code).levels


@given(ANY_CODES, st.sampled_from([OLD, NEW]))
def test_a_spelling_reads_back_as_the_same_organisation(code: str, order: Order) -> None:
    parsed = parse_organisation(code)
    spelled = parsed.spelled(order)
    assume(spelled is not None)
    assert spelled is not None
    again = parse_organisation(spelled)
    assert (again.order, again.levels) == (order, parsed.levels)


@given(OLD_CODES.filter(lambda code: code.startswith("0")))
def test_an_old_code_is_its_own_old_spelling(code: str) -> None:
    assert parse_organisation(code).spelled(OLD) == code


@given(NEW_CODES)
def test_a_new_code_is_its_own_new_spelling(code: str) -> None:
    parsed = parse_organisation(code)
    assume(parsed.order is NEW)
    assert parsed.spelled(NEW) == code
    assert ".".join(parsed.levels) == code


def test_a_province_adds_a_shape_of_its_own() -> None:
    row = {
        "id": "TINH1",
        "name": "short codes",
        "pattern": "^(H99)/([A-Z]{3})$",
        "parts": ["level1", "level2"],
        "order": "new",
        "source": "QĐ 1/QĐ-UBND",
    }
    parsed = parse_organisation("h99/snv", code_grammar({"organisation": [row]}))
    assert (parsed.grammar, parsed.order, parsed.levels) == ("TINH1", NEW, ("H99", "SNV"))


def test_level_one_is_never_filling() -> None:
    row = {"id": "TINH1", "name": "n", "pattern": "^(0+)#$", "parts": ["level1"], "source": "s"}
    grammar = code_grammar({"organisation": [row | {"order": "old"}]})
    assert parse_organisation("000#", grammar).levels == ("000",)
