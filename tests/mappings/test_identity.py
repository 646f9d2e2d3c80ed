from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.identity import (
    applicant_key,
    fold_name,
    identity_digits,
    mask_name,
    mask_number,
)

KEY = b"k" * 32


@pytest.mark.parametrize(
    "written",
    [
        "Nguyễn Văn Mẫu",
        unicodedata.normalize("NFD", "Nguyễn Văn Mẫu"),
        "NGUYỄN VĂN MẪU",
        "  nguyễn   văn\u00a0mẫu\n",
        "Nguyễn Văn\u200b Mẫu",
    ],
)
def test_one_name_however_it_is_typed(written: str) -> None:
    assert fold_name(written) == fold_name("Nguyễn Văn Mẫu")


def test_d_with_stroke_and_tone_places() -> None:
    assert fold_name("ĐỖ Thị Hoà") == fold_name("đỗ thị hòa") == "do thi hoa"


@given(st.text())
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(folded) == folded


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("099000000001", "099000000001"),
        (99_000_000_001, "099000000001"),
        ("99000000001", "099000000001"),
        ("099 000 000 001", "099000000001"),
        ("099.000.000-001", "099000000001"),
        ("12345678", "012345678"),
        (12_345_678, "012345678"),
        ("b1234567 ", "B1234567"),
        ("không có", ""),
        ("000000000000", ""),
        ("000000001", ""),
        (0, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_identity_numbers(written: str | int | None, digits: str) -> None:
    assert identity_digits(written) == digits


@given(st.one_of(st.text(), st.integers(0, 10**18)))
def test_identity_numbers_are_normalised_once(written: str | int) -> None:
    digits = identity_digits(written)
    assert identity_digits(digits) == digits


def test_the_number_leads_and_the_name_does_not_matter() -> None:
    one = applicant_key(KEY, "099000000001", "Nguyễn Văn Mẫu", date(1990, 1, 2))
    assert one == applicant_key(KEY, 99_000_000_001, "Khác", None)
    assert one is not None and len(one) == 64


def test_name_and_birth_date_stand_in_for_the_number() -> None:
    one = applicant_key(KEY, "", "Nguyễn Văn Mẫu", date(1990, 1, 2))
    assert one == applicant_key(KEY, None, "NGUYỄN VĂN MẪU ", "02/01/1990")
    assert one != applicant_key(KEY, None, "Nguyễn Văn Mẫu", "03/01/1990")
    assert one != applicant_key(KEY, "099000000001", "Nguyễn Văn Mẫu", date(1990, 1, 2))


def test_a_birth_year_alone_is_its_own_birth() -> None:
    year = applicant_key(KEY, None, "Nguyễn Văn Mẫu", "1990")
    assert year is not None
    assert year != applicant_key(KEY, None, "Nguyễn Văn Mẫu", "01/01/1990")


@pytest.mark.parametrize(
    ("name", "birth"), [(None, None), ("Nguyễn Văn Mẫu", None), ("", "01/01/1990"), ("Mẫu", "x")]
)
def test_too_little_makes_no_key(name: str | None, birth: str | None) -> None:
    assert applicant_key(KEY, None, name, birth) is None


def test_another_installation_has_other_keys() -> None:
    assert applicant_key(KEY, "099000000001") != applicant_key(b"x" * 32, "099000000001")


@given(st.text(), st.text(), st.text())
def test_any_text_makes_a_key_or_none(number: str, name: str, birth: str) -> None:
    key = applicant_key(KEY, number, name, birth)
    assert key is None or len(key) == 64


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("099000000001", "0990******01"),
        (99_000_000_001, "0990******01"),
        ("123456789", "1234***89"),
        ("B1234567", "********"),
        ("", ""),
    ],
)
def test_masked_numbers(number: str | int, shown: str) -> None:
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn Mẫu", "Nguyễn V. M."),
        ("  trần   thị  thử ", "trần T. T."),
        ("Mẫu", "M."),
        ("", ""),
        (unicodedata.normalize("NFD", "Đỗ Ếch"), "Đỗ Ế."),
    ],
)
def test_masked_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown
