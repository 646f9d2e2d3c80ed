"""Random sheets of each kind: every line is accounted for once, whatever its cells are, and a
refused row can be tried again."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import NO_RESULT, Cell, CellError
from khop.errors import RecordError
from khop.mappings.paper.items import NoRow, SheetRead
from khop.mappings.paper.office.rows import OfficeRow
from khop.mappings.paper.office.templates import templates
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines

KINDS = [
    *(PaperKind.SLIPS, PaperKind.REPORT, PaperKind.COUNTS),
    *(PaperKind.FEEDBACK, PaperKind.RATINGS, PaperKind.MINISTRY),
]
PERSON = "Nguyễn Văn Mẫu"
ODD: list[Cell] = [
    *(
        "",
        " ",
        "-",
        "…",
        "nt",
        "''",
        "x" * 500,
        PERSON,
        "Tổng cộng",
        "I",
        "Cộng",
        "TM. UBND",
        "1e5",
    ),
    *(CellError(), CellError(NO_RESULT), True, 0, -1, 1.5, 5.0, 10**16, float("inf"), float("nan")),
    *(datetime(2026, 11, 10, 8, 30), date(2026, 11, 10), time(8, 30), datetime(9999, 12, 31)),
    *("10/11/2026", "31/02/2026", "11/10", "20261110", "10-11-26", "10/11/2026 và 11/11/2026"),
    *("H99.18.03-261110-0001", "H99.18.03–261110–0002", "H99.18", "099000000001", "1.001612"),
    *("1.234", "1,5", "(1)", "(2)", "Hài lòng", "Thông báo", "02", "Đang xử lý", "Ví dụ"),
]
OTHERS: list[list[Cell]] = [
    ["Đơn vị: UBND xã Mẫu 3"],
    ["Đơn vị báo cáo: UBND xã Mẫu 3"],
    ["(Từ ngày 01/11/2026 đến ngày 30/11/2026)"],
    ["Từ ngày 99/99/2026 đến ngày 30/11/2026"],
    ["I", "Cấp xã"],
    ["II. Đất đai"],
    ["Tổng cộng", "", 3, 4, 5],
    ["", "Người lập biểu", "", "Chủ tịch"],
    ["Mẫu, ngày 30 tháng 11 năm 2026"],
    ["(1)", "(2)", "(3)", "(4)"],
    [7],
]


def headers_of(kind: PaperKind) -> list[list[Cell]]:
    """The headers of the kind's template, as a text file has them."""
    columns = [("STT",), *(column.header for column in templates()[kind].columns)]
    depth = max(map(len, columns))
    rows: list[list[Cell]] = []
    for level in range(depth):
        texts = [header[level] if level < len(header) else "" for header in columns]
        groups = [header[: level + 1] for header in columns]
        rows.append(
            [
                "" if place and groups[place] == groups[place - 1] else text
                for place, text in enumerate(texts)
            ]
        )
    return rows


def example_of(kind: PaperKind) -> list[Cell]:
    return [1, *(column.example for column in templates()[kind].columns)]


@st.composite
def sheets(draw: st.DrawFn, kind: PaperKind) -> list[list[Cell]]:
    others = st.sampled_from(OTHERS)
    lines = [*draw(st.lists(others, max_size=3)), *headers_of(kind)]
    for _ in range(draw(st.integers(0, 6))):
        row = example_of(kind)
        for _ in range(draw(st.integers(0, 3))):
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD))
        lines.append(row)
        lines += draw(st.lists(others, max_size=1))
    return lines


def number_of(item: object) -> int:
    if isinstance(item, Reject):
        return int(str(item.native_id).rpartition("!")[2])
    assert isinstance(item, PaperRow | OfficeRow | NoRow)
    return item.row_number


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), delimiter=st.sampled_from(["", ","]), as_text=st.booleans())
def test_every_line_of_each_kind_is_accounted_for_once(
    kind: PaperKind, data: Any, delimiter: str, as_text: bool
) -> None:
    lines = data.draw(sheets(kind))
    if as_text:
        lines = [
            [cell if isinstance(cell, CellError) else str(cell) for cell in row] for row in lines
        ]
    reader = PaperReader(kind, KEY)
    last = datetime(2026, 11, 30, tzinfo=UTC).date()
    *items, sheet = reader.read([Lines(lines, delimiter=delimiter)], FILE, last)
    assert isinstance(sheet, SheetRead)
    filled = [n for n, row in enumerate(lines, 1) if any(str(cell).strip() for cell in row)]
    assert [number_of(item) for item in items] == filled
    assert sheet.lines == len(filled)
    for item in items:
        if isinstance(item, Reject):
            assert PERSON not in f"{item.field} {item.reason} {item.code}"
            with suppress(RecordError):
                reader.replay(json.loads(json.dumps(item.payload)), last)
