"""Lines that are no rows are named by kind; lines that look like rows are rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from khop.connectors.spreadsheets.model import Cell, CellError
from khop.mappings.paper.items import NoRow, SheetRead
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind
from tests.mappings.paper.sheets import FILE, KEY, Lines

CODE = "H99.18.01-261008-0001"
LOGBOOK: list[Cell] = [
    "STT", "Mã hồ sơ", "Chủ hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày trả", "Ghi chú",
]  # fmt: skip
GOOD: list[Cell] = [1, CODE, "Nguyễn Văn Mẫu", "1.001612", "10/11/2026", "", ""]
SIGNED: list[Cell] = ["", "Người lập sổ", "", "", "", "Thủ trưởng đơn vị", ""]


def kinds(*lines: list[Cell], kind: PaperKind = PaperKind.LOGBOOK) -> Counter[str]:
    """How often each kind of line is found; ``row`` and ``unusable`` for rows."""
    found: Counter[str] = Counter()
    counted = 0
    for item in PaperReader(kind, KEY).read([Lines(lines)], FILE):
        if isinstance(item, SheetRead):
            counted += item.lines
        elif isinstance(item, NoRow):
            found[item.kind] += 1
        else:
            found["row" if hasattr(item, "row_key") else "unusable"] += 1
    assert found.total() == counted
    return found


def of_line(*lines: list[Cell]) -> str:
    """The kind of the last line, in a logbook with a good row before and behind it."""
    padded = [[*each, *[""] * (len(LOGBOOK) - len(each))] for each in lines]
    found = kinds(LOGBOOK, GOOD, *padded, [2, *GOOD[1:]])
    found -= kinds(LOGBOOK, GOOD, *padded[:-1], [2, *GOOD[1:]])
    (kind,) = found.elements()
    return kind


@pytest.mark.parametrize("signed", [[], [SIGNED]], ids=["", "signed"])
@pytest.mark.parametrize(
    "line",
    [
        [2, "", "Phạm Văn Giấy", "1.001612", "20/11", "", "Chủ tịch ký"],
        [2, "", "Phạm Văn Giấy", "1.001612", "20/11", "", "Giám đốc"],
        [2, "", "Ủy ban nhân dân xã", "1.001612", "20/11", "", "TM. UBND"],
        [2, "", "Phạm Văn Giấy", "1.001612", "", "Chưa trả", ""],
        [2, "", "Phạm Văn Giấy", "", "", "", ""],
        [2, "", "Tổng công ty Mẫu", "", "", "", ""],
        [2, "", "Chủ tịch", "", "", "", ""],
        ["2.", "", "Phạm Văn Giấy", "", "", "", ""],
        ["02", "", "Phạm Văn Giấy", "", "", "", "Giám đốc"],
        [2.0, "", "", "", "", "", "TM. UBND"],
        ["", "", "Phạm Văn Giấy", "1.001612", "", "", ""],
        ["", "", "Phạm Văn Giấy", "", "5/11", "", "Chủ tịch"],
        ["", "", "Phạm Văn Giấy", "", "", "chưa trả", ""],
        ["", "BN-77", "Chủ tịch", "", "", "", ""],
        ["", "", "", "", CellError(), "", ""],
        ["", "", "A", "Khai sinh", "phố Mẫu", "", "mai"],
    ],
)  # fmt: skip
def test_a_line_that_looks_like_a_row_is_one(line: list[Cell], signed: list[list[Cell]]) -> None:
    assert of_line(*signed, line) == "unusable"


@pytest.mark.parametrize(
    "line",
    [
        ["", "", "Phan Thị Mẫu"],
        ["", "", "Năm Mẫu"],
        ["", "", "Quỳnh Mẫu"],
        ["", "", "N. V. Mẫu"],
        ["", "", "Phạm Văn Giấy", "", "", "", "Giám đốc"],
        ["", "", "Ủy ban nhân dân xã", "", "", "", "TM. UBND"],
        ["việc khác"],
    ],
)
def test_a_line_of_no_known_kind_is_refused(line: list[Cell]) -> None:
    assert of_line(line) == "unusable"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("section", ["I", "LĨNH VỰC HỘ TỊCH"]),
        ("section", ["I.", "Hộ tịch"]),
        ("section", ["II. Lĩnh vực đất đai", "", "(5 hồ sơ)"]),
        ("section", ["", "B. Chứng thực"]),
        ("section", ["Tháng 11/2026"]),
        ("section", ["Quý IV năm 2026"]),
        ("section", ["Ngày 10/11/2026"]),
        ("section", ["Đơn vị:", "UBND xã Mẫu 4"]),
        ("section", ["Đơn vị: UBND xã Mẫu 4"]),
        ("section", [1, "Lĩnh vực chứng thực"]),
        ("section", ["1", "Lĩnh vực chứng thực"]),
        ("total", ["", "Tổng cộng: 12 hồ sơ", "", "", "12", "3"]),
        ("total", ["Tổng số hồ sơ tiếp nhận trong tháng: 15"]),
        ("total", ["Cộng", "", "", "", "12 hồ sơ", "3/12"]),
        ("total", ["Tổng cộng", 12, "", "", CellError(), 3]),
        ("signature", ["", "TM. UBND XÃ MẪU 3", "", "", "KT. CHỦ TỊCH"]),
        ("signature", ["", "NGƯỜI LẬP BIỂU", "", "", "Trần Thị Mẫu"]),
        ("signature", ["", "(Ký và ghi rõ họ tên)"]),
        ("signature", ["", "", "", "", "Mẫu, ngày 30 tháng 11 năm 2026"]),
        ("signature", ["", "", "", "", "Mẫu, ngày … tháng … năm 2026"]),
        ("remark", ["Ghi chú: sổ này thay sổ cũ"]),
        ("remark", ["Trang 1/2"]),
        ("remark", ["Ấn định danh sách này gồm 12 hồ sơ"]),
        ("blank", ["…", "…", "…"]),
        ("blank", [17]),
        ("blank", ["17", "", "…", "-"]),
        ("blank", [CellError("no result")]),
        ("numbers", [f"({n})" for n in range(1, 8)]),
        ("numbers", ["A", "B", 1, 2, 3, 4, 5]),
        ("headers", LOGBOOK),
        ("headers", [f"{header} ({n})" for n, header in enumerate(LOGBOOK, 1)]),
    ],
)
def test_a_line_that_is_no_row_has_a_kind(kind: str, line: list[Cell]) -> None:
    assert of_line(line) == kind


def test_names_below_a_signature_belong_to_it() -> None:
    found = kinds(
        LOGBOOK,
        GOOD,
        SIGNED,
        ["", "(Ký tên)", "", "", "", "(Ký tên, đóng dấu)", ""],
        ["", "Trần Thị Mẫu", "", "", "", "Lê Văn Mẫu", ""],
        ["", "", "", "Trần Thị Mẫu", "", "", ""],
        ["", "Trần Thị Mẫu", "Lê Văn Mẫu", "", "", "Phạm Mẫu", ""],
    )
    assert found == {"headers": 1, "row": 1, "signature": 3, "unusable": 2}


def test_a_section_over_merged_columns_is_no_row_whatever_it_says() -> None:
    lines: list[list[Cell]] = [LOGBOOK, ["Ngày 10/11/2026"] * 7, GOOD, ["Hộ tịch"] * 7, GOOD]
    merged = dict.fromkeys(range(7), 0)
    sheet = Lines(lines, spans={2: merged, 4: merged})
    found = [
        type(each).__name__ for each in PaperReader(PaperKind.LOGBOOK, KEY).read([sheet], FILE)
    ]
    assert found == ["NoRow", "NoRow", "PaperRow", "NoRow", "PaperRow", "SheetRead"]


def test_a_row_with_cells_merged_downwards_is_a_row() -> None:
    sheet = Lines([LOGBOOK, GOOD], spans={2: {0: 0, 1: 1}})
    (_, row, _) = PaperReader(PaperKind.LOGBOOK, KEY).read([sheet], FILE)
    assert not isinstance(row, NoRow)


def test_titles_that_a_page_repeats_are_titles() -> None:
    title: list[Cell] = ["SỔ THEO DÕI (tiếp)", "", "", "", "Trang 2"]
    found = kinds(LOGBOOK, GOOD, title, [], ["Đơn vị khác"], LOGBOOK, GOOD)
    assert found == {"headers": 2, "row": 2, "title": 2}


@pytest.mark.parametrize("signer", ["Chủ tịch", "KT. Chủ tịch", "Phó Giám đốc", "TM. UBND"])
def test_the_signer_in_a_register_makes_no_signature(signer: str) -> None:
    headers: list[Cell] = ["Số, ký hiệu", "Ngày ký", "Mã hồ sơ", "Người ký"]
    rows: list[list[Cell]] = [
        ["123/QĐ-UBND", "16/11/2026", CODE, signer],
        ["124/QĐ-UBND", "17/11", "", signer],
        ["125/QĐ-UBND", "", "", signer],
        ["", datetime(2026, 11, 18), CODE, signer],
    ]
    found = kinds(headers, *rows, kind=PaperKind.REGISTER)
    assert found == {"headers": 1, "row": 2, "unusable": 2}
