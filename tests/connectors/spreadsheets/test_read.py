"""Table files: their content, and what is refused before it takes memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import CellError, TableLimits, TableRow
from khop.connectors.spreadsheets.read import read_sheets
from khop.errors import ConfigError
from tests import paths
from tests.connectors.spreadsheets.in_process import own_sheets


def workbook(write: Callable[[Any], None], **options: Any) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, options) as book:
        write(book)
    return target.getvalue()


def rows(data: bytes, name: str = "so.xlsx", limits: TableLimits | None = None) -> list[TableRow]:
    return list(read_sheets(data, name, limits).sheets[0].rows())


def cells(data: bytes, name: str = "so.xlsx") -> list[list[Any]]:
    return [list(row.cells) for row in rows(data, name)]


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for part in source.infolist():
            copy.writestr(part.filename, change(part.filename, source.read(part)))
    return target.getvalue()


def sheet_xml(xml: str) -> bytes:
    """A workbook whose one sheet has this data."""
    plain = workbook(lambda book: book.add_worksheet("A"))
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    body = f"{head}<sheetData>{xml}</sheetData></worksheet>".encode()
    return repacked(plain, lambda name, old: body if name.endswith("sheet1.xml") else old)


def open_document(table: str) -> bytes:
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    target = io.BytesIO()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{namespace}:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{namespace}:office:1.0" '
            f'xmlns:table="{namespace}:table:1.0" xmlns:text="{namespace}:text:1.0" '
            'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            '<office:body><office:spreadsheet><table:table table:name="S">'
            f"{table}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return target.getvalue()


WIDE = '"16384"'


def ods_cell(text: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


def test_rows_and_columns_are_numbered_as_a_spreadsheet_program_shows_them() -> None:
    data = workbook(lambda book: book.add_worksheet("Sổ").write("C4", "Mã hồ sơ"))
    (sheet,) = read_sheets(data, "so.xlsx").sheets
    assert (sheet.name, sheet.hidden, sheet.from_1904) == ("Sổ", False, False)
    assert [(row.number, list(row.cells)) for row in sheet.rows()][-1] == (4, ["", "", "Mã hồ sơ"])


def test_cells_keep_their_types() -> None:
    def write(book: Any) -> None:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_datetime(0, 0, datetime(2026, 10, 8), day)
        sheet.write_datetime(0, 1, datetime(2026, 10, 8, 14, 30), moment)
        sheet.write_row(0, 2, ["a", 5, 46303.5, True])
        sheet.write_number(0, 6, 0.5, clock)

    assert cells(workbook(write)) == [
        [date(2026, 10, 8), datetime(2026, 10, 8, 14, 30), "a", 5, 46303.5, True, time(12)]
    ]


def test_the_date_system_of_1904_is_reported() -> None:
    data = workbook(lambda book: book.add_worksheet().write(0, 0, 1), date_1904=True)
    assert read_sheets(data, "so.xlsx").sheets[0].from_1904


def test_hidden_sheets_are_marked() -> None:
    def write(book: Any) -> None:
        book.add_worksheet("A")
        book.add_worksheet("B").hide()

    sheets = read_sheets(workbook(write), "so.xlsx").sheets
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [("A", False), ("B", True)]
    assert list(sheets[0].rows()) == []


def test_merged_cells_have_the_value_of_the_first_cell() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("B1:C2", "nhóm")
        sheet.write("A1", "x")
        sheet.write("D2", "y")

    found = rows(workbook(write))
    assert [list(row.cells) for row in found] == [
        ["x", "nhóm", "nhóm", ""],
        ["", "nhóm", "nhóm", "y"],
    ]
    assert found[0].spans == {1: 1, 2: 1}


def test_a_failed_formula_is_a_cell_error() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Sổ & sách")
        sheet.write_formula("B2", "=Z9", None, "#REF!")
        sheet.write_formula("C2", '="x"', None, "x")

    assert cells(workbook(write))[1] == ["", CellError(), "x"]


def test_an_open_document_is_read_with_its_failed_formulas() -> None:
    table = (
        f"<table:table-row>{ods_cell('a')}"
        '<table:table-cell office:value-type="date" office:date-value="2026-10-08"/>'
        '<table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert cells(open_document(table), "so.ods") == [["a", date(2026, 10, 8), CellError()]]


@pytest.mark.parametrize(
    "table",
    [
        (
            f"<table:table-row>{ods_cell('a', 'table:number-columns-repeated=' + WIDE)}"
            "</table:table-row>"
        ),
        f'<table:table-row table:number-rows-repeated="1048576">{ods_cell("a")}</table:table-row>'
        * 2,
        (
            f'<table:table-row table:number-rows-repeated="{"9" * 30}">{ods_cell("a")}'
            "</table:table-row>"
        ),
    ],
)
def test_a_long_run_of_equal_cells_is_refused(table: str) -> None:
    with pytest.raises(ConfigError, match=r"so\.ods"):
        read_sheets(open_document(table), "so.ods")


@pytest.mark.parametrize(
    "stray",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1048576"><c\nr = "xfd1048576"><v>1</v></c></row>',
        '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>',
        '<row r="1048576"><c s="0" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>',
        f'<row r="1048576">{"<c><v>1</v></c>" * 1000}</row>',
    ],
)
def test_a_cell_far_from_the_table_is_refused_before_reading(stray: str) -> None:
    data = sheet_xml(f'<row r="1"><c r="A1"><v>1</v></c></row>{stray}')
    with pytest.raises(ConfigError, match="row 1048576"):
        read_sheets(data, "so.xlsx")


def test_formatted_cells_without_content_do_not_count() -> None:
    empty = "".join(f'<row r="{n}"><c r="XFD{n}" s="0"/></row>' for n in range(2, 5000))
    data = sheet_xml(f'<row r="1"><c r="A1"><v>7</v></c></row>{empty}')
    assert cells(data)[0] == [7]


def test_cells_without_references_follow_each_other() -> None:
    data = sheet_xml("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert cells(data) == [[1, 2], [3, ""]]


def test_an_archive_with_parts_of_both_kinds_is_checked_as_both() -> None:
    far = sheet_xml('<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>')
    target = io.BytesIO(far)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(ConfigError, match="row 1048576"):
        read_sheets(target.getvalue(), "so.xlsx")


def test_a_million_empty_rows_do_not_count() -> None:
    empty = "".join(f'<row r="{n}"/>' for n in range(2, 1_000_000))
    assert len(rows(sheet_xml(f'<row r="1"><c r="A1"><v>7</v></c></row>{empty}'))) == 1


def test_an_archive_beyond_the_unpacked_limit_is_refused_unread() -> None:
    bomb = sheet_xml(" " * (4 << 20))
    assert len(bomb) < 1 << 16
    with pytest.raises(ConfigError, match="has 4 MiB when it is unpacked, and at most 1 MiB"):
        read_sheets(bomb, "so.xlsx", TableLimits(unpacked_bytes=1 << 20))


def test_an_archive_with_a_wrong_size_is_refused() -> None:
    data = sheet_xml("<!-- x -->" * 100_000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = next(p for p in archive.infolist() if p.filename.endswith("sheet1.xml"))
    size = part.file_size.to_bytes(4, "little")
    with pytest.raises(ConfigError, match="cannot be read as a workbook"):
        rows(data.replace(size, (500).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \r\n ", "is empty"),
        (b"<html><body><table></table></body></html>", "is a web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "is a web page or XML"),
        (b"\n\n<TABLE border=1>", "is a web page"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "damaged"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        ("Mã hồ sơ".encode("cp1258", "replace") + b"\xd0\xf5", "UTF-8"),
        ("Mã hồ sơ".encode("utf-16-le"), "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a picture"),
    ],
)
def test_other_files_are_refused_with_advice(data: bytes, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        rows(data, "so.xls")
    assert refused.value.key == "so.xls"


def test_a_truncated_workbook_is_refused() -> None:
    data = workbook(lambda book: book.add_worksheet().write(0, 0, "x" * 3000))
    for end in (100, len(data) // 2, len(data) - 10):
        with pytest.raises(ConfigError, match="damaged"):
            rows(data[:end])


def test_a_workbook_with_a_password_on_its_parts_is_refused() -> None:
    data = bytearray(workbook(lambda book: book.add_worksheet()))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        start = archive.start_dir
    data[start + 8] |= 1
    with pytest.raises(ConfigError, match="password"):
        rows(bytes(data))


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 1 MiB"):
        rows(b"a," * (1 << 20), "so.csv", TableLimits(file_bytes=1 << 20))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_is_read(encoding: str, delimiter: str) -> None:
    lines = ["SỔ THEO DÕI, NĂM 2026", "", "Mã hồ sơ|Chủ hồ sơ|Ngày trả", 'a|"x, y; z\nq"|b', "c||d"]
    data = "\r\n".join(lines).replace("|", delimiter).encode(encoding)
    found = rows(data, "so.csv")
    title = ["SỔ THEO DÕI", " NĂM 2026"] if delimiter == "," else ["SỔ THEO DÕI, NĂM 2026"]
    assert [list(row.cells) for row in found] == [
        title,
        [],
        ["Mã hồ sơ", "Chủ hồ sơ", "Ngày trả"],
        ["a", "x, y; z\nq", "b"],
        ["c", "", "d"],
    ]
    assert [row.number for row in found] == [1, 2, 3, 4, 5]


def test_a_sep_line_is_no_row() -> None:
    assert [(row.number, row.cells) for row in rows(b"sep=;\r\na;b,c,d\r\n", "so.csv")] == [
        (1, ["a", "b,c,d"])
    ]


def test_text_with_the_ending_of_a_workbook_is_read() -> None:
    assert cells("Mã hồ sơ\tSố\r\n1\t2\r\n".encode(), "so.xls") == [["Mã hồ sơ", "Số"], ["1", "2"]]


def test_an_open_quotation_mark_is_reported_with_its_row() -> None:
    with pytest.raises(ConfigError, match="after row 1"):
        rows(b'a,b\n"c,d\ne,f', "so.csv")


def test_text_files_have_limits_of_rows_and_columns() -> None:
    with pytest.raises(ConfigError, match="more than 2 rows"):
        rows(b"a\nb\nc\n", "so.csv", TableLimits(rows=2))
    with pytest.raises(ConfigError, match="row 1 has more than 3 columns"):
        rows(b"a,b,c,d\n", "so.csv", TableLimits(columns=3))


OLD = paths.SAMPLES / "paper" / "so-theo-doi.xls"
#: Lengths in that file; made larger, they ask for more memory than there is.
LENGTHS = (1982, 1983, 1984, 1985)


def test_an_old_workbook_is_read_with_its_merged_cells() -> None:
    found = rows(OLD.read_bytes(), "so.xls")
    assert list(found[0].cells) == ["SỔ THEO DÕI HỒ SƠ"] * 5
    assert list(found[3].cells) == [
        1,
        "H99.18.01-261008-0001",
        "Nguyễn Văn Mẫu",
        datetime(2026, 10, 8, 8, 15),
        date(2026, 10, 14),
    ]


@pytest.mark.parametrize("place", LENGTHS)
def test_a_damaged_old_workbook_does_not_end_the_process(place: int) -> None:
    data = bytearray(OLD.read_bytes())
    data[place] = 0xFF
    with pytest.raises(ConfigError, match="damaged"):
        rows(bytes(data), "so.xls")


def test_a_failed_formula_in_text_is_a_cell_error() -> None:
    data = "Mã hồ sơ,Số\n#N/A,#12\n#REF!,N/A\n".encode()
    assert cells(data, "so.csv")[1:] == [[CellError("#N/A"), "#12"], [CellError("#REF!"), "N/A"]]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        rows(data, "so.csv")
    except ConfigError as refused:
        assert refused.key == "so.csv"


@given(st.data())
def test_a_workbook_with_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("A")
        sheet.merge_range("A1:B2", "x")
        sheet.write_formula("C3", "=1/0", None, "#DIV/0!")

    def damaged(name: str, part: bytes) -> bytes:
        if not data.draw(st.booleans()):
            return part
        place = data.draw(st.integers(0, len(part) - 1))
        return part[:place] + data.draw(st.binary(max_size=4)) + part[place + 1 :]

    try:
        list(own_sheets(repacked(workbook(write), damaged), "so.xlsx")[0].rows())
    except ConfigError as refused:
        assert refused.key == "so.xlsx"
