"""Cleaned, folded and cut texts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.text.cleaning import clean_text, cut_text, fold_label, is_gap

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("  a   b ", "a b"),
        ("a\tb\nc", "a b c"),
        ("UBND\u00a0xã\u200b Mẫu\ufeff", "UBND xã Mẫu"),
        ("a\x00b\ud800", "ab"),
        (unicodedata.normalize("NFD", "Mẫu"), "Mẫu"),
        ("", ""),
    ],
)
def test_clean_text(written: str, clean: str) -> None:
    assert clean_text(written) == clean


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert "\x00" not in clean
    assert clean_text(clean) == clean


@given(ANY_TEXT)
def test_folded_labels_stay_folded(text: str) -> None:
    assert fold_label(fold_label(text)) == fold_label(text)


def test_labels_with_different_marks_fold_differently() -> None:
    assert fold_label("Chờ") != fold_label("Chò")


def test_a_letter_is_not_cut_from_its_mark() -> None:
    # q has no composed form with a dot below, so the mark stays a character of its own.
    text = "ab" + "q\u0323" * 3
    assert cut_text(text, 5, 3) == "ab..."
    assert cut_text(text, 7, 4) == "abq\u0323..."


def test_short_enough_once_composed() -> None:
    assert cut_text(unicodedata.normalize("NFD", "Nguyễn"), 6, 3) == "Nguyễn"


@given(ANY_TEXT, st.integers(4, 30))
def test_cut_text_is_never_too_long(text: str, longest: int) -> None:
    assert len(cut_text(text, longest, longest - 3)) <= longest


def test_a_mark_that_begins_a_text_is_not_left_alone() -> None:
    assert cut_text("\u0323" * 5, 3, 2) == "..."
    assert cut_text("q\u0323\u0323\u0323", 3, 2) == "..."


def test_a_cut_text_ends_in_no_space() -> None:
    assert cut_text("ab cdefg", 5, 3) == "ab..."
    assert cut_text("  abcdefg", 5, 3) == "  a..."


@pytest.mark.parametrize(("text", "cut"), [("abcde", "abcde"), ("abcdef", "ab…")])
def test_only_what_is_too_long_is_cut(text: str, cut: str) -> None:
    assert cut_text(text, 5, 2, "…") == cut


@given(ANY_TEXT, st.integers(4, 30))
def test_a_cut_text_is_the_beginning_of_the_text(text: str, longest: int) -> None:
    composed, cut = unicodedata.normalize("NFC", text), cut_text(text, longest, longest - 3)
    if len(composed) <= longest:
        assert cut == composed
    else:
        assert cut.endswith("...")
        assert composed.startswith(cut.removesuffix("..."))


@pytest.mark.parametrize("sign", [" ", "\t", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u00ad"])
def test_gaps(sign: str) -> None:
    assert is_gap(sign)


@pytest.mark.parametrize("sign", ["a", "0", "-", ".", "\x00", "\u0323", "đ"])
def test_other_signs_are_not_a_gap(sign: str) -> None:
    assert not is_gap(sign)


@pytest.mark.parametrize(
    ("label", "folded"),
    [("  ĐANG   Xử lý ", "đang xử lý"), ("STRAẞE", "strasse"), ("a\x00B\u200bC", "abc")],
)
def test_labels_are_folded(label: str, folded: str) -> None:
    assert fold_label(label) == folded
