"""Cells with the code of a dossier: the code, none, or why there is none."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import CellError
from khop.errors import RecordError
from khop.mappings.paper.code_cells import UNKNOWN_SHAPE, read_code
from khop.mappings.records import UnknownCode


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (" h99.18.01-261008-0001 ", "H99.18.01-261008-0001"),
        ("H99.18.01\u00a0-261008-\u200b0001", "H99.18.01-261008-0001"),
        ("Mã: H99.18.01-261008-0001 (lần đầu)", "H99.18.01-261008-0001"),
        ("", None),
        ("  ", None),
        ("-", None),
        ("–", None),
        ("Chưa có", None),
        ('=""', None),
        ("'", None),
    ],
)
def test_a_code_is_canonical(cell: Any, code: str | None) -> None:
    assert read_code(cell, "Mã hồ sơ") == code


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("260923.0", "260923"),
        (260923.0, "260923"),
        (261008000123, "261008000123"),
        ("2.60923E+05", "260923"),
        ("2.60923E5", "260923"),
        ("2,60923E+05", "260923"),
        ("HS/2025/0012", "HS/2025/0012"),
        ("H99.18.01-261399-0001", "H99.18.01-261399-0001"),
        ("H99.18.01-181130-0001", "H99.18.01-181130-0001"),
        ("261008-0001", "261008-0001"),
    ],
)
def test_a_text_of_no_known_shape_is_said_to_be_one(cell: Any, text: str) -> None:
    with pytest.raises(UnknownCode, match="known shape") as unknown:
        read_code(cell, "Mã hồ sơ")
    assert (unknown.value.text, unknown.value.shown) == (text, text)
    again = pickle.loads(pickle.dumps(unknown.value))
    assert (again.reason, again.text, again.shown) == (UNKNOWN_SHAPE, text, text)


@pytest.mark.parametrize(
    "cell",
    ["Nguyễn Văn Mẫu 1985", "NGUYENVANMAU85", "099090012345-261008-0001", "ông Ba, 0912345678"],
)
def test_a_text_that_may_name_a_person_is_not_shown(cell: str) -> None:
    with pytest.raises(UnknownCode) as unknown:
        read_code(cell, "f")
    assert unknown.value.shown is None
    assert cell not in str(unknown.value)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.00E+12", "rounded"),
        ("2.61008E+14", "rounded"),
        (2.61008000123e17, "rounded"),
        (float("inf"), "rounded"),
        (12.5, "with decimals"),
        ("1.25E+1", "with decimals"),
        (-5, "with decimals"),
        (date(2026, 10, 8), "changed to a date"),
        (datetime(2026, 10, 8), "changed to a date"),
        (CellError("#N/A"), "formula that failed"),
        (True, "true or false"),
        ("X" * 101, "too long"),
        ("Nguyễn Văn Mẫu", "no digit"),
        ("bổ sung sau", "no digit"),
        ("099090012345", "number of a person"),
        (" 0990 9001 2345 ", "number of a person"),
        ("0990000001", "telephone"),
        ("H99.18.01-261008-0001; H99.18.01-261008-0002", "several codes"),
        ("H99.18.01-261008-0001\nH99.18.01-261008-0002", "several codes"),
        ("H99.18.01-261008-0001 / H99.18.01-261008-0002", "several codes"),
    ],
)
def test_a_code_damaged_by_a_spreadsheet_is_refused(cell: Any, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        read_code(cell, "Mã hồ sơ")


@given(st.text(max_size=80) | st.floats() | st.integers())
def test_any_cell_is_read_or_refused(cell: Any) -> None:
    try:
        code = read_code(cell, "f")
    except RecordError as refused:
        assert refused.field == "f"
    else:
        assert code is None or code.isascii()
