"""Every line of a file is stored, in quarantine, or said to be no row, by kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.installation import Installation, rules_by_code
from tests.cases.tables import imported, write_csv, write_xlsx

CODE = "H99.18.03-261110-2401"
LOGBOOK = ["STT", "Mã hồ sơ", "Chủ hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày trả", "Ghi chú"]
GOOD = [1, CODE, "Nguyễn Văn Mẫu", "1.001612", "10/11/2026", "", ""]
SIGNED = ["", "Người lập sổ", "", "", "", "Thủ trưởng đơn vị", ""]


@pytest.fixture
def province(installation: Installation) -> Installation:
    installation.khop("init")
    installation.run("pull")
    return installation


@pytest.mark.parametrize("name", ["so.xlsx", "so.csv"])
def test_rows_among_signatures_and_sections_are_counted(province: Installation, name: str) -> None:
    lines: list[list[Any]] = [
        ["SỔ THEO DÕI HỒ SƠ"],
        LOGBOOK,
        ["I", "LĨNH VỰC HỘ TỊCH"],
        GOOD,
        [2, "", "Phạm Văn Giấy", "1.001612", "", "Chưa trả", ""],
        [3, "", "Phạm Văn Giấy", "1.001612", "hôm qua", "", "Chủ tịch ký"],
        ["Tổng cộng: 3"],
        SIGNED,
        [4, "", "Phạm Văn Sót", "1.001612", "sáng thứ hai", "", ""],
        ["II", "LĨNH VỰC ĐẤT ĐAI"],
        [5, "", "Ủy ban nhân dân xã", "1.001612", "", "", "TM. UBND"],
        [6],
    ]
    write = write_csv if name.endswith(".csv") else write_xlsx
    part = imported(province, write(province.folder / name, lines))
    assert (part["lines"], part["stored"], part["quarantined"]) == (12, 1, 4)
    kinds = {"title": 1, "headers": 1, "section": 2, "total": 1, "signature": 1, "blank": 1}
    assert part["no_rows"] == kinds
    assert "A1" in rules_by_code(province.reconcile())[CODE]


def test_the_summary_names_each_kind_in_both_languages(province: Installation) -> None:
    path = write_xlsx(province.folder / "so.xlsx", [["SỔ THEO DÕI"], LOGBOOK, GOOD, SIGNED])
    english = province.khop("import", str(path), "--as", "logbook")
    assert "3 lines are no rows of a table: titles 1, headers 1, signatures 1" in english.err
    again = province.khop("import", str(path), "--as", "logbook", "--again", "--lang", "vi")
    assert "tiêu đề sổ 1, tiêu đề cột 1, chữ ký 1" in again.err


def test_a_register_with_the_office_of_the_signer_is_counted(province: Installation) -> None:
    headers = ["Số, ký hiệu văn bản", "Ngày tháng văn bản", "Trích yếu", "Người ký", "Ghi chú"]
    days = ("16/11/2026", "hôm 17", "18/11/2026")
    rows = [[f"{n}/QĐ-UBND", day, "QĐ cấp GCN", "Chủ tịch", ""] for n, day in enumerate(days, 123)]
    path: Path = write_xlsx(province.folder / "so.xlsx", [["SỔ ĐĂNG KÝ"], headers, *rows])
    part = imported(province, path, "register")
    assert (part["stored"], part["quarantined"], part["lines"]) == (2, 1, 5)
