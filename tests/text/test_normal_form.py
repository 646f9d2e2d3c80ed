"""Normal forms of long texts."""

from __future__ import annotations

import unicodedata
from itertools import product
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.text.normal_form import normal_form

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
VIETNAMESE = "Nguyễn Thị Hoà, xã Đắk Rông, ngày 1/7/2025. " * 300


@pytest.mark.parametrize(
    ("form", "wrote"), [*product(("NFC", "NFD", "NFKC", "NFKD"), ("NFC", "NFD"))]
)
def test_long_text_is_normalised_as_unicode_says(form: Form, wrote: Form) -> None:
    text = unicodedata.normalize(wrote, VIETNAMESE)
    for cut in range(5):
        assert normal_form(form, text[cut:]) == unicodedata.normalize(form, text[cut:])


@given(st.text(max_size=300))
def test_short_text_is_normalised_as_unicode_says(text: str) -> None:
    assert normal_form("NFC", text) == unicodedata.normalize("NFC", text)


def test_text_without_one_plain_sign_is_normalised_as_unicode_says() -> None:
    for text in ("ệ" * 3000, unicodedata.normalize("NFD", "ộ" * 3000), "각" * 3000):
        for form in ("NFC", "NFD"):
            wrote = unicodedata.normalize("NFD", text)
            assert normal_form(form, wrote) == unicodedata.normalize(form, wrote)


def test_marks_without_end_are_taken_in_pieces() -> None:
    marks = "a" + "\u0316\u0300" * 200_000
    assert len(normal_form("NFC", marks)) > 300_000
