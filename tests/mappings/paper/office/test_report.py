"""Form II.06a as units send it: its head, its rows, its sums, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.errors import RecordError
from khop.mappings.paper.items import NoRow, NoRowKind, PaperItem, SheetRead
from khop.mappings.paper.office.amounts import AMOUNTS, read_amount
from khop.mappings.paper.office.report import ReportHead, head_of
from khop.mappings.paper.office.rows import ReportLevel, ReportRow
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines

Row = list[Cell]
HEAD: list[Row] = [
    ["Biểu số II.06a/VPCP/KSTT", "", "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC", "", "", "", "", "", ""],
    [
        "",
        "",
        "Kỳ báo cáo: Tháng 11\n(Từ ngày 01/11/2026 đến ngày 30/11/2026)",
        "",
        "",
        "",
        "",
        "",
        "",
    ],
    [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "- Đơn vị báo cáo: UBND xã Mẫu 3\n- Đơn vị nhận báo cáo: VP",
    ],
    ["", "", "", "", "", "", "", "", "", "", "", "Đơn vị tính: Số hồ sơ TTHC", ""],
]
HEADERS: list[Row] = [
    [
        *("STT", "Lĩnh vực, công việc giải quyết theo cấp"),
        *("Số lượng hồ sơ tiếp nhận", "", "", ""),
        *("Số lượng hồ sơ đã giải quyết", "", "", ""),
        *("Số lượng hồ sơ đang giải quyết", "", ""),
    ],
    [
        *("", "", "Tổng số", "Trong kỳ", "", "Từ kỳ trước"),
        *("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn"),
        *("Tổng số", "Trong hạn", "Quá hạn"),
    ],
    ["", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "", "", "", "", "", "", "", ""],
]
NUMBERS: Row = [
    *("(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)"),
    *("(8)", "(9)", "(10)", "(11)=(12)+(13)", "(12)", "(13)"),
]
ONE: list[Cell] = [15, 5, 8, 2, 12, 6, 5, 1, 3, 2, 1]
SECTION: Row = ["I", "Cấp xã", *ONE]
CIVIL: Row = [1, "Hộ tịch", 10, 5, 4, 1, 8, 4, 4, 0, 2, 1, 1]
LAND: Row = [2, "Đất đai", 5, 0, 4, 1, 4, 2, 1, 1, 1, 1, 0]
TOTAL: Row = ["Tổng cộng", "", *ONE]
SIGNED: list[Row] = [
    ["", "", "", "", "", "", "", "", "", "", "TM. ỦY BAN NHÂN DÂN"],
    ["", "", "", "", "", "", "", "", "", "", "Nguyễn Văn Mẫu"],
]
FORM: list[Row] = [*HEAD, *HEADERS, NUMBERS, SECTION, CIVIL, LAND, TOTAL, *SIGNED]


def items(lines: Sequence[Sequence[Cell]], **options: Any) -> list[PaperItem]:
    spans = options.pop("spans", {})
    sheet = Lines(lines, spans=spans)
    return list(PaperReader(PaperKind.REPORT, KEY, **options).read([sheet], FILE))


def rows(lines: Sequence[Sequence[Cell]], **options: Any) -> list[ReportRow]:
    return [item for item in items(lines, **options) if isinstance(item, ReportRow)]


def rejects(lines: Sequence[Sequence[Cell]], **options: Any) -> list[Reject]:
    return [item for item in items(lines, **options) if isinstance(item, Reject)]


def amounts(row: ReportRow) -> list[int | None]:
    return [getattr(row, name) for name in AMOUNTS]


def test_a_form_gives_its_sections_fields_and_total() -> None:
    section, civil, land, total = rows(FORM)
    assert [row.level for row in (section, civil, land, total)] == [
        ReportLevel.SECTION,
        ReportLevel.FIELD,
        ReportLevel.FIELD,
        ReportLevel.TOTAL,
    ]
    assert [(row.section, row.field) for row in (section, civil, land, total)] == [
        (None, "Cấp xã"),
        ("Cấp xã", "Hộ tịch"),
        ("Cấp xã", "Đất đai"),
        (None, "Tổng cộng"),
    ]
    assert amounts(total) == ONE
    assert amounts(civil) == CIVIL[2:]
    assert {(row.unit, row.first_day, row.last_day) for row in rows(FORM)} == {
        ("UBND xã Mẫu 3", "2026-11-01", "2026-11-30")
    }


def test_every_line_of_the_form_is_accounted_for() -> None:
    found = items(FORM)
    (sheet,) = (item for item in found if isinstance(item, SheetRead))
    kinds = [item.kind for item in found if isinstance(item, NoRow)]
    assert kinds == [
        *[NoRowKind.TITLE] * 4,
        *[NoRowKind.HEADERS] * 3,
        NoRowKind.NUMBERS,
        *[NoRowKind.SIGNATURE] * 2,
    ]
    assert sheet.lines == len(found) - 1 == len(FORM)
    assert sheet.columns_unread == ()


MERGED = {
    5: {**dict.fromkeys(range(2, 6), 2), **dict.fromkeys(range(6, 10), 6), 10: 10, 11: 10, 12: 10},
    6: {3: 3, 4: 3},
}


def as_merged(lines: Sequence[Row]) -> list[Row]:
    """The same lines as a workbook gives them: a merged cell's text in all of its columns."""
    merged = [list(line) for line in lines]
    for number, span in MERGED.items():
        for place, first in span.items():
            merged[number - 1][place] = merged[number - 1][first]
    return merged


def test_merged_headers_give_the_same_rows() -> None:
    assert rows(as_merged(FORM), spans=MERGED) == rows(FORM)


def test_groups_of_other_words_are_the_same_columns() -> None:
    words = {
        "Số lượng hồ sơ tiếp nhận": "Số hồ sơ nhận giải quyết",
        "Số lượng hồ sơ đã giải quyết": "Đã giải quyết (hồ sơ)",
        "Số lượng hồ sơ đang giải quyết": "Hồ sơ đang giải quyết",
        "Trực tiếp, dịch vụ bưu chính": "Trực tiếp hoặc qua dịch vụ bưu chính",
        "Từ kỳ trước": "Kỳ trước chuyển sang",
        "Đúng hạn": "Đúng hạn (bao gồm cả hồ sơ chờ bổ sung và trả lại/xin rút)",
        "Lĩnh vực, công việc giải quyết theo cấp": "LĨNH VỰC GIẢI QUYẾT",
    }
    lines = [[words.get(str(cell), cell) for cell in line] for line in FORM]
    assert [amounts(row) for row in rows(lines)] == [amounts(row) for row in rows(FORM)]


def test_a_section_without_numbers_heads_its_fields_too() -> None:
    lines: list[Row] = [
        *FORM[:8],
        ["A", "TTHC cấp tỉnh"],
        CIVIL,
        ["Cộng", "", *ONE],
        ["B. Cấp xã"],
        CIVIL,
    ]
    assert [(row.section, row.field, row.level) for row in rows(lines)] == [
        ("TTHC cấp tỉnh", "Hộ tịch", "field"),
        ("TTHC cấp tỉnh", "Cộng", "total"),
        ("Cấp xã", "Hộ tịch", "field"),
    ]
    assert len({row.row_key for row in rows(lines)}) == 3


def test_a_row_keeps_its_key_when_its_numbers_are_corrected() -> None:
    civil: Row = [*CIVIL[:2], *[99] * 11]
    corrected: list[Row] = [*FORM[:9], civil, *FORM[10:]]
    assert [row.row_key for row in rows(corrected)] == [row.row_key for row in rows(FORM)]
    head: list[Row] = [
        ["Đơn vị báo cáo: UBND xã Mẫu 3"],
        ["Từ ngày 01/10/2026 đến ngày 31/10/2026"],
    ]
    october: list[Row] = [*head, *FORM[4:]]
    assert not {row.row_key for row in rows(FORM)} & {row.row_key for row in rows(october)}


def test_numbers_as_text_are_read() -> None:
    lines: list[Row] = [
        *FORM[:8],
        ["1", "Hộ tịch", "1.010", "5,0", "1 000", "-", "", "4", "4", "0", "2", "1", "1"],
    ]
    (row,) = rows(lines)
    assert (row.received_all, row.received_online) == (1010, 5)
    assert (row.received_otherwise, row.carried_over, row.ended_all) == (1000, None, None)


@pytest.mark.parametrize(
    "cell", ["1,5", "1.2.3", "12 hồ sơ", "x", -1, 1.5, True, "99999999999", "1.01"]
)
def test_what_is_no_number_of_dossiers_is_refused(cell: Cell) -> None:
    with pytest.raises(RecordError):
        read_amount(cell, "Tổng số")


def test_a_bad_number_costs_its_cell() -> None:
    lines: list[Row] = [*FORM[:8], [1, "Hộ tịch", "khoảng 10", *CIVIL[3:]]]
    (row,) = rows(lines)
    assert row.received_all is None
    assert row.unread == ("received_all",)
    assert row.fields_lost == ("Số lượng hồ sơ tiếp nhận / Tổng số",)
    assert amounts(row)[1:] == CIVIL[3:]


def test_a_form_without_unit_or_period_is_refused_row_by_row() -> None:
    without_unit = [FORM[0], FORM[1], *FORM[3:]]
    assert {reject.field for reject in rejects(without_unit)} == {"unit"}
    assert len(rejects(without_unit)) == 4
    assert {row.unit_code for row in rows(without_unit, unit="H99.18.03")} == {"H99.18.03"}
    quarter: Row = ["Kỳ báo cáo: Quý IV năm 2026"]
    without_period: list[Row] = [FORM[0], quarter, *FORM[2:]]
    assert {reject.field for reject in rejects(without_period)} == {"period"}


def test_a_refused_row_is_read_again() -> None:
    bad: Row = [1, "Hộ tịch", *["x"] * 11]
    (reject,) = rejects([*FORM[:8], bad])
    payload = json.loads(json.dumps(reject.payload))
    payload["cells"] = CIVIL
    (same,) = rows([*FORM[:8], CIVIL])
    assert PaperReader(PaperKind.REPORT, KEY).replay(payload) == same


def test_a_row_without_a_field_or_a_number_is_refused() -> None:
    bare: Row = [1, "", *CIVIL[2:]]
    (nameless,) = rejects([*FORM[:8], bare])
    assert nameless.reason.startswith("has no text")
    blank: Row = [1, "Hộ tịch", *[""] * 11]
    (empty,) = rejects([*FORM[:8], blank])
    assert "has no number" in empty.reason


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("(Từ ngày 15/12/2025 đến ngày 14/3/2026)", "2025-12-15", "2026-03-14"),
        ("Từ 15/9/2026 đến hết ngày 14/12/2026", "2026-09-15", "2026-12-14"),
        ("Từ ngày 01 tháng 11 năm 2026 đến ngày 30 tháng 11 năm 2026", "2026-11-01", "2026-11-30"),
        ("Kỳ báo cáo: Quý IV (từ 15-9-2026 - 14-12-2026)", "2026-09-15", "2026-12-14"),
        ("Từ ngày 15/9 đến ngày 14/12/2026", "2026-09-15", "2026-12-14"),
        ("Từ ngày 15/12 đến ngày 14/3/2026", None, None),
        ("Từ ngày 31/11/2026 đến ngày 14/12/2026", None, None),
        ("Quý IV năm 2026", None, None),
        ("Từ ngày … đến ngày …", None, None),
    ],
)
def test_a_period_is_what_its_days_say(text: str, first: str | None, last: str | None) -> None:
    head = head_of([TableRow(1, [text], None)])
    assert (head.first, head.last) == (first, last)


def test_two_periods_in_a_head_are_none() -> None:
    lines = ["Từ ngày 01/11/2026 đến ngày 30/11/2026", "Từ ngày 01/10/2026 đến ngày 31/10/2026"]
    assert head_of([TableRow(n, [text], None) for n, text in enumerate(lines)]) == ReportHead()


def test_a_form_by_units_is_another_form() -> None:
    lines = [["Đơn vị" if cell == HEADERS[0][1] else cell for cell in line] for line in FORM]
    with pytest.raises(Exception, match="lack field"):
        items(lines)
