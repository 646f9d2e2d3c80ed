"""Texts of other systems made safe to show."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.text.safe_display import cell, cut, plain


def test_a_terminal_gets_no_commands_from_foreign_text() -> None:
    assert plain("a\x1b[31mred\x1b[0m\x07") == "a[31mred[0m"


def test_direction_marks_and_line_ends_do_not_survive() -> None:
    assert plain("H99\u202e-1000\u200b\r\nx\u2028y") == "H99-1000  x y"


def test_vietnamese_in_either_unicode_form_stays_as_it_is() -> None:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "Hồ sơ của Nguyễn Văn Mẫu")
        assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+84", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\uff1d1+1", "\uff20x", "\u200b=1"],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_marked_as_text(text: str) -> None:
    assert cell(text).startswith("'")


def test_an_ordinary_code_is_left_alone() -> None:
    assert cell("000.00.18.H99-261112-0001") == "000.00.18.H99-261112-0001"


@given(st.text())
def test_no_cell_begins_like_a_formula_and_csv_reads_it_back(text: str) -> None:
    made = cell(text)
    start = unicodedata.normalize("NFKC", made.lstrip())[:1]
    assert start not in {"=", "+", "-", "@"}
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([made, "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == [made, "next"]


def test_a_long_text_is_cut_where_one_can_see_it() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
