"""Rows of a report: places of paper rows, answers, exclusions, and the sums."""

from __future__ import annotations

import io
from datetime import date

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from khop.audit.formats.columns import ANSWER_COLUMNS
from khop.audit.formats.csv_text import findings_csv
from khop.audit.formats.findings_xlsx import findings_xlsx
from khop.audit.formats.html import findings_html
from khop.audit.report import Report
from khop.sync.results import FindingState
from tests.audit.made import make_report
from tests.findings import make_finding

ROW = {"source": "so", "kind": "logbook_row", "file": "so.xlsx", "sheet": "T11", "row": 12}


def test_a_row_of_paper_is_named_by_file_sheet_row_and_subject() -> None:
    of_row = make_finding(code=None, subject="row:3f9a", evidence=({"source": "igate"}, ROW))
    made = make_report(of_row, lang="vi")
    assert made.row(of_row).code == "so.xlsx, T11, dòng 12 (row:3f9a)"


def test_a_row_of_paper_without_a_known_place_is_named_by_its_subject() -> None:
    nowhere = make_finding(code=None, subject="row:3f9a", evidence=())
    nameless = make_finding(code=None, subject="row:3f9a", evidence=({**ROW, "sheet": None},))
    made = make_report(nowhere, nameless)
    assert made.row(nowhere).code == "row of paper without a dossier code (row:3f9a)"
    assert made.row(nameless).code == "so.xlsx, row 12 (row:3f9a)"


@pytest.mark.parametrize("sheet", [None, ""])
def test_a_row_of_a_file_without_sheets_names_no_sheet(sheet: str | None) -> None:
    of_row = make_finding(code=None, subject="row:3f9a", evidence=({**ROW, "sheet": sheet},))
    row = make_report(of_row, lang="vi").row(of_row)
    assert row.code == "so.xlsx, dòng 12 (row:3f9a)"
    assert row.evidence.endswith("tệp = so.xlsx; dòng = 12")


@pytest.mark.parametrize(
    ("lang", "by", "expected"),
    [
        ("vi", "code", "nhận ra theo = mã hồ sơ"),
        ("vi", "alias", "nhận ra theo = mã khác của hồ sơ"),
        ("en", "alias", "matched by = another code of the dossier"),
    ],
)
def test_evidence_says_how_a_row_was_matched(lang: str, by: str, expected: str) -> None:
    matched = make_finding(evidence=({**ROW, "matched_by": by},))
    assert make_report(matched, lang=lang).row(matched).evidence.endswith(expected)


def test_a_dossier_is_named_by_its_code_alone() -> None:
    of_dossier = make_finding(subject="H99.18.03-261112-0001", evidence=(ROW,))
    assert make_report(of_dossier).row(of_dossier).code == "H99.18.03-261112-0001"


def test_a_row_has_the_assignee_the_due_day_and_the_answer() -> None:
    explained = make_finding(
        state=FindingState.EXPLAINED,
        assignee="canbo.mau",
        answer_due="2026-11-24",
        explanation="Đã trả,\nchưa kết thúc",
    )
    row = make_report(explained, lang="vi").row(explained)
    assert (row.state, row.assignee, row.answer_due, row.explanation) == (
        "Đã giải trình",
        "canbo.mau",
        date(2026, 11, 24),
        "Đã trả, chưa kết thúc",
    )


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, "Excluded: Test (a, 20/11/2026 16:00:00) Sent again"),
        ("2026-12-31", "Excluded up to 31/12/2026: Test (a, 20/11/2026 16:00:00) Sent again"),
    ],
)
def test_an_excluded_finding_has_the_reason_the_person_and_the_last_day(
    until: str | None, expected: str
) -> None:
    excluded = make_finding(
        state=FindingState.EXCLUDED,
        explanation="Sent again",
        exclusion={
            "by": "a",
            "reason": "Test",
            "made": "2026-11-20T16:00:00+07:00",
            "until": until,
        },
    )
    made = make_report(excluded)
    assert made.row(excluded).explanation == expected
    assert made.answers == ("explanation",)


def test_answer_columns_that_are_empty_everywhere_are_left_out() -> None:
    assert make_report(make_finding()).answers == ()
    assert make_report(
        make_finding(assignee="a"), make_finding(explanation="b", answer_due="2026-11-24")
    ).answers


def _heads(made: Report) -> list[str]:
    out = io.StringIO()
    findings_html(made, out)
    page = html.document_fromstring(out.getvalue())
    return [cell.text_content() for cell in page.xpath("//section//th")]


def test_the_page_has_answer_columns_when_a_finding_has_an_answer() -> None:
    names = [make_report().words(f"column.{name}") for name in ANSWER_COLUMNS]
    assert not set(names) & set(_heads(make_report(make_finding())))
    answered = make_finding(assignee="a", explanation="b", answer_due="2026-11-24")
    assert [head for head in _heads(make_report(answered)) if head in names] == names


def test_foreign_text_in_an_answer_is_neither_markup_nor_a_formula() -> None:
    evil = '=HYPERLINK("x")<script>\x1b]0;'
    made = make_report(make_finding(assignee=evil, explanation=evil))
    page, listed = io.StringIO(), io.StringIO(newline="")
    findings_html(made, page)
    findings_csv(made, listed)
    assert "<script>" not in page.getvalue()
    assert '"=HYPERLINK' not in listed.getvalue()
    assert "\x1b" not in page.getvalue() + listed.getvalue()


def test_the_summary_counts_rules_and_units_and_has_no_persons_and_no_shares() -> None:
    made = make_report(*(make_finding(assignee=f"canbo.{n % 2}") for n in range(5)))
    out = io.BytesIO()
    findings_xlsx(made, out)
    out.seek(0)
    summary = CalamineWorkbook.from_filelike(out).get_sheet_by_name("Summary").to_python()
    cells = [cell for row in summary for cell in row]
    assert 5.0 in cells
    assert not any("canbo" in str(cell) or "%" in str(cell) for cell in cells)
    assert all(cell == int(cell) for cell in cells if isinstance(cell, float))
