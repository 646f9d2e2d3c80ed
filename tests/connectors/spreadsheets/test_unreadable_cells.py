"""Cells that nobody could read are never blank: failed formulas, formulas without their result."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import NO_RESULT, CellError, TableLimits
from khop.errors import ConfigError
from tests import paths
from tests.connectors.spreadsheets.in_process import own_sheets
from tests.connectors.spreadsheets.test_read import (
    ods_cell,
    open_document,
    repacked,
    rows,
    sheet_xml,
    workbook,
)

FAILED, LOST = CellError(), CellError(NO_RESULT)


def first_row(data: bytes, name: str = "so.xlsx") -> list[Any]:
    return list(next(own_sheets(data, name)[0].rows()).cells)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c r="B1"><f>1+1</f></c>', LOST),
        ('<c r="B1"><f>1+1</f><v></v></c>', LOST),
        ('<c r="B1"><f>1+1</f><v/></c>', LOST),
        ('<c r="B1" s="0"><f>1+1</f>\n<v> </v>\n</c>', LOST),
        ('<c r="B1" t="n"><f>1+1</f><v xml:space="preserve"></v></c>', LOST),
        ('<c r="B1" t="str"><f>1+1</f></c>', LOST),
        ('<c r="B1"><f t="shared" si="0"/></c>', LOST),
        ('<c r="B1"><f t="shared" ref="B1:B9" si="0">A1&amp;"x"</f><v></v></c>', LOST),
        ('<c s="0" r="B1"><f>1+1</f></c>', LOST),
        ("<c r='B1'><f>1+1</f><v></v></c>", LOST),
        ("<c><f>1+1</f></c>", LOST),
        ('<c r="B1"><f>1+1</f><v><![CDATA[]]></v></c>', LOST),
        ('<c r="B1"><f>1+1</f><v><!-- x --></v></c>', LOST),
        ('<c r="B1"><f>1+1</f><!-- x --></c>', LOST),
        ('<c r="B1" t="s"><f>1+1</f><v></v></c>', LOST),
        ('<c r="B1" t="inlineStr"><f>1+1</f><is><t>x</t></is></c>', "x"),
        ('<x:c xmlns:x="urn:x" r="B1"><x:f>1</x:f></x:c>', LOST),
        ('<c r="B1" t="e"><v>#N/A</v></c>', FAILED),
        ('<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', FAILED),
        ('<c r="B1" t="e"><f>1/0</f><v></v></c>', FAILED),
        ("<c r='B1' t='e'><v>#REF!</v></c>", FAILED),
        ('<c t="e" r="B1"><v>#REF!</v></c>', FAILED),
        ('<c r="B1"\tt="e"><v>#REF!</v></c>', FAILED),
        ('<c r="B1"\n t="e"><v>#REF!</v></c>', FAILED),
        ("<c r=\"B1\" t='e'><v>#REF!</v></c>", FAILED),
        ('<c  r="B1"  t="e" ><v>#REF!</v></c>', FAILED),
        ('<c r="B1" t="str"><f>""</f><v></v></c>', ""),
        ('<c r="B1" t="str"><f>""</f><v/></c>', ""),
        ("<c r='B1' t='str'><f>\"\"</f><v></v></c>", ""),
        ('<c r="B1" s="0"/>', ""),
        ('<c r="B1"><v></v></c>', ""),
        ('<c r="B1"><f>1+1</f><v>2</v></c>', 2),
        ('<c r="B1"><f>1-1</f><v>0</v></c>', LOST),
        ('<c r="B1"><f>1+1</f><v>0.5</v></c>', 0.5),
        ("<c r='B1'><f>1+1</f><v>0.5</v></c>", 0.5),
        ("<c r='B1'><f>1-1</f><v>0</v></c>", LOST),
        ('<c r="B1" t="b"><f>1=2</f><v>0</v></c>', False),
        ('<c r="B1" t="str"><f>"0"</f><v>0</v></c>', "0"),
        ('<c r="B1" t="str"><f>"x"</f><v>x</v></c>', "x"),
    ],
)
def test_a_formula_of_an_xlsx_has_a_result_or_cannot_be_read(cell: str, read: Any) -> None:
    data = sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c>{cell}<c r="C1"><v>3</v></c></row>')
    assert first_row(data) == [1, read, 3]


def test_a_zero_is_a_result_unless_the_workbook_is_computed_when_it_is_opened() -> None:
    data = sheet_xml('<row r="1"><c r="A1"><f>1-1</f><v>0</v></c></row>')
    assert first_row(data) == [LOST]
    computed = repacked(data, lambda _, part: part.replace(b'fullCalcOnLoad="1"', b""))
    assert first_row(computed) == [0]


def test_a_formula_below_and_beside_the_last_value_is_kept() -> None:
    data = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><f>A1</f></c></row>'
    )
    assert [list(row.cells) for row in rows(data)] == [[1, "", ""], ["", "", ""], ["", "", LOST]]


def ods_formula(formula: str, attributes: str = "", text: str = "") -> str:
    return f'<table:table-cell table:formula="of:={formula}" {attributes}>{text}</table:table-cell>'


TEXT, NUMBER = 'office:value-type="string"', 'office:value-type="float"'
NO_TEXT, ERROR = 'office:string-value=""', 'calcext:value-type="error"'


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (ods_formula("1+1"), LOST),
        (ods_formula("1+1", NUMBER), LOST),
        (ods_formula("1+1", TEXT), LOST),
        (ods_formula("1/0", f"{TEXT} {NO_TEXT} {ERROR}", "<text:p>#DIV/0!</text:p>"), FAILED),
        (ods_formula("1/0", f'{NUMBER} office:value="0"', "<text:p>Err:502</text:p>"), FAILED),
        (ods_formula("x", f"{TEXT} {NO_TEXT}"), ""),
        (ods_formula("x", TEXT, "<text:p/>"), ""),
        (ods_formula("1+1", f'{NUMBER} office:value="2"', "<text:p>2</text:p>"), 2),
        ("<table:table-cell/>", ""),
    ],
)
def test_a_formula_of_an_ods_has_a_result_or_cannot_be_read(cell: str, read: Any) -> None:
    line = f"<table:table-row>{ods_cell('a')}{cell}{ods_cell('c')}</table:table-row>"
    assert first_row(open_document(line), "so.ods") == ["a", read, "c"]


def test_repeated_cells_that_failed_are_counted_and_not_written_out() -> None:
    failed = ods_cell("#N/A", 'table:number-columns-repeated="3" calcext:value-type="error"')
    line = f'<table:table-row table:number-rows-repeated="2">{ods_cell("a")}{failed}'
    data = open_document(f"{line}</table:table-row>")
    assert [list(row.cells) for row in rows(data, "so.ods")] == [["a", *[FAILED] * 3]] * 2
    with pytest.raises(ConfigError, match="more than 5 cells whose formula failed"):
        rows(data, "so.ods", TableLimits(lost_cells=5))


@pytest.mark.parametrize(("day", "from_1904"), [("1904-01-01", True), ("1899-12-30", False)])
def test_an_ods_may_count_from_1904(day: str, from_1904: bool) -> None:
    zero = f'<table:calculation-settings><table:null-date table:date-value="{day}"/>'
    data = open_document(f"<table:table-row>{ods_cell('a')}</table:table-row>")
    place = b'<table:table table:name="S">'
    settings = zero.encode() + b"</table:calculation-settings>" + place
    data = repacked(data, lambda _, part: part.replace(place, settings))
    assert own_sheets(data, "so.ods")[0].from_1904 is from_1904


def test_days_that_count_from_another_day_are_refused() -> None:
    line = f"<table:table-row>{ods_cell('a')}</table:table-row>"
    settings = '<table:null-date table:date-value="1900-01-01"/>'
    with pytest.raises(ConfigError, match="counts its days from 1900-01-01"):
        own_sheets(open_document(settings + line), "so.ods")


def test_an_old_workbook_tells_failed_formulas_and_those_without_a_result() -> None:
    data = (paths.SAMPLES / "paper" / "so-cong-thuc.xls").read_bytes()
    sheet, hidden = own_sheets(data, "so.xls")
    cells = [list(row.cells) for row in sheet.rows()][1:]
    assert [line[1] for line in cells[:3]] == ["H99.18.03-261110-0001", FAILED, LOST]
    assert [line[4] for line in cells] == ["19/11/2026"] * 3 + [FAILED, LOST, ""]
    assert hidden.hidden
    # A sheet that was computed before it was saved: its blank results are blanks.
    saved = data.replace(bytes.fromhex("5f0002000000"), bytes.fromhex("5f0002000100"))
    computed = [list(row.cells) for row in own_sheets(saved, "so.xls")[0].rows()][1:]
    assert [line[4] for line in computed] == ["19/11/2026"] * 3 + [FAILED, "", ""]


def test_an_old_workbook_may_count_from_1904() -> None:
    data = (paths.SAMPLES / "paper" / "so-1904.xls").read_bytes()
    assert own_sheets(data, "so.xls")[0].from_1904
    other = data.replace(bytes.fromhex("220002000100"), bytes.fromhex("220002000000"))
    assert not own_sheets(other, "so.xls")[0].from_1904


def backslashes(name: str) -> str:
    return name.replace("/", "\\") if name.startswith("xl/") else name


@pytest.mark.parametrize(
    "renamed",
    [
        str,
        backslashes,
        str.lower,
        lambda name: name.replace("sheet1", "Sheet1"),
        lambda name: name.replace("xl/worksheets", "XL/Worksheets"),
        lambda name: f"/{name}" if name.endswith("sheet1.xml") else name,
    ],
)
def test_errors_are_seen_however_the_parts_are_named(renamed: Callable[[str], str]) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
        sheet.write_number("B1", 44874)

    target = BytesIO()
    data = workbook(write, date_1904=True)
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.infolist():
            copy.writestr(renamed(part.filename), source.read(part))
    try:
        (sheet,) = own_sheets(target.getvalue(), "so.xlsx")
        found: Any = (list(next(sheet.rows()).cells), sheet.from_1904)
    except ConfigError as refused:
        found = "save it again" in str(refused)
    assert found in (([FAILED, 44874], True), True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_part_in_another_encoding_is_refused(encoding: str) -> None:
    data = repacked(
        sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c></row>'),
        lambda name, old: old.decode().encode(encoding) if name.endswith("sheet1.xml") else old,
    )
    with pytest.raises(ConfigError, match="save it again"):
        own_sheets(data, "so.xlsx")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_two_parts_of_one_name_are_refused(part: str) -> None:
    data = BytesIO(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>'))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(part.upper(), archive.read(part))
    with pytest.raises(ConfigError, match="save it again"):
        own_sheets(data.getvalue(), "so.xlsx")


def test_a_document_type_is_refused() -> None:
    other = b"<!DOCTYPE x><x><c/></x>"
    data = repacked(sheet_xml(""), lambda name, old: other if name.endswith("sheet1.xml") else old)
    with pytest.raises(ConfigError, match="save it again"):
        own_sheets(data, "so.xlsx")


def test_a_binary_workbook_is_refused() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    with pytest.raises(ConfigError, match=r"is a binary workbook \(\.xlsb\); save it as \.xlsx"):
        own_sheets(data.getvalue(), "so.xlsb")
