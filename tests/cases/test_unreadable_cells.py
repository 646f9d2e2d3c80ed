"""Cells of workbooks that nobody could read are never blank, whatever the format and the names of
the parts; days counted from 1904; what divides a text."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from tests import paths
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import row
from tests.connectors.spreadsheets.test_unreadable_cells import backslashes

CODES = [f"H99.18.03-261110-{number:04d}" for number in range(1, 7)]
HEADERS = ("STT", "Mã hồ sơ", "Chủ hồ sơ", "Ngày tiếp nhận", "Ngày trả kết quả")
OLD = paths.SAMPLES / "paper"


@pytest.fixture
def province(installation: Installation) -> Installation:
    """The one-stop has the dossiers in process, and the portal too."""
    installation.one_stop.rows = [row(number, code) for number, code in enumerate(CODES, 1)]
    for code in CODES:
        installation.portal.hold(code)
    installation.khop("init")
    installation.run("pull")
    return installation


def reasons(province: Installation) -> dict[str, str]:
    """The reasons of the quarantine by row number."""
    listed = province.run("quarantine", "list")
    rows = listed if isinstance(listed, list) else listed["records"]
    return {each["native_id"].rpartition("!")[2]: each["reason"] for each in rows}


def sheet_xml(rows: Sequence[Sequence[str]]) -> str:
    """A sheet whose cells are given as XML, but for their tag's beginning and end."""
    lines = []
    for number, cells in enumerate((("",) * 5, *rows), 1):
        inside = "".join(
            f'<c r="{column}{number}"{cell}</c>'
            for column, cell in zip("ABCDE", cells, strict=True)
            if cell
        )
        lines.append(f'<row r="{number}">{inside}</row>')
    headers = "".join(
        f'<c r="{column}1"{text(header)}</c>'
        for column, header in zip("ABCDE", HEADERS, strict=True)
    )
    lines[0] = f'<row r="1">{headers}</row>'
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{''.join(lines)}</sheetData></worksheet>"
    )


def text(value: str) -> str:
    return f' t="inlineStr"><is><t>{value}</t></is>'


def line(number: int, code: str | None = None, returned: str | None = None) -> list[str]:
    return [
        f"><v>{number}</v>",
        text(CODES[number - 1]) if code is None else code,
        text("Nguyễn Văn Mẫu"),
        text("10/11/2026"),
        text("19/11/2026") if returned is None else returned,
    ]


def write_xlsx(
    path: Path, rows: Sequence[Sequence[str]], renamed: Callable[[str], str] = str
) -> None:
    plain = BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet("So")
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            xml = sheet_xml(rows).encode() if name.endswith("sheet1.xml") else part
            copy.writestr(renamed(name), xml.replace(b'fullCalcOnLoad="1"', b""))


NO_RESULT = "><f>A1+1</f><v></v>"
EMPTY_TEXT = ' t="str"><f>""</f><v></v>'
FAILED = ' t="e"><f>1/0</f><v>#DIV/0!</v>'


def test_a_formula_without_its_result_is_no_blank(province: Installation) -> None:
    write_xlsx(
        province.folder / "so.xlsx",
        [
            line(1, code=NO_RESULT),
            line(2, returned=NO_RESULT),
            line(3, returned="><f>A1+1</f>"),
            line(4, returned=EMPTY_TEXT),
            line(5, returned=FAILED),
            line(6),
        ],
    )
    province.run("import", "so.xlsx", "--as", "logbook")
    told = reasons(province)
    assert "2" in told
    assert "5" not in told
    assert "open the file in a spreadsheet program and save it again" in told["2"]
    found = rules_by_code(province.reconcile())
    assert found.get(CODES[5]) == {"B1"}
    for code in CODES[:5]:
        assert not found.get(code, set()) & {"A1", "A2", "B1"}
    assert None not in found


def test_failed_formulas_of_an_old_workbook_are_no_blanks(province: Installation) -> None:
    (province.folder / "so.xls").write_bytes((OLD / "so-cong-thuc.xls").read_bytes())
    province.run("import", "so.xls", "--as", "logbook")
    assert {"3", "4"} <= set(reasons(province))
    found = rules_by_code(province.reconcile())
    assert found == {CODES[0]: {"B1"}}


def test_the_unusable_cells_of_an_extract_are_counted(province: Installation) -> None:
    write_xlsx(
        province.folder / "cong.xlsx",
        [
            line(1, code=NO_RESULT),
            line(2, code=FAILED),
            line(3, code=text("H99.18.03-261110-9999")),
        ],
    )
    (part,) = province.run("import", "cong.xlsx", "--as", "portal")["sources"]
    assert (part["read"], part["unusable"]) == (1, 2)
    assert [place.partition(" ")[0] for place in part["places"]] == [
        "cong.xlsx#So!2",
        "cong.xlsx#So!3",
    ]
    printed = province.khop("import", "cong.xlsx", "--as", "portal", "--again")
    assert "2 cells of the extract are no usable code" in " ".join(printed.err.split())


@pytest.mark.parametrize(
    "renamed", [backslashes, lambda name: name.replace("sheet1", "Sheet1"), str.upper, str.title]
)
def test_the_names_of_parts_hide_no_failed_formula(
    province: Installation, renamed: Callable[[str], str]
) -> None:
    write_xlsx(
        province.folder / "so.xlsx", [line(1), line(2, returned=FAILED), line(3, FAILED)], renamed
    )
    printed = province.khop("import", "so.xlsx", "--as", "logbook", "--format", "json")
    (part,) = printed.json()["sources"]
    found = rules_by_code(province.reconcile())
    if part["failed_files"]:
        assert part["error"]
        assert found == {}
    else:
        assert "4" in reasons(province)
        assert found == {CODES[0]: {"B1"}}


@pytest.mark.parametrize("name", ["so-1904.xls", "so.xlsx"])
def test_bare_numbers_may_count_from_1904(province: Installation, name: str) -> None:
    path = province.folder / name
    if name.endswith(".xls"):
        path.write_bytes((OLD / name).read_bytes())
    else:
        with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, HEADERS)
            page.write_row(1, 0, [1, CODES[0], "Nguyễn Văn Mẫu", 44874, 44883])
    province.run("import", name, "--as", "logbook")
    (shown,) = province.run("show", CODES[0])["paper"]
    assert (shown["received_at"][:10], shown["returned_at"][:10]) == ("2026-11-10", "2026-11-19")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("title", ["", "SỔ THEO DÕI, NĂM 2026, QUYỂN 1, XÃ MẪU, TỈNH MẪU\n"])
def test_the_divider_of_a_text_is_that_of_its_headers(
    installation: Installation, delimiter: str, title: str
) -> None:
    address = "Số 5, tổ 3, khu phố 2, phường Mẫu, thành phố Mẫu, tỉnh Mẫu, nhà của ông A; bà B"
    lines = [["STT", "Mã hồ sơ", "Địa chỉ", "Ngày tiếp nhận"]]
    quoted = f'"{address}"'
    lines += [[str(n), code, quoted, "10/11/2026"] for n, code in enumerate(CODES, 1)]
    content = title + "\n".join(delimiter.join(cells) for cells in lines)
    (installation.folder / "so.csv").write_text(content, "utf-8-sig")
    installation.khop("init")
    installation.run("pull")
    installation.run("import", "so.csv", "--as", "logbook")
    assert rules_by_code(installation.reconcile()) == {code: {"A1"} for code in CODES}
