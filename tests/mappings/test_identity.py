"""Matching keys and masks."""

# ruff: noqa: RUF001 letters of other alphabets that look like Latin ones

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.identity import (
    actor_key,
    applicant_key,
    fold_name,
    identity_digits,
    mask_name,
    mask_number,
)

KEY = b"k" * 32
NAME = "Nguyễn Văn Mẫu"
APOSTROPHES = "'’‘`\u00b4\u02b9\u02bb\u02bc\u2032"
NAMES = st.text(st.sampled_from("aăâđeêioôơuưyhnĐÊƠ ’-") | st.characters())


def digest(text: str) -> str:
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


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
def test_one_name_typed_in_several_ways_folds_to_one(written: str) -> None:
    assert fold_name(written) == fold_name("Nguyễn Văn Mẫu")


def test_d_with_stroke_and_tone_places() -> None:
    assert fold_name("ĐỖ Thị Hoà") == fold_name("đỗ thị hòa") == "do thi hoa"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Ðặng", "dang"),
        ("ÐÐđĐ", "dddd"),
        ("Ước Ỷ Ằ Ộ Ễ", "uoc y a o e"),
        ("Nguye\u0302\u0303n", "nguyen"),
        ("Nguyễn  Văn\tMẫu", "nguyen van mau"),
        ("ŉ", "n"),
        ("Weiß", "weiss"),
        ("ﬁ", "fi"),
        ("Y-Bhăm", "y-bham"),
        ("’ ' `", ""),
        ("", ""),
    ],
)
def test_folded_names(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@pytest.mark.parametrize(
    "written",
    [
        "Nguyễn Vа\u0306n Mẫu",  # Cyrillic a, combining breve
        "Nguyễn Vӑn Mẫu",  # Cyrillic a with breve
        "Νguyễn Văn Μẫu",  # Greek capitals
        "NGUYỄN VĂN МẪU",  # Cyrillic capital
        "Ｎｇｕｙễｎ Văn Mẫu",  # full width
        "N\u200bguyễn V\u00adăn M\u2060ẫu",  # signs without width
        "Nguye\u0302\u0303n Va\u0306n Ma\u0302\u0303u",  # combining marks
        "Nguye\u0303\u0302n Văn Mẫu",  # in the other order
        "𝐍guyễn Văn Mẫu",
    ],
)
def test_letters_that_look_alike_are_one_person(written: str) -> None:
    key = applicant_key(KEY, None, written, "1990")
    assert key == applicant_key(KEY, None, NAME, "1990")


@pytest.mark.parametrize("sign", APOSTROPHES)
def test_highland_names_without_their_apostrophe(sign: str) -> None:
    assert fold_name(f"H{sign}Hen Niê") == "hhen nie"


@given(NAMES)
def test_a_folded_name_stays_as_it_is(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(folded) == folded


@given(NAMES)
def test_case_form_and_spacing_of_a_name_make_no_difference(name: str) -> None:
    folded = fold_name(name)
    assert fold_name(unicodedata.normalize("NFD", name)) == folded
    assert fold_name(unicodedata.normalize("NFC", name)) == folded
    assert fold_name(f" {name}\n") == folded
    assert not any(unicodedata.combining(char) or char in APOSTROPHES for char in folded)
    assert folded == " ".join(folded.split())


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
        ("B0000000", "B0000000"),
        ("X00000X", "X00000X"),
        ("ABC12345", "ABC12345"),
        ("ABC1234", ""),
        ("12345", "12345"),
        ("1234", ""),
        ("0123456789", "0123456789"),
        ("123456789", "123456789"),
        ("123456789012", "123456789012"),
        ("1234567890123", "1234567890123"),
        ("099–000/000_001", "099000000001"),
        ("99,000,000,001", "099000000001"),
        ("+99000000001", "099000000001"),
        ("12345678,-0", "123456780"),
        ("00000A\u0301", "00000\u00c1"),
        ("00000A\u00b4", "00000\u00c1"),
        ("12345\u0390", "12345\u03aa\u0301"),
        ("'099000000001", "099000000001"),
        ("`099000000001", "099000000001"),
        ("099\u200b000\u00a0000001", "099000000001"),
        ("\uff10\uff19\uff1900000000\uff11", "099000000001"),
        ("không có", ""),
        ("000000000000", ""),
        ("000000001", ""),
        ("000 000 001", ""),
        ("000000002", "000000002"),
        (0, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_identity_numbers(written: str | int | None, digits: str) -> None:
    assert identity_digits(written) == digits


@pytest.mark.parametrize("written", ["00000001", "0000000.1", "000000001.0"])
def test_the_placeholder_is_known_without_its_zero(written: str) -> None:
    assert identity_digits(written) == ""


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("99000000001.0", "099000000001"),
        ("99000000001,0", "099000000001"),
        ("12345678.0", "012345678"),
        ("1234567.0", "012345670"),
        ("099000000001.00", "09900000000100"),
        ("099.000.000.0", "0990000000"),
        ("12345678.1", "123456781"),
        ("123456789.01", "12345678901".zfill(12)),
    ],
)
def test_a_decimal_zero_of_a_spreadsheet_is_no_digit(written: str, digits: str) -> None:
    assert identity_digits(written) == digits


@pytest.mark.parametrize("written", ["9.9085000001E+10", "9,90850e+10", "9E+123456", "9.9E+123456"])
def test_a_number_rounded_by_a_spreadsheet_is_blank(written: str) -> None:
    assert identity_digits(written) == ""


@pytest.mark.parametrize("written", ["9E12345", "99.1E+12345", "9.9E+123456X"])
def test_a_number_that_only_looks_rounded_is_kept(written: str) -> None:
    assert identity_digits(written) == written.replace(".", "").replace("+", "")


@given(st.one_of(st.text(), st.integers(0, 10**18), st.from_regex(r"[0-9E+.,-]{6,14}")))
def test_identity_numbers_are_normalised_once(written: str | int) -> None:
    digits = identity_digits(written)
    assert identity_digits(digits) == digits


@given(st.integers(10_000_000_000, 99_999_999_999), st.integers(0, 10))
def test_one_number_in_several_forms_has_one_key(number: int, cut: int) -> None:
    text = f"0{number}"
    spaced = f"{text[:cut]} {text[cut:]}"
    keys = {applicant_key(KEY, form) for form in (number, text, spaced, f"{number}.0")}
    assert keys == {digest(f"number:{text}")}


def test_with_a_number_the_name_does_not_change_the_key() -> None:
    one = applicant_key(KEY, "099000000001", NAME, date(1990, 1, 2))
    assert one == applicant_key(KEY, 99_000_000_001, "Khác", None)
    assert one == digest("number:099000000001")


def test_without_a_number_name_and_birth_date_make_the_key() -> None:
    one = applicant_key(KEY, "", NAME, date(1990, 1, 2))
    assert one == digest("name:nguyen van mau|1990-01-02")
    assert one == applicant_key(KEY, None, "NGUYỄN VĂN MẪU ", "02/01/1990")
    assert one != applicant_key(KEY, None, NAME, "03/01/1990")


@pytest.mark.parametrize(
    "birth",
    [
        "1990-01-02",
        "02/01/1990",
        " 02/01/1990 ",
        "19900102",
        "1990-01-01T17:00:00Z",
        date(1990, 1, 2),
        datetime(1990, 1, 2),
        datetime(1990, 1, 2, 3, 4, 5),
    ],
)
def test_a_birth_date_in_any_form_gives_one_key(birth: date | str) -> None:
    assert applicant_key(KEY, None, NAME, birth) == digest("name:nguyen van mau|1990-01-02")


@pytest.mark.parametrize("birth", ["1947", " 1947 ", "00/00/1947", "19470000", "1947-00-00"])
def test_a_birth_year_alone_goes_into_the_key_as_a_year(birth: str) -> None:
    assert applicant_key(KEY, None, NAME, birth) == digest("name:nguyen van mau|1947")


@pytest.mark.parametrize(
    "name", ["Y-Bhăm Êban", "Y Bhăm  Êban", "Y – BHAM EBAN", "y\u2010bhăm êban"]
)
def test_hyphens_of_a_name_count_as_spaces(name: str) -> None:
    assert applicant_key(KEY, None, name, "1990") == digest("name:y bham eban|1990")


@pytest.mark.parametrize("name", ["Y Ƀlŭ Niê", "Y ƀlu niê", "Y Blŭ Nie\u02c6", "Y BLU NIE"])
def test_letters_that_only_some_systems_have_share_a_key(name: str) -> None:
    assert applicant_key(KEY, None, name, "1990") == digest("name:y blu nie|1990")


@pytest.mark.parametrize("year", [1880, 2099])
def test_the_first_and_the_last_year_of_birth(year: int) -> None:
    for birth in (f"{year}", f"{year}0000", f"01/01/{year}", date(year, 1, 1)):
        assert applicant_key(KEY, None, NAME, birth) is not None


@pytest.mark.parametrize("year", [1, 1879, 2100, 9999])
def test_an_impossible_birth_year_makes_no_key(year: int) -> None:
    for birth in (f"{year:04}", f"00/00/{year:04}", f"01/01/{year:04}", date(year, 1, 1)):
        assert applicant_key(KEY, None, NAME, birth) is None


@pytest.mark.parametrize(
    ("name", "birth"),
    [
        (None, None),
        (NAME, None),
        (NAME, ""),
        (NAME, "   "),
        (NAME, "0000"),
        (NAME, "00000000"),
        (NAME, "0001-01-01T00:00:00"),
        (NAME, "01/1990"),
        (NAME, "31/02/1990"),
        (NAME, "٠٩٩٠"),
        ("", "01/01/1990"),
        ("’-", "01/01/1990"),
        (None, "01/01/1990"),
        ("Mẫu", "x"),
    ],
)
def test_without_number_or_name_and_birth_there_is_no_key(
    name: str | None, birth: str | None
) -> None:
    assert applicant_key(KEY, None, name, birth) is None


def test_another_installation_has_other_keys() -> None:
    assert applicant_key(KEY, "099000000001") != applicant_key(b"x" * 32, "099000000001")


@given(st.text(), st.text(), st.text())
def test_any_text_makes_a_key_or_none(number: str, name: str, birth: str) -> None:
    key = applicant_key(KEY, number, name, birth)
    assert key is None or len(key) == 64


@given(st.text(), st.text())
def test_keys_of_numbers_names_and_officers_never_collide(one: str, other: str) -> None:
    assert actor_key(KEY, one) not in {
        applicant_key(KEY, other),
        applicant_key(KEY, None, other, "1990"),
    }


def test_a_lone_surrogate_makes_a_key_too() -> None:
    assert actor_key(KEY, "\ud800") != actor_key(KEY, "\ud801")
    assert applicant_key(KEY, "12345\ud800") != applicant_key(KEY, "12345\ud801")


def test_an_officers_key_depends_on_the_written_id() -> None:
    assert actor_key(KEY, "cb.01") == digest("actor:cb.01")
    assert actor_key(KEY, "cb.01") != actor_key(KEY, "CB.01")
    assert actor_key(KEY, "cb.01") != actor_key(b"x" * 32, "cb.01")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("099000000001", "0990******01"),
        (99_000_000_001, "0990******01"),
        ("123456789", "1234***89"),
        ("B1234567", "********"),
        ("B12345678", "B123***78"),
        ("1234567890", "1234****90"),
        ("1234567", "*******"),
        ("099 000.000001", "0990******01"),
        ("", ""),
        ("không có", ""),
    ],
)
def test_masked_numbers(number: str | int, shown: str) -> None:
    assert mask_number(number) == shown


@given(st.text(st.sampled_from("0123456789 .-AB")))
def test_a_mask_shows_six_signs_at_most_and_keeps_the_length(number: str) -> None:
    digits, shown = identity_digits(number), mask_number(number)
    assert len(shown) == len(digits)
    assert len(shown.replace("*", "")) == (6 if len(digits) >= 9 else 0)
    assert all(sign in ("*", digits[i]) for i, sign in enumerate(shown))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn Mẫu", "Nguyễn V. M."),
        ("  trần   thị  thử ", "trần T. T."),
        ("Mẫu", "M."),
        ("Lê Ánh", "Lê Á."),
        ("H’Hen Niê", "H’Hen N."),
        ("", ""),
        (" \n", ""),
        (unicodedata.normalize("NFD", "Đỗ Ếch"), "Đỗ Ế."),
    ],
)
def test_masked_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.lists(st.text("abcđêNH", min_size=1), min_size=2, max_size=6))
def test_of_a_masked_name_only_the_first_word_can_be_read(words: list[str]) -> None:
    first, *others = mask_name(" ".join(words)).split()
    assert first == words[0]
    assert others == [f"{word[0].upper()}." for word in words[1:]]
