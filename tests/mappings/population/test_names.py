"""Names as the population database asks for them."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.population.names import asked_name, has_foreign_letters, joined_name, same_name


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Trần Thị Mai Lan", "TRANTHIMAILAN"),
        ("TRẦN THỊ MAI LAN", "TRANTHIMAILAN"),
        ("  Đỗ   thị\tThử ", "DOTHITHU"),
        ("H’Hen Niê", "HHENNIE"),
        ("H'Hen Niê", "HHENNIE"),
        ("Y-Bhăm Êban", "YBHAMEBAN"),
        ("Nguyễn Hoà", "NGUYENHOA"),
        ("Nguyễn Hòa", "NGUYENHOA"),
        ("Ðặng Ước", "DANGUOC"),
        ("Nguye\u02c6n", "NGUYEN"),
        ("Văn\u0306 \u031bƯu", "VANUU"),
        ("Nguyễn\u200b Văn\u00a0Mẫu", "NGUYENVANMAU"),
        ("Lê Văn 2", "LEVAN2"),
        ("ĐƯỜNG QUỲNH NHƯ Ỷ", "DUONGQUYNHNHUY"),
        ("", ""),
        ("  -’ ", ""),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_asked_for_in_bare_capitals(
    name: str, asked: str, form: Literal["NFC", "NFD"]
) -> None:
    assert asked_name(unicodedata.normalize(form, name)) == asked


def test_an_older_shape_keeps_one_space() -> None:
    assert asked_name("  Võ   Ngọc - Hân", "spaced") == "VO NGOC HAN"

    assert asked_name("  Võ   Ngọc - Hân") == "VONGOCHAN"
    assert asked_name("H’Hen Y-Bhăm", "spaced") == "HHEN YBHAM"


@given(st.text())
def test_an_asked_name_has_only_a_to_z_and_is_stable(name: str) -> None:
    asked, spaced = asked_name(name), asked_name(name, "spaced")
    assert re.fullmatch("[A-Z0-9]*", asked)
    assert asked_name(asked) == asked
    assert asked_name(spaced, "spaced") == spaced
    assert spaced.replace(" ", "") == asked
    assert spaced == " ".join(spaced.split())


@given(st.text(st.sampled_from("aằẵđĐÊơưnH’- ")))
def test_a_vietnamese_name_loses_no_letter(name: str) -> None:
    assert not has_foreign_letters(name)
    letters = [c for c in unicodedata.normalize("NFC", name) if c.isalpha()]
    assert len(asked_name(name)) == len(letters)


@pytest.mark.parametrize(
    "name", ["Søren", "Iv\u0430n", "王", "\u0414", "\u13a0", "\u01f2\u0133\u00fe"]
)
def test_letters_without_a_form_in_a_to_z_are_reported(name: str) -> None:
    assert has_foreign_letters(name)


@pytest.mark.parametrize("name", ["Đỗ Thị Thử", "H’Hen Niê", "Nguye\u02c6n Văn 2", "Müller"])
def test_marks_and_apostrophes_are_not_reported_as_foreign(name: str) -> None:
    assert not has_foreign_letters(name)


def test_names_are_compared_folded() -> None:
    assert same_name("Nguyễn Hoà Thuận", "NGUYENHOATHUAN")
    assert not same_name("Lưu Văn Dương", "Lưu Văn Dưỡn")
    assert not same_name("", " ")
    assert not same_name("-", "’")
    assert same_name("Y-Bhăm", "y bham")
    assert same_name("Nguyễn Văn 2", "NGUYENVAN2")


@given(st.text(), st.text())
def test_comparing_names_is_symmetric(one: str, other: str) -> None:
    assert same_name(one, other) == same_name(other, one)
    assert same_name(one, one.swapcase() if one.isascii() else one) == bool(asked_name(one))


def test_the_parts_of_a_name_are_one_text_in_composed_form() -> None:
    assert joined_name("Vi", "Văn", "Thử") == "Vi Văn Thử"
    assert joined_name(None, None, unicodedata.normalize("NFD", "TRẦN  LAN")) == "TRẦN LAN"
    assert joined_name(None, "", None) == ""
