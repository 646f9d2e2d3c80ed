"""Personal data masked in texts of other systems."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.text.masking import LONGEST, holds_personal_number, short_text


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hồ sơ của Nguyễn Văn Mẫu không hợp lệ", "Hồ sơ của [name] không hợp lệ"),
        (unicodedata.normalize("NFD", "sai: Trần Thị Mai Lan, 5"), "sai: [name] 5"),
        ("khong tim thay Nguyen Van Mau", "khong tim thay [name]"),
        ("HỒ SƠ ĐÃ TỒN TẠI", "HỒ SƠ ĐÃ TỒN TẠI"),
        ("LÝ DO TỪ CHỐI", "LÝ DO TỪ CHỐI"),
        ("UBND tỉnh Hà Giang", "UBND tỉnh Hà Giang"),
        ("Hồ sơ đang xử lý. Lệ phí", "Hồ sơ đang xử lý. Lệ phí"),
        ("họ Lê", "họ Lê"),
    ],
)
def test_names_that_differ_from_words_are_removed(text: str, shown: str) -> None:
    assert short_text(text) == shown


@pytest.mark.parametrize(
    "number",
    [
        "0990  000  001",
        "0990 000001",
        "001.085.012345",
        "(0990) 000 001",
        "0990-000-001",
        "09900\u200b00001",
        "0990\u00a0000\u00a0001",
    ],
)
def test_numbers_in_groups_are_masked(number: str) -> None:
    shown = short_text(f"số {number}.")
    assert not any(sign.isdigit() for sign in shown)


@pytest.mark.parametrize(
    "code",
    ["H99.18.03-250820-0012", "G01.899.107.000-230905-1234", "H99-261110-0001", "2026-03-18 09:41"],
)
def test_codes_and_times_stay_legible(code: str) -> None:
    assert short_text(code) == code


@pytest.mark.parametrize(
    "text",
    [
        "099000000001",
        "CMND 012 345 678",
        "(099) 000 0001",
        "+84.990.000.001",
        "gọi 0990-000-001 sau 12/11/2026",
        "sinh 01.02.1990 0990000001",
        unicodedata.lookup("FULLWIDTH DIGIT NINE") * 10,
        "0990\u200b000\u200b001",
    ],
)
def test_a_number_of_a_person_is_noticed(text: str) -> None:
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H99.12-250114-0007 và 000.00.53.H99-220921-0099",
        "1.001612.000.00.00.H99",
        "12.11.2026 14:30, 13-11-2026 08:00, 2026-11-14 09:15",
        "Quyết định 1234/QĐ-UBND ngày 01/07/2025, hồ sơ thứ 12345678",
    ],
)
def test_codes_days_and_short_numbers_are_not_personal(text: str) -> None:
    assert not holds_personal_number(text)


@given(st.text(st.sampled_from("0123456789 <>ab.@/"), max_size=100))
def test_what_holds_nothing_personal_has_no_long_number(text: str) -> None:
    assert holds_personal_number(text) or not re.search(r"\d{9}", text)
