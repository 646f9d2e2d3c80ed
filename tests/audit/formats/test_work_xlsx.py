"""A list of work as a workbook."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from lxml import etree
from python_calamine import CalamineWorkbook

from khop.audit.formats.columns import WORK_COLUMNS
from khop.audit.formats.work_xlsx import unit_workbook
from khop.audit.words import todo_words
from khop.audit.worklist import UnitWork
from khop.sync.findings.work import Task
from tests.audit.formats.printed import printed_scale
from tests.audit.made import LINK, make_work_report
from tests.findings import make_finding


def _rows(path: Path) -> list[list[Any]]:
    book = CalamineWorkbook.from_path(path)
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def _parts(path: Path) -> dict[str, str]:
    with ZipFile(path) as file:
        return {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}


def test_days_are_dates_codes_are_texts_and_a_dossier_has_a_link(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assigned = make_finding(answer_due="2026-11-25", assignee="canbo.mau", code="0012345")
    unit_workbook(UnitWork("Sở Mẫu", [Task(assigned, "x", LINK)]), make_work_report(), path)
    lines = _rows(path)
    assert lines[0][0] == "Việc cần làm: Sở Mẫu"
    assert "Số việc: 1" in lines[1][0]
    assert "08:02" in lines[1][0]
    assert lines[3] == [todo_words("vi")(f"column.{name}") for name in WORK_COLUMNS]
    row = dict(zip(WORK_COLUMNS, lines[4], strict=True))
    assert (row["number"], row["place"], row["assignee"]) == (1, "0012345", "canbo.mau")
    assert (row["since"], row["due"]) == (date(2026, 11, 21), date(2026, 11, 25))
    assert row["link"] == "Mở"
    parts = _parts(path)
    assert "motcua.example.vn" in parts["xl/worksheets/_rels/sheet1.xml.rels"]


def test_the_workbook_prints_on_a4_landscape_with_the_header_on_every_page(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    unit_workbook(UnitWork("", [Task(make_finding(), "x")]), make_work_report(), path)
    parts = _parts(path)
    text = parts["xl/worksheets/sheet1.xml"]
    assert 'paperSize="9"' in text
    assert 'orientation="landscape"' in text
    assert 'fitToHeight="0"' in text
    assert printed_scale(etree.fromstring(text.encode())) >= 0.6
    assert "<autoFilter" in text
    assert re.search(r'<pane xSplit="2" ySplit="4" [^>]*state="frozen"', text)
    assert "$4:$4" in parts["xl/workbook.xml"]
    assert _rows(path)[0][0] == "Việc cần làm: (không rõ đơn vị)"


def test_foreign_text_is_neither_a_formula_nor_a_link(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    bad = make_finding(
        code='=HYPERLINK("http://x")', unit="=1+1", values={"os_unit": "https://x.example.vn"}
    )
    unit_workbook(UnitWork("=1+1", [Task(bad, "x")]), make_work_report(), path)
    parts = _parts(path)
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in parts
    assert _rows(path)[4][1] == '=HYPERLINK("http://x")'


def test_a_link_that_is_too_long_for_excel_is_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    link = "https://motcua.example.vn/" + "a" * 3000
    unit_workbook(UnitWork("Sở", [Task(make_finding(), "x", link)]), make_work_report(), path)
    assert _rows(path)[4][-1] == link
