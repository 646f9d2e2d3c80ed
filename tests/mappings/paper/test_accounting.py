"""Random sheets: every line with content is accounted for once, and no row becomes another line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import Cell, CellError
from khop.mappings.paper.items import NoRow, NoRowKind, SheetRead
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines

WIDTH = 7


@dataclass(frozen=True)
class Drawn:
    """A line, and what it is: ``row`` for a row that looks like one."""

    what: str
    cells: list[Cell]


TABLES: list[list[list[str]]] = [
    [["STT", "Mã hồ sơ", "Chủ hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày trả", "Ghi chú"]],
    [["STT", "Mã HS", "Người nộp", "Mã TTHC", "Ngày trả kết quả", "Ngày nhận hồ sơ", "Ký nhận"]],
    [
        ["TT", "Mã hồ sơ", "Chủ hồ sơ", "Mã TTHC", "Ngày, tháng, năm", "", "Ghi chú"],
        ["", "", "", "", "Nhận hồ sơ", "Trả kết quả", ""],
    ],
]
NAMES = st.sampled_from(
    ["Nguyễn Văn Mẫu", "Phan Thị Mẫu", "Ủy ban nhân dân xã", "Tổng công ty Mẫu", "Chủ tịch", "Năm"]
)
NOTES = st.sampled_from(["", "Chủ tịch ký", "Giám đốc", "TM. UBND", "Tổng cộng", "xem lại"])
DAYS = st.sampled_from(["10/11/2026", "", "20/11", "31/02/2026", "hôm", "Chưa trả", CellError()])
CODES = st.sampled_from(["H99.18.03-261110-0001", "", "", "Chưa có mã", "BN-7", CellError()])
OTHERS: dict[str, list[list[Cell]]] = {
    "title": [["SỔ THEO DÕI HỒ SƠ"], ["Đơn vị: UBND xã Mẫu 3"], ["UBND", "", "", "", "CỘNG HÒA"]],
    "section": [["I", "LĨNH VỰC HỘ TỊCH"], ["II. Đất đai"], ["Tháng 11/2026"], ["Đơn vị: UBND xã"]],
    "total": [["Tổng cộng: 3"], ["Cộng", "", 3, "", "2 hồ sơ"], ["Tổng số hồ sơ: 5"]],
    "signature": [
        ["", "Người lập sổ", "", "", "Chủ tịch"],
        ["", "", "", "Mẫu, ngày 30 tháng 11 năm 2026"],
    ],
    "blank": [[7], ["12."]],
    "numbers": [[f"({n})" for n in range(1, WIDTH + 1)]],
    "empty": [[], [" ", ""]],
}  # fmt: skip


def lines_of(what: str) -> st.SearchStrategy[Drawn]:
    return st.sampled_from(OTHERS[what]).map(lambda cells: Drawn(what, cells))


@st.composite
def rows(draw: st.DrawFn) -> Drawn:
    """A numbered row; days, code and notes of any kind."""
    cells: list[Any] = [draw(st.integers(1, 99)), draw(CODES), draw(NAMES), "1.001612"]
    cells += [draw(DAYS), draw(DAYS), draw(NOTES)]
    return Drawn("row", cells)


@st.composite
def tables(draw: st.DrawFn) -> list[Drawn]:
    """Titles, headers, and rows among other lines."""
    inside = st.one_of(
        rows(), rows(), *map(lines_of, ("section", "total", "signature", "blank", "empty"))
    )
    return [
        *draw(st.lists(st.one_of(lines_of("title"), lines_of("empty")), max_size=2)),
        *(Drawn("headers", list(cells)) for cells in draw(st.sampled_from(TABLES))),
        *draw(st.lists(lines_of("numbers"), max_size=1)),
        *draw(st.lists(inside, max_size=8)),
    ]


@given(st.lists(tables(), min_size=1, max_size=3), st.booleans())
def test_every_line_is_accounted_for_once(drawn: list[list[Drawn]], as_text: bool) -> None:
    lines = [line for table in drawn for line in table]
    cells = [_written(line.cells, as_text) for line in lines]
    *items, sheet = PaperReader(PaperKind.LOGBOOK, KEY).read([Lines(cells)], FILE)
    assert isinstance(sheet, SheetRead)
    filled = [n for n, each in enumerate(cells, 1) if any(str(cell).strip() for cell in each)]
    assert sheet.lines == len(filled)
    assert [_number(item) for item in items] == filled
    found = {_number(item): item for item in items}
    for number in filled:
        item, what = found[number], lines[number - 1].what
        assert isinstance(item, PaperRow | Reject) is (what == "row"), (lines[number - 1], item)
        if isinstance(item, NoRow) and what != "title":
            assert item.kind == NoRowKind(what)


def _written(cells: list[Cell], as_text: bool) -> list[Cell]:
    """The cells of a line; as in CSV, where everything is text."""
    padded = [*cells, *[""] * (WIDTH - len(cells))]
    return [c if isinstance(c, CellError) or not as_text else str(c) for c in padded]


def _number(item: object) -> int:
    if isinstance(item, PaperRow | NoRow):
        return item.row_number
    assert isinstance(item, Reject)
    return int(str(item.native_id).rpartition("!")[2])
