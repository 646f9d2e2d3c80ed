"""Rows of a report: places of paper rows, answers, exclusions, and the sums."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from khop.audit.formats.columns import ANSWER_COLUMNS
from khop.audit.formats.csv_text import findings_csv
from khop.audit.formats.findings_xlsx import findings_xlsx
from khop.audit.formats.html import findings_html
from khop.audit.report import Report
from khop.sync.results import Finding, FindingState

MakeFinding = Callable[..., Finding]
MakeReport = Callable[..., Report]

ROW = {"source": "so", "kind": "logbook_row", "file": "so.xlsx", "sheet": "T11", "row": 12}


def test_a_row_of_paper_is_named_by_file_sheet_row_and_subject(
    finding: MakeFinding, report: MakeReport
) -> None:
    of_row = finding(code=None, subject="row:3f9a", evidence=({"source": "igate"}, ROW))
    made = report(of_row, lang="vi")
    assert made.row(of_row).code == "so.xlsx, T11, dòng 12 (row:3f9a)"


def test_a_row_of_paper_without_a_known_place_is_named_by_its_subject(
    finding: MakeFinding, report: MakeReport
) -> None:
    nowhere = finding(code=None, subject="row:3f9a", evidence=())
    nameless = finding(code=None, subject="row:3f9a", evidence=({**ROW, "sheet": None},))
    made = report(nowhere, nameless)
    assert made.row(nowhere).code == "row of paper without a dossier code (row:3f9a)"
    assert made.row(nameless).code == "so.xlsx, row 12 (row:3f9a)"


@pytest.mark.parametrize("sheet", [None, ""])
def test_a_row_of_a_file_without_sheets_names_no_sheet(
    finding: MakeFinding, report: MakeReport, sheet: str | None
) -> None:
    of_row = finding(code=None, subject="row:3f9a", evidence=({**ROW, "sheet": sheet},))
    row = report(of_row, lang="vi").row(of_row)
    assert row.code == "so.xlsx, dòng 12 (row:3f9a)"
    assert row.evidence.endswith("tệp = so.xlsx; dòng = 12")


@pytest.mark.parametrize(
    ("lang", "by", "told"),
    [
        ("vi", "code", "nhận ra theo = mã hồ sơ"),
        ("vi", "alias", "nhận ra theo = mã khác của hồ sơ"),
        ("en", "alias", "matched by = another code of the dossier"),
    ],
)
def test_evidence_says_how_a_row_was_matched(
    finding: MakeFinding, report: MakeReport, lang: str, by: str, told: str
) -> None:
    matched = finding(evidence=({**ROW, "matched_by": by},))
    assert report(matched, lang=lang).row(matched).evidence.endswith(told)


def test_a_dossier_is_named_by_its_code_alone(finding: MakeFinding, report: MakeReport) -> None:
    of_dossier = finding(subject="H99.18.03-261112-0001", evidence=(ROW,))
    assert report(of_dossier).row(of_dossier).code == "H99.18.03-261112-0001"


def test_a_row_has_the_assignee_the_due_day_and_the_answer(
    finding: MakeFinding, report: MakeReport
) -> None:
    explained = finding(
        state=FindingState.EXPLAINED,
        assignee="canbo.mau",
        answer_due="2026-11-24",
        explanation="Đã trả,\nchưa kết thúc",
    )
    row = report(explained, lang="vi").row(explained)
    assert (row.state, row.assignee, row.answer_due, row.explanation) == (
        "Đã giải trình",
        "canbo.mau",
        date(2026, 11, 24),
        "Đã trả, chưa kết thúc",
    )


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (None, "Excluded: Test (a, 20/11/2026 16:00:00) Sent again"),
        ("2026-12-31", "Excluded up to 31/12/2026: Test (a, 20/11/2026 16:00:00) Sent again"),
    ],
)
def test_an_excluded_finding_has_the_reason_the_person_and_the_last_day(
    until: str | None, told: str, finding: MakeFinding, report: MakeReport
) -> None:
    excluded = finding(
        state=FindingState.EXCLUDED,
        explanation="Sent again",
        exclusion={
            "by": "a",
            "reason": "Test",
            "made": "2026-11-20T16:00:00+07:00",
            "until": until,
        },
    )
    made = report(excluded)
    assert made.row(excluded).explanation == told
    assert made.answers == ("explanation",)


def test_answer_columns_that_are_empty_everywhere_are_left_out(
    finding: MakeFinding, report: MakeReport
) -> None:
    assert report(finding()).answers == ()
    assert report(finding(assignee="a"), finding(explanation="b", answer_due="2026-11-24")).answers


def _heads(made: Report) -> list[str]:
    out = io.StringIO()
    findings_html(made, out)
    page = html.document_fromstring(out.getvalue())
    return [cell.text_content() for cell in page.xpath("//section//th")]


def test_the_page_has_answer_columns_when_a_finding_has_an_answer(
    finding: MakeFinding, report: MakeReport
) -> None:
    names = [report().words(f"column.{name}") for name in ANSWER_COLUMNS]
    assert not set(names) & set(_heads(report(finding())))
    answered = finding(assignee="a", explanation="b", answer_due="2026-11-24")
    assert [head for head in _heads(report(answered)) if head in names] == names


def test_foreign_text_in_an_answer_is_neither_markup_nor_a_formula(
    finding: MakeFinding, report: MakeReport
) -> None:
    evil = '=HYPERLINK("x")<script>\x1b]0;'
    made = report(finding(assignee=evil, explanation=evil))
    page, listed = io.StringIO(), io.StringIO(newline="")
    findings_html(made, page)
    findings_csv(made, listed)
    assert "<script>" not in page.getvalue()
    assert '"=HYPERLINK' not in listed.getvalue()
    assert "\x1b" not in page.getvalue() + listed.getvalue()


def test_the_summary_counts_rules_and_units_and_has_no_persons_and_no_shares(
    finding: MakeFinding, report: MakeReport
) -> None:
    made = report(*(finding(assignee=f"canbo.{n % 2}") for n in range(5)))
    out = io.BytesIO()
    findings_xlsx(made, out)
    out.seek(0)
    summary = CalamineWorkbook.from_filelike(out).get_sheet_by_name("Summary").to_python()
    cells = [cell for row in summary for cell in row]
    assert 5.0 in cells
    assert not any("canbo" in str(cell) or "%" in str(cell) for cell in cells)
    assert all(cell == int(cell) for cell in cells if isinstance(cell, float))
