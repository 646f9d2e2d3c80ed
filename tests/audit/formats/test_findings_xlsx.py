"""Findings as a workbook."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from khop.audit.formats import workbook
from khop.audit.formats.columns import ANSWER_SHEET_COLUMNS, FINDING_COLUMNS, SHEET_COLUMNS
from khop.audit.formats.findings_xlsx import findings_xlsx
from khop.audit.report import Report
from tests.audit.formats.printed import printed_scale
from tests.audit.made import make_report
from tests.findings import make_finding


def _written(report: Report) -> BytesIO:
    out = BytesIO()
    findings_xlsx(report, out)
    out.seek(0)
    return out


def _rows(report: Report, sheet: str) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(_written(report))
    return book.get_sheet_by_name(sheet).to_python()


def _sheet_xml(report: Report, number: int) -> Any:
    with zipfile.ZipFile(_written(report)) as book:
        return etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))


def test_codes_are_text_and_times_are_dates() -> None:
    _, row = _rows(make_report(make_finding(code="000123456789")), "Findings")
    assert row[4] == "000123456789"
    assert row[7] == date(2026, 11, 12)
    assert row[8] == datetime(2026, 11, 21, 6, 30)


def test_no_cell_is_a_formula_or_a_link() -> None:
    evil = "=cmd|' /C calc'!A0"
    made = make_report(
        make_finding(code=evil, unit=evil, acts=evil),
        make_finding(code="http://example.vn"),
        province=evil,
    )
    for number in (1, 2):
        sheet = _sheet_xml(made, number)
        assert sheet.findall(".//{*}f") == []
        assert sheet.findall(".//{*}hyperlink") == []
    assert _rows(made, "Findings")[1][4] == evil


def test_the_header_is_frozen_and_has_filters() -> None:
    sheet = _sheet_xml(make_report(make_finding(), make_finding()), 2)
    assert sheet.find(".//{*}pane").get("state") == "frozen"
    assert sheet.find(".//{*}autoFilter").get("ref") == "A1:K3"


def test_the_summary_counts_by_rule_and_unit() -> None:
    other = make_finding(unit=None, code="H99.18.03-261112-0002")
    rows = _rows(make_report(make_finding(), other, make_finding(rule="A7")), "Summary")
    texts = [row[0] for row in rows if row]
    assert any("not a verdict" in str(text) for text in texts)
    assert ["B6 (S2)", "One-stop closed, portal open", 2.0, 2.0] in rows
    assert ["S2", "S2 high", "", ""] in rows
    assert ["", "(unit not known)", 1.0, 1.0] in rows


def test_no_two_columns_of_the_summary_have_one_name() -> None:
    rows = _rows(make_report(make_finding(), lang="vi"), "Tổng hợp")
    (header,) = (row for row in rows if row[0] == "Quy tắc")
    assert len(set(header)) == len(header) == 4


def test_a_report_without_findings_is_a_valid_workbook() -> None:
    assert len(_rows(make_report(lang="vi"), "Chi tiết")) == 1


def test_findings_beyond_the_limit_of_a_sheet_are_on_a_second_sheet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2)
    made = make_report(*(make_finding(code=f"H99-{n}") for n in range(3)))
    book = CalamineWorkbook.from_filelike(_written(made))
    assert book.sheet_names == ["Summary", "Findings", "Answers", "Findings 2", "Answers 2"]
    assert book.get_sheet_by_name("Findings 2").to_python()[1][4] == "H99-2"


def test_a_text_that_is_too_long_for_a_cell_is_cut() -> None:
    _, row = _rows(make_report(make_finding(unit="x" * 40_000)), "Findings")
    assert len(row[5]) == 32_767


def test_the_workbook_can_be_written_to_a_path(tmp_path: Path) -> None:
    findings_xlsx(make_report(make_finding()), tmp_path / "out.xlsx")
    assert zipfile.is_zipfile(tmp_path / "out.xlsx")


def test_the_list_prints_on_a4_landscape_with_its_header_on_every_page() -> None:
    changes = replace(make_report(make_finding()), changes=["new"])
    for made in (make_report(make_finding()), changes):
        for number in (1, 2, 3):  # a summary of a hundred units does not fit on one page
            sheet = _sheet_xml(made, number)
            page = sheet.find(".//{*}pageSetup")
            assert (page.get("paperSize"), page.get("orientation")) == ("9", "landscape")
            assert page.get("fitToHeight", "1") == "0"
            assert printed_scale(sheet) >= 0.6
        with zipfile.ZipFile(_written(made)) as book:
            assert book.read("xl/workbook.xml").count(b"_xlnm.Print_Titles") == 2


def test_every_column_of_the_list_is_on_one_of_the_two_sheets() -> None:
    assert {*SHEET_COLUMNS, *ANSWER_SHEET_COLUMNS} == set(FINDING_COLUMNS)


def test_the_answers_stand_on_the_same_lines_as_their_findings() -> None:
    answered = make_finding(code="H99-2", assignee="canbo.mau", answer_due="2026-11-25")
    made = make_report(make_finding(code="H99-1"), answered)
    _, first, second = _rows(made, "Answers")
    assert [first[1], second[1]] == ["H99-1", "H99-2"]
    assert second[4:6] == [datetime(2026, 11, 21, 6, 30), datetime(2026, 11, 22, 8)]
    assert second[7:9] == ["canbo.mau", date(2026, 11, 25)]
