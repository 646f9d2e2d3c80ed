"""Tables at every width: no code, date or number is broken."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from khop.audit.formats.fitted_table import FittedTable

CODE = "000.00.18.H99-261112-0001"
ROW = ("S1", "A1", CODE, "20/11/2026", "UBND xã Mẫu 3", "Sổ: tiếp nhận = 10/11/2026 07:58:10")
HEADERS = ("Mức", "Quy tắc", "Mã hồ sơ", "Thấy lần đầu", "Đơn vị", "Đã thấy")


def _shown(width: int, *rows: tuple[str, ...]) -> str:
    table = FittedTable(HEADERS, [list(map(Text, row)) for row in rows], optional=(3,))
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(table)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 300])
def test_no_code_date_or_number_is_broken_at_any_width(width: int) -> None:
    shown = _shown(width, ROW, ROW)
    for word in (CODE, "10/11/2026", "07:58:10"):
        assert shown.count(word) >= 2
    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown


def test_an_optional_column_gives_way_before_rows_become_blocks() -> None:
    assert "20/11/2026" in _shown(120, ROW)
    narrower = _shown(94, ROW)
    assert "20/11/2026" not in narrower
    assert narrower.splitlines()[1].split()[:2] == ["Mức", "Quy"]
    block = _shown(50, ROW).splitlines()
    assert block[:3] == ["Mức: S1", "Quy tắc: A1", f"Mã hồ sơ: {CODE}"]
    assert "Thấy lần đầu: 20/11/2026" in block


def test_a_value_wider_than_the_line_begins_below_its_header() -> None:
    assert f"Mã hồ sơ:\n  {CODE}" in _shown(30, ROW)


def test_a_table_without_rows_has_its_header() -> None:
    assert "Mã hồ sơ" in _shown(120)
