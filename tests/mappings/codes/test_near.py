"""Codes that may mean a dossier (docs/trust.md, What stands around a code)."""

# ruff: noqa: RUF001 letters of other alphabets that look like Latin ones

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.codes.dossier import CodeParts, parse_code
from khop.mappings.codes.grammar import CodeGrammar, code_grammar
from khop.mappings.codes.near import NearCode, near_codes, spellings
from khop.mappings.codes.written import is_proper
from khop.mappings.facts.packaged import load_table

CODE = "H99.18.14-261109-0001"
DAY = date(2026, 11, 9)
#: What the same six digits mean, read day first.
TURNED = date(2009, 11, 26)
LAST = {date(2026, 11, 30), date(2030, 11, 26)}


def own_grammar() -> CodeGrammar:
    """Shapes of a province: one of a letter that no packaged shape has, one with the day in
    front, one without a unit."""
    shape = {"date_format": "yyMMdd", "source": "s", "name": "n", "order": "new"}
    unit_first = {"id": "X1", "pattern": "^(Z[0-9.]+)-([0-9]{6})-([0-9]{4})$"}
    day_first = {"id": "X2", "pattern": r"^([0-9]{6})-(H[0-9.]+)-([0-9]{4})$"}
    no_unit = {"id": "X3", "pattern": "^TN([0-9]{6})-([0-9]{4})$"}
    return code_grammar(
        {
            "dossier": [
                shape | unit_first | {"parts": ["unit", "date", "serial"]},
                shape | day_first | {"parts": ["date", "unit", "serial"]},
                shape | no_unit | {"parts": ["date", "serial"]},
            ]
        }
    )


@pytest.mark.parametrize(
    ("text", "unit", "days", "number"),
    [
        ("261109-0001", (), {DAY, TURNED}, "1"),
        ("18.14-261109-0001", ("18", "14"), {DAY, TURNED}, "1"),
        ("H99.18.14-09112026-1", ("H99", "18", "14"), {DAY}, "1"),
        ("H99.18.14-20261109-0001", ("H99", "18", "14"), {DAY}, "1"),
        ("14-311226-20", ("14",), {date(2031, 12, 26), date(2026, 12, 31)}, "20"),
        ("H99.18.14-251399-0001", (), None, ""),
        # The year has two digits only where the day has six.
        ("00260911-7", (), {date(26, 9, 11)}, "7"),
        ("11092600-7", (), {date(2600, 9, 11)}, "7"),
        ("000.14.18.H99/261130/0120", ("000", "14", "18", "H99"), LAST, "120"),
        ("h99.18.14 - 261130 - 0001", ("H99", "18", "14"), LAST, "1"),
        ("Mã HS: H99.18.14_261130_0001", ("H99", "18", "14"), LAST, "1"),
        ("HS 14 261130 0001 (bổ sung)", ("14",), LAST, "1"),
        ("ϹH 261130-0001", (), LAST, "1"),
        ("26ll3O-OOQ1", (), LAST, "1"),
        ("Н99.18.14–261130–00I2", ("H99", "18", "14"), LAST, "12"),
        ("Ｈ９９.18.14-261130-0001", ("H99", "18", "14"), LAST, "1"),
        ("261130-0000", (), None, ""),
        ("261399-0001", (), None, ""),
        ("2611300-0001", (), None, ""),
        ("261130-00010000", (), None, ""),
        ("261130", (), None, ""),
        ("HS/2025/0012", (), None, ""),
        ("", (), None, ""),
    ],
)
def test_parts_of_a_code_are_read(
    text: str, unit: tuple[str, ...], days: set[date] | None, number: str
) -> None:
    wanted = () if days is None else (NearCode(unit, frozenset(days), number),)
    assert near_codes(text) == wanted


def test_each_code_of_a_text_is_read() -> None:
    found = near_codes("261130-0001; 14-261130-0002, 261399-0003")
    assert [(each.unit, each.number) for each in found] == [((), "1"), (("14",), "2")]


def test_a_text_is_read_up_to_five_hundred_characters() -> None:
    code = "261130-0001"
    assert len(near_codes("," * (500 - len(code)) + code)) == 1
    assert [each.number for each in near_codes("," * (500 - len(code)) + f"{code}5")] == ["1"]
    assert near_codes("," * 500 + code) == ()


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        (CODE, True),
        ("261109-0001", True),
        ("261109-1", True),
        ("091126-0001", True),
        ("09112026-0001", True),
        ("14.18.H99-261109-0001", True),
        ("000.14.18.H99-261109-0001", True),
        ("H99.18.14.00-261109-0001", True),
        ("18.14-261109-0001", True),
        ("14.18-261109-0001", True),
        ("14-261109-0001", True),
        ("H99.I8.l4-261109-0001", True),
        # another day, another number, another unit, and a level that is not the last
        ("261110-0001", False),
        ("261109-0002", False),
        ("261109-0010", False),
        ("H99.18.15-261109-0001", False),
        ("H98.18.14-261109-0001", False),
        ("18-261109-0001", False),
        ("H99.18-261109-0001", False),
        ("H99.14-261109-0001", False),
        ("H99.18.14.01-261109-0001", False),
        ("11.H99.18.14-261109-0001", False),
        ("00-261109-0001", False),
    ],
)
def test_a_near_code_may_be_the_code_that_it_says_a_part_of(text: str, may_be: bool) -> None:
    (near,) = near_codes(text)
    assert near.may_be(parse_code(CODE)) is may_be
    assert near.may_be(parse_code("000.14.18.H99-20261109-0001")) is False
    assert near.may_be(parse_code("000.14.18.H99-261109-0001")) is may_be


def test_letters_for_digits_in_the_unit_of_the_dossier() -> None:
    (near,) = near_codes("H99.18.11-261109-0001")
    assert near.may_be(parse_code("H99.18.1I-261109-0001"))
    assert not near.may_be(parse_code("H99.18.1A-261109-0001"))


def test_groups_of_zeros_alone_are_left_out() -> None:
    (near,) = near_codes("H99.18-261109-0001")
    assert near.may_be(parse_code("H99.18.00-261109-0001"))
    assert not near.may_be(parse_code("H99.18.X0-261109-0001"))


def test_what_the_code_of_the_dossier_does_not_say_may_be_any() -> None:
    with_unit, bare = NearCode(("14",), frozenset({DAY}), "1"), NearCode((), frozenset({DAY}), "1")
    no_unit = CodeParts("X", "X", None, DAY, "0001")
    unknown_unit = CodeParts("X", "X", "PHONG TU PHAP", DAY, "0001")
    for parts in (no_unit, unknown_unit):
        assert bare.may_be(parts) is True
        assert with_unit.may_be(parts) is False
    for parts in (parse_code("HS/1"), CodeParts("X", "X", None, DAY), parse_code("")):
        assert bare.may_be(parts) is False


@given(
    st.from_regex(r"[A-H][0-9]{2}(\.[1-9][0-9]){0,3}", fullmatch=True),
    st.dates(date(2020, 9, 15), date(2099, 12, 31)),
    st.integers(1, 9999),
)
def test_every_way_to_write_a_code_that_is_read_is_near_to_it(
    unit: str, day: date, number: int
) -> None:
    parts = parse_code(f"{unit}-{day:%y%m%d}-{number:04}")
    groups = unit.split(".")
    ways = {
        f"{'.'.join(groups[start:])}-{written}-{number}"
        for start in range(len(groups))
        for written in (f"{day:%y%m%d}", f"{day:%Y%m%d}", f"{day:%d%m%Y}", f"{day:%d%m%y}")
    } | {f"{'/'.join(reversed(groups))}/{day:%d%m%y}/{number}"}
    for way in ways:
        assert any(near.may_be(parts) for near in near_codes(way))


def written_for(code: str, grammar: CodeGrammar | None = None) -> set[str]:
    """The spellings in plain letters and with the same letters and digits as codes have."""
    return {each for each in spellings(code, grammar) if each.isascii()}


def with_look_alikes(code: str) -> set[str]:
    """0, O and 1, I, L for each other, one at a time."""
    return {
        code[:at] + other + code[at + 1 :]
        for at, char in enumerate(code)
        for alike in ("0O", "1IL")
        if char in alike
        for other in alike
    }


def forms(units: set[str], days: set[str], numbers: set[str]) -> set[str]:
    return {f"{unit}-{day}-{number}" for unit in units for day in days for number in numbers}


FOUR_TO_SEVEN = {"0001", "00001", "000001", "0000001"}
DAYS = {"261109", "20261109"}


@pytest.mark.parametrize(
    ("code", "units", "numbers", "padded"),
    [
        (CODE, {"H99.18.14", "000.14.18.H99", "14.18.H99"}, FOUR_TO_SEVEN, (
            "H99.18.14.00", "H99.18.14.000", "H99.18.014")),
        ("000.14.18.H99-261109-0001", {"H99.18.14", "000.14.18.H99", "14.18.H99"},
            FOUR_TO_SEVEN, ()),
        ("H99.18-261109-0001", {"H99.18", "000.00.18.H99", "18.H99"}, FOUR_TO_SEVEN, (
            "H99.18.00", "H99.18.000", "H99.018")),
        ("H99-261109-0001", {"H99", "000.00.00.H99"}, FOUR_TO_SEVEN, ()),
        ("H99.18.14.022-261109-0001", {"H99.18.14.022", "022.14.18.H99"}, FOUR_TO_SEVEN, (
            "H99.18.14.022.00", "H99.18.14.022.000", "H99.18.14.22")),
        ("H99.18.007-261109-0001", {"H99.18.007", "007.18.H99"}, FOUR_TO_SEVEN, (
            "H99.18.007.00", "H99.18.007.000", "H99.18.07")),
        ("H99.18.00-261109-0001", {"H99.18.00", "00.18.H99"}, FOUR_TO_SEVEN, (
            "H99.18",)),
        ("H99.18.A1-261109-0001", {"H99.18.A1", "000.A1.18.H99", "A1.18.H99"}, FOUR_TO_SEVEN, ()),
        ("H99.18.14-261109-0000", {"H99.18.14", "000.14.18.H99", "14.18.H99"}, {
            "0000", "00000", "000000", "0000000"},
            ("H99.18.14.00", "H99.18.14.000", "H99.18.014")),
        ("H99.18.14-20261109-123456", {"H99.18.14", "000.14.18.H99", "14.18.H99"}, {
            "123456", "0123456"}, ("H99.18.14.00", "H99.18.14.000", "H99.18.014")),
    ],
)  # fmt: skip
def test_the_spellings_of_one_dossier_are_listed(
    code: str, units: set[str], numbers: set[str], padded: tuple[str, ...]
) -> None:
    tail = code[code.index("-") :]
    wanted = forms(units, DAYS, numbers) | {f"{unit}{tail}" for unit in padded}
    assert written_for(code) == (wanted | with_look_alikes(code)) - {code}


def test_a_provinces_own_shape_has_spellings_too() -> None:
    code, own = "Z1.05-261109-0001", own_grammar()
    padded = {f"{unit}-261109-0001" for unit in ("Z1.05.00", "Z1.05.000", "Z1.005")}
    wanted = forms({"Z1.05"}, DAYS, FOUR_TO_SEVEN) | padded | with_look_alikes(code)
    assert written_for(code, own) == wanted - {code}
    assert written_for(code) == with_look_alikes(code) - {code}


def test_zeros_are_put_behind_a_unit_that_stands_in_front_only() -> None:
    code = "261109-H99.18-0001"
    assert parse_code(code, own_grammar()).unit == "H99.18"
    ways = written_for(code, own_grammar()) - with_look_alikes(code)
    assert ways == forms({"H99.18", "000.00.18.H99", "18.H99"}, DAYS, FOUR_TO_SEVEN)


def test_a_code_without_a_unit_or_of_unknown_shape_has_those_in_other_letters_only() -> None:
    code = "TN261109-0001"
    assert parse_code(code, own_grammar()).tail == (DAY, "1")
    assert written_for(code, own_grammar()) == with_look_alikes(code) - {code}
    assert written_for("HS/2026/1") == {
        "HS/2O26/1", "HS/2026/I", "HS/2026/L",
    }  # fmt: skip
    assert spellings("") == frozenset()


@pytest.mark.parametrize(("sign", "letter"), load_table("code_writing")["look_alike"].items())
def test_one_letter_of_another_alphabet(sign: str, letter: str) -> None:
    code = f"H99.{letter}{letter}-261109-0001"
    assert {f"H99.{sign}{letter}-261109-0001", f"H99.{letter}{sign}-261109-0001"} < spellings(code)
    assert code in spellings(f"H99.{sign}{letter}-261109-0001")


@pytest.mark.parametrize("other", ["Н99.ВК-261109-0001", "Η99.ΒΚ-261109-0001"])
def test_all_letters_of_another_alphabet(other: str) -> None:
    code = "H99.BK-261109-0001"
    assert other in spellings(code)
    assert code in spellings(other)
    assert "Н99.ΒК-261109-0001" not in spellings(code)


def test_letters_of_full_width() -> None:
    wide = {each for each in spellings(CODE) if unicodedata.normalize("NFKC", each) == CODE}
    letters = [at for at, char in enumerate(CODE) if char.isalnum()]
    assert len(wide) == len(letters) + 1
    assert "Ｈ９９.１８.１４-２６１１０９-０００１" in wide
    assert "H99.18.14-261109-000１" in wide
    assert CODE in spellings("Ｈ９９.18.14-261109-0001")


@given(
    st.from_regex(r"[A-H][0-9]{2}(\.[1-9][0-9]){0,3}", fullmatch=True),
    st.dates(date(2020, 9, 15), date(2099, 12, 31)),
    st.integers(0, 9999),
)
def test_spellings_of_a_known_shape_keep_day_and_number(unit: str, day: date, number: int) -> None:
    code = f"{unit}-{day:%y%m%d}-{number:04}"
    others = spellings(code)
    assert code not in others
    for other in others - with_look_alikes(code):
        if is_proper(other):
            assert parse_code(other).tail == (day, str(number).lstrip("0"))
