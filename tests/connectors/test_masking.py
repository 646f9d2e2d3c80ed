from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.masking import LONGEST, short_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CCCD 099000000001 sai", "CCCD ************ sai"),
        ("gọi 0990 000 001 ngay", "gọi ********** ngay"),
        ("gọi 0990.000.001", "gọi **********"),
        ("mau@example.vn đã có", "[e-mail] đã có"),
        ("GET https://h.example.vn/x?cccd=1 hỏng", "GET [address] hỏng"),
        ("<h1>502</h1>\n<p>Bad  Gateway", "502 Bad Gateway"),
        ("dòng\x00 một\u202e hai", "dòng một hai"),
    ],
)
def test_personal_data_markup_and_controls_go(text: str, shown: str) -> None:
    assert short_text(text) == shown


@pytest.mark.parametrize(
    "code", ["H99.12-250114-0007", "000.00.53.H99-220921-0099", "1.001612.000.00.00.H99"]
)
def test_codes_stay_readable(code: str) -> None:
    assert short_text(f"Hồ sơ {code} đã tồn tại") == f"Hồ sơ {code} đã tồn tại"


@given(st.text(st.sampled_from("0123456789 <>ab.@/"), max_size=600))
def test_no_long_number_is_left_and_it_is_short(text: str) -> None:
    shown = short_text(text)
    assert not re.search(r"\d{9}", shown)
    assert len(shown) <= LONGEST


def test_a_number_on_the_cut_is_masked_whole() -> None:
    assert not re.search(r"\d", short_text("x" * 190 + " 099000000001"))
