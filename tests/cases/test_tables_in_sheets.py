"""Tables in sheets: several tables, groups of headers, columns and sheets that are passed over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import row
from tests.cases.tables import imported, write_csv, write_xlsx

CODES = [f"H99.18.03-261110-09{number:02d}" for number in range(1, 9)]
HEADERS = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày trả kết quả"]


@pytest.fixture
def province(installation: Installation) -> Installation:
    """The one-stop has the dossiers in process."""
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(CODES, 1)]
    installation.khop("init")
    installation.run("pull")
    return installation


def paper(province: Installation, code: str) -> list[tuple[str | None, str | None]]:
    """Days of reception and return that paper says of a dossier."""
    rows = province.run("show", code)["paper"]
    return [(_day(each, "received"), _day(each, "returned")) for each in rows]


def _day(shown: dict[str, Any], name: str) -> str | None:
    value = shown[name] if name in shown else shown[f"{name}_at"]
    return value[:10] if value else None


def test_each_table_of_a_sheet_is_read_by_its_own_headers(province: Installation) -> None:
    lines: list[list[Any]] = [
        ["I. HỒ SƠ TIẾP NHẬN"],
        ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả"],
        [1, CODES[0], "Nguyễn Mẫu", "10/11/2026", "24/11/2026"],
        [],
        ["II. HỒ SƠ ĐÃ TRẢ KẾT QUẢ"],
        ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày trả kết quả", "Người nhận"],
        [1, CODES[1], "Trần Mẫu", "19/11/2026", "Trần Mẫu"],
        [2, CODES[2], "Trần Mẫu", "20/11/2026", "Trần Mẫu"],
    ]
    part = imported(province, write_xlsx(province.folder / "so.xlsx", lines))
    assert (part["stored"], part["quarantined"]) == (3, 0)
    assert part["no_rows"] == {"title": 1, "headers": 2, "section": 1}
    assert paper(province, CODES[0]) == [("2026-11-10", None)]
    assert paper(province, CODES[1]) == [(None, "2026-11-19")]
    found = rules_by_code(province.reconcile())
    assert "B1" not in found.get(CODES[0], set())
    assert "B1" in found[CODES[1]] & found[CODES[2]]


@pytest.mark.parametrize(
    "headers",
    [
        ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày bàn giao kho", "Người nhận"],
        ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày trả kết quả", "Ngày thực trả"],
        ["STT", "Số phiếu", "Tên", "Ngày chuyển"],
    ],
)
def test_rows_under_headers_that_cannot_be_read_are_refused(
    province: Installation, headers: list[str]
) -> None:
    lines: list[list[Any]] = [
        HEADERS,
        [1, CODES[0], "Nguyễn Mẫu", "10/11/2026", ""],
        headers,
        [1, CODES[1], "Trần Mẫu", "19/11/2026", "20/11/2026"],
        HEADERS,
        [1, CODES[2], "Trần Mẫu", "12/11/2026", "19/11/2026"],
    ]
    part = imported(province, write_csv(province.folder / "so.csv", lines))
    assert (part["stored"], part["quarantined"], part["no_rows"]) == (2, 1, {"headers": 3})
    assert paper(province, CODES[1]) == []
    listed = province.khop("quarantine", "list").out
    assert "headers" in listed


def test_rows_above_the_first_headers_are_refused(province: Installation) -> None:
    lines: list[list[Any]] = [
        ["Thứ tự", "Số phiếu", "Vào sổ"],
        [1, CODES[0], "10/11/2026"],
        HEADERS,
        [1, CODES[1], "Trần Mẫu", "12/11/2026", "19/11/2026"],
    ]
    part = imported(province, write_csv(province.folder / "so.csv", lines))
    assert (part["stored"], part["quarantined"]) == (1, 1)
    assert part["no_rows"] == {"title": 1, "headers": 1}


#: The rows of headers from the fourth column on, and the cells of a row below them.
GROUPS = {
    "group over a known part": (
        [
            ["Ngày, tháng, năm", "", "Trả kết quả", "", ""],
            ["Nhận hồ sơ", "Hẹn trả kết quả", "Ngày nhận kết quả", "Bên giao", "Bên nhận"],
        ],
        ["10/11/2026", "24/11/2026", "19/11/2026", "A", "B"],
    ),
    "the part in the middle": (
        [
            ["Tiếp nhận", "", "Trả kết quả", "", ""],
            ["Ngày", "Giờ", "Bên giao", "Ngày nhận", "Bên nhận"],
        ],
        ["10/11/2026", "8h", "A", "19/11/2026", "B"],
    ),
    "a day and who signed": (
        [
            ["Ngày, tháng, năm", "", "", "", ""],
            ["Nhận hồ sơ", "Hẹn trả", "Trả kết quả", "Phương thức nhận kết quả", "Ký nhận"],
        ],
        ["10/11/2026", "24/11/2026", "19/11/2026", "Trực tiếp", ""],
    ),
    "known groups over the same": (
        [
            ["Tiếp nhận", "", "Trả kết quả", "", "Ghi chú"],
            ["Ngày tiếp nhận", "Giờ", "Ngày trả kết quả", "Ký nhận", ""],
        ],
        ["10/11/2026", "8h", "19/11/2026", "B", ""],
    ),
    "three deep": (
        [
            ["Nhận và trả kết quả", "", "", "", ""],
            ["Tiếp nhận", "", "Trả kết quả", "", ""],
            ["Ngày", "Người", "Ngày", "Giờ", "Người nhận"],
        ],
        ["10/11/2026", "A", "19/11/2026", "8h", "B"],
    ),
    "single parts": (
        [
            ["Tiếp nhận", "Trả kết quả", "", "", ""],
            ["Ngày", "Ngày", "", "", ""],
        ],
        ["10/11/2026", "19/11/2026", "", "", ""],
    ),
}


@pytest.mark.parametrize("shape", GROUPS)
@pytest.mark.parametrize("merged", [False, True])
def test_groups_of_headers_are_read(province: Installation, shape: str, merged: bool) -> None:
    (first, *others), cells = GROUPS[shape]
    heads = [["TT", "Mã hồ sơ", "Chủ hồ sơ", *first], *(["", "", "", *each] for each in others)]
    lines: list[list[Any]] = [["SỔ THEO DÕI"], *heads, [1, CODES[0], "Nguyễn Mẫu", *cells]]
    ranges = list(_groups(heads)) if merged else []
    part = imported(province, write_xlsx(province.folder / "so.xlsx", lines, merged=ranges))
    assert (part["stored"], part["quarantined"]) == (1, 0)
    assert part["no_rows"] == {"title": 1, "headers": len(heads)}
    assert paper(province, CODES[0]) == [("2026-11-10", "2026-11-19")]
    assert "B1" in rules_by_code(province.reconcile())[CODES[0]]


def _groups(heads: list[list[str]]) -> list[str]:
    """The ranges of the texts that stand over blanks: to the right, or down to the last row."""
    ranges: list[str] = []
    for number, line in enumerate(heads[:-1]):
        for place, text in enumerate(line):
            if not text:
                continue
            end = place
            while end + 1 < len(line) and not line[end + 1] and heads[number + 1][end + 1]:
                end += 1
            below = all(not lower[place] for lower in heads[number + 1 :])
            last = len(heads) if below else number + 1
            if end > place or below:
                ranges.append(f"{_letter(place)}{number + 2}:{_letter(end)}{last + 1}")
    return ranges


def _letter(place: int) -> str:
    return chr(ord("A") + place)


@pytest.mark.parametrize(
    ("group", "part"),
    [
        ("Tiếp nhận", "Ngày trả"),
        ("Cán bộ tiếp nhận", "Họ tên"),
    ],
)
def test_a_part_that_its_group_contradicts_is_named_and_not_read(
    province: Installation, group: str, part: str
) -> None:
    lines: list[list[Any]] = [
        ["Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", group, ""],
        ["", "", "", part, "Ghi rõ"],
        [CODES[0], "Nguyễn Mẫu", "10/11/2026", "19/11/2026", "x"],
    ]
    part_read = imported(province, write_csv(province.folder / "so.csv", lines))
    named = " ".join(part_read["columns_unread"])
    assert (part in named) is (part_read["stored"] == 1)
    assert all(returned is None for _, returned in paper(province, CODES[0]))


def test_columns_and_sheets_that_are_passed_over_are_named(province: Installation) -> None:
    path = write_xlsx(
        province.folder / "so.xlsx",
        [
            ["Đơn vị: Sở Nông nghiệp và Môi trường"],
            [
                "Số TT",
                "Số biên nhận",
                "Ngày nhận HS",
                "Ngày trả KQ cho công dân",
                "Kho lưu trữ",
                "",
            ],
            [1, CODES[0], "10/11/2026", "19/11/2026", "K2", "giữ"],
        ],
        sheet="Đất đai",
        hidden={"Lưu 2025": [["Mã hồ sơ", "Ngày tiếp nhận"], [CODES[1], "05/11/2025"]]},
    )
    names = ("Kho lưu trữ (column E)", "column F", "Lưu 2025")
    preview = province.khop("import", str(path), "--as", "logbook", "--preview")
    assert preview.code == 0
    province.watch_logbook("so.xlsx")
    checked = province.khop("check", "--format", "json")
    done = province.khop("import", str(path), "--as", "logbook")
    for printed in (preview, checked, done):
        assert all(name in printed.text for name in names), printed.text
    assert "Ngày trả KQ cho công dân = returned" in preview.out
    assert paper(province, CODES[0]) == [("2026-11-10", "2026-11-19")]


def test_a_preview_stores_nothing(province: Installation) -> None:
    path = write_csv(province.folder / "so.csv", [HEADERS, [1, CODES[0], "A", "10/11/2026", ""]])
    printed = province.khop("import", str(path), "--as", "logbook", "--preview")
    assert "1 rows, 0 unusable; no rows: headers 1" in printed.out
    assert paper(province, CODES[0]) == []
    part = imported(province, path)
    assert (part["stored"], part["unchanged_files"]) == (1, 0)


def test_sheets_of_an_extract_that_are_passed_over_are_named(province: Installation) -> None:
    path = write_xlsx(
        province.folder / "extract.xlsx",
        [["Mã hồ sơ"], [CODES[0]]],
        hidden={"Lưu 2025": [["Mã hồ sơ"], [CODES[1]]]},
    )
    done = province.khop("import", str(path), "--as", "portal")
    assert "extract.xlsx, sheet Lưu 2025 (hidden)" in done.err
    preview = province.khop("import", str(path), "--as", "portal", "--preview")
    assert "extract.xlsx, sheet Lưu 2025: not read (hidden)" in preview.out
    assert "1 dossier codes" in preview.out
