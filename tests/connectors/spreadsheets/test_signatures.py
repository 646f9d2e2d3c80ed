"""Files that are no tables are recognised in spite of their ending."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from khop.connectors.spreadsheets.read import read_sheets
from khop.errors import ConfigError

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")


def archive(*parts: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for part in ("[Content_Types].xml", *parts):
            made.writestr(part, "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"GIF89a\1\0\1\0", "a picture"),
        (b"II*\0\x08\0\0\0", "a picture"),
        (b"MM\0*\0\0\0\x08", "a picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a picture"),
        (b"%PDF-1.7\n%abc", "a PDF"),
        (rb"{\rtf1\ansi So theo doi}", "a text document"),
        (archive("word/document.xml"), "a text document"),
        (archive("ppt/presentation.xml"), "a presentation"),
        (OLD_OFFICE + bytes(1024) + "WordDocument".encode("utf-16-le"), "a text document"),
        (OLD_OFFICE + bytes(1024) + "PowerPoint Document".encode("utf-16-le"), "a presentation"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_kind(data: bytes, kind: str) -> None:
    with pytest.raises(ConfigError, match=f"^so.xlsx: is {kind} in spite of its ending; give"):
        read_sheets(data, "so.xlsx")


def test_an_old_office_file_of_unknown_kind_is_damaged() -> None:
    with pytest.raises(ConfigError, match="damaged"):
        read_sheets(OLD_OFFICE + bytes(1024), "so.xls")


@pytest.mark.parametrize("text", ["GIF87,1\nA,2\n", "II*,1\nA,2\n", "STT,ftyp\nA,2\n"])
def test_text_with_a_similar_beginning_is_read(text: str) -> None:
    (sheet,) = read_sheets(text.encode(), "so.csv").sheets
    assert len(list(sheet.rows())) == 2


def test_a_workbook_with_a_picture_and_a_document_inside_is_read() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("Sổ").write_string(0, 0, "Mã hồ sơ")
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("xl/embeddings/document.xml", "<x/>")
        made.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n")
    (sheet,) = read_sheets(target.getvalue(), "so.xlsx").sheets
    assert sheet.name == "Sổ"
