"""Errors and warnings about personal numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.facts.packaged import load_table
from khop.mappings.population.personal_number import (
    NumberFacts,
    check_personal_number,
    is_old_card,
    number_facts,
)
from khop.mappings.records import Birth

TODAY = date(2026, 3, 18)


def found(
    number: str, birth: Birth | None = None, male: bool | None = None, today: date = TODAY
) -> list[tuple[str, str]]:
    findings = check_personal_number(number, birth, male, today=today)
    return [(finding.level, finding.code) for finding in findings]


@pytest.mark.parametrize(
    ("number", "birth", "male"),
    [
        ("001185012345", Birth(1985, 2, 17), False),
        ("001083000999", Birth(1983), True),
        ("024301005555", Birth(2001, 6, 12), False),
        ("031202004567", None, None),
        ("012345670", Birth(1961), True),
    ],
)
def test_a_number_that_agrees_with_birth_and_sex_has_no_finding(
    number: str, birth: Birth | None, male: bool | None
) -> None:
    assert found(number, birth, male) == []


def test_the_facts_of_a_number_are_read() -> None:
    assert number_facts("001185012345") == NumberFacts("001", 1985, male=False)
    assert number_facts("038214000333") == NumberFacts("038", 2014, male=True)
    assert "1985" not in repr(number_facts("001185012345"))
    assert number_facts("012345670") is None


@pytest.mark.parametrize(
    ("digit", "year", "male"),
    [
        ("0", 1985, True),
        ("1", 1985, False),
        ("2", 2085, True),
        ("3", 2085, False),
        ("4", 2185, True),
        ("5", 2185, False),
        ("6", 2285, True),
        ("7", 2285, False),
        ("8", 2385, True),
        ("9", 2385, False),
    ],
)
def test_the_fourth_digit_is_century_and_sex(digit: str, year: int, male: bool) -> None:
    assert number_facts(f"079{digit}85012345") == NumberFacts("079", year, male)


@given(st.from_regex(r"[0-9]{0,14}", fullmatch=True), st.sampled_from(["", " ", "\n", "x"]))
def test_only_twelve_digits_give_facts(digits: str, tail: str) -> None:
    number = digits + tail
    assert (number_facts(number) is not None) == (len(digits) == 12 and not tail)
    assert is_old_card(number) == (len(digits) == 9 and not tail)


@given(st.text() | st.from_regex(r"[0-9]{0,14}", fullmatch=True))
def test_any_text_is_usable_or_has_an_error(number: str) -> None:
    findings = check_personal_number(number, today=TODAY)
    usable = number_facts(number) is not None or is_old_card(number)
    assert usable or [finding.level for finding in findings] == ["error"]
    assert all(finding.code and finding.why for finding in findings)


def test_a_birth_in_the_present_year_is_accepted() -> None:
    assert found("001226012345") == []
    assert found("001226012345", today=date(2025, 12, 31)) == [("error", "born_in_future")]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "missing"),
        ("1185012345", "zero_lost"),
        ("01185012345", "zero_lost"),
        ("12345670", "zero_lost"),
        ("1234567", "wrong_length"),
        ("1", "wrong_length"),
        (" ", "not_digits"),
        ("001185012345\n", "not_digits"),
        ("\u00b9\u00b2\u00b3", "not_digits"),
        ("0011850123456", "wrong_length"),
        ("C1234567", "not_digits"),
        ("001 185 012 345", "not_digits"),
        ("٠٠١١٨٥٠١٢٣٤٥", "not_digits"),
        ("001427012345", "born_in_future"),
        ("001985012345", "born_in_future"),
        ("001227012345", "born_in_future"),
    ],
)
def test_an_impossible_number_is_an_error(number: str, code: str) -> None:
    assert found(number) == [("error", code)]


def test_a_birth_year_in_the_future_depends_on_today() -> None:
    assert found("001227012345", today=date(2027, 1, 1)) == []
    assert found("001405012345", today=date(2105, 1, 1)) == []


@pytest.mark.parametrize(
    ("number", "birth", "male", "code"),
    [
        ("100014800021", None, None, "unknown_birth_place"),
        ("003185012345", None, None, "unknown_birth_place"),
        ("001185012345", Birth(1986), None, "birth_year_differs"),
        ("001185012345", Birth(2085), None, "birth_year_differs"),
        ("001185012345", None, True, "sex_differs"),
        ("001083000999", None, False, "sex_differs"),
        ("111111111", None, None, "looks_made_up"),
        ("123456789", None, None, "looks_made_up"),
        ("987654321", None, None, "looks_made_up"),
        ("012345678", None, None, "looks_made_up"),
        ("901234567", None, None, "looks_made_up"),
        ("912345678", None, None, "looks_made_up"),
        ("876543210", None, None, "looks_made_up"),
        ("109876543", None, None, "looks_made_up"),
        ("198765432", None, None, "looks_made_up"),
        ("000000000", None, None, "looks_made_up"),
    ],
)
def test_an_odd_number_is_a_warning(
    number: str, birth: Birth | None, male: bool | None, code: str
) -> None:
    assert found(number, birth, male) == [("warning", code)]


@pytest.mark.parametrize("number", ["123456789", "012345679", "111111112", "987654320"])
def test_one_digit_out_of_sequence_is_not_made_up(number: str) -> None:
    assert found(number[:-1] + "5") == []


@pytest.mark.parametrize(
    "number",
    [
        *("123456789012", "111111111111", "901234567890", "890123456789"),
        *("912345678912", "210987654321", "109876543210", "219876543219"),
        *("543219876543", "234567891234"),
    ],
)
def test_twelve_digits_in_a_row_are_made_up(number: str) -> None:
    assert ("warning", "looks_made_up") in found(number)


def test_an_error_does_not_hide_warnings() -> None:
    assert found("123456789012") == [
        ("error", "born_in_future"),
        ("warning", "unknown_birth_place"),
        ("warning", "looks_made_up"),
    ]


def test_several_findings_are_returned_together() -> None:
    codes = [code for _, code in found("100185012345", Birth(1990), True)]
    assert codes == ["unknown_birth_place", "birth_year_differs", "sex_differs"]


def test_no_finding_contains_the_number() -> None:
    for number in ("1185012345", "001985012345", "100185012345", "111111111"):
        for finding in check_personal_number(number, Birth(1990), True, today=TODAY):
            assert number not in finding.why
            assert "1990" not in finding.why


@pytest.mark.parametrize(
    ("number", "birth", "why"),
    [
        ("", None, "there is no number"),
        ("x", None, "a personal number has digits only"),
        (
            "1185012345",
            None,
            (
                "it has 10 digits: a leading zero was probably lost in a spreadsheet; "
                "the clerk must confirm the whole number"
            ),
        ),
        ("1234567", None, "it has 7 digits; 12 or 9 are expected"),
        ("001985012345", None, "its digits 4 to 6 give a birth year in the future"),
        (
            "100185012345",
            None,
            "its first three digits are none of the 63 provinces: born abroad, or a test number",
        ),
        (
            "001185012345",
            Birth(1990),
            "it was given for another birth year than the one stated",
        ),
        ("111111111", None, "its digits are all the same, or in a row"),
    ],
)
def test_a_finding_explains_the_error(number: str, birth: Birth | None, why: str) -> None:
    (finding,) = check_personal_number(number, birth, today=TODAY)
    assert finding.why == why


def test_a_different_sex_is_explained() -> None:
    (finding,) = check_personal_number("001185012345", None, True, today=TODAY)
    assert finding.why == "it was given for the other sex than the one stated"


def test_an_old_card_has_nine_digits() -> None:
    assert is_old_card("012345670")
    assert not is_old_card("01234567")
    assert not is_old_card("001185012345")


def test_the_table_has_the_63_provinces() -> None:
    provinces = load_table("birth_places")["provinces"]
    assert len(provinces) == 63
    assert all(len(code) == 3 and code <= "096" for code in provinces)
    assert provinces["038"] == "Thanh Hóa"
