"""Findings as CSV."""

from __future__ import annotations

import csv
import io

from khop.audit.formats.columns import FINDING_COLUMNS
from khop.audit.formats.csv_text import COMMENT, findings_csv
from khop.audit.report import Report
from tests.audit.made import make_report
from tests.findings import make_finding


def _csv(report: Report) -> list[list[str]]:
    out = io.StringIO(newline="")
    findings_csv(report, out)
    rows = [line for line in csv.reader(io.StringIO(out.getvalue(), newline="")) if line]
    return [row for row in rows if not row[0].startswith(COMMENT)]


def test_a_row_has_the_rule_the_actor_the_values_and_the_time() -> None:
    header, row = _csv(make_report(make_finding()))
    cells = dict(zip(header, row, strict=True))
    assert len(header) == len(FINDING_COLUMNS)
    assert cells["Rule"] == "B6"
    assert cells["Discrepancy"] == "One-stop closed, portal open"
    assert cells["Who acts"] == "System administrator"
    assert cells["First seen"] == "21/11/2026 06:30:00"
    assert cells["What was seen"].startswith("One-stop: state = 9 Finished")


def test_a_vietnamese_report_has_vietnamese_headers_and_severities() -> None:
    header, row = _csv(make_report(make_finding(), lang="vi"))
    assert header[4] == "Mã hồ sơ"
    assert row[2] == "S2 cao"


def test_no_cell_is_a_formula() -> None:
    evil = '=HYPERLINK("http://example.vn","x")'
    bad = make_finding(code=evil, unit=evil, rule=evil, acts=evil, severity=evil, evidence=())
    _, row = _csv(make_report(bad))
    assert not [text for text in row if text[:1] in ("=", "+", "-", "@")]
    assert sum(text.startswith("'=") for text in row) == 6


def test_a_line_break_in_a_name_does_not_make_a_new_row() -> None:
    assert len(_csv(make_report(make_finding(unit='a\r\nb\n"c"')))) == 2


def test_what_the_list_is_based_on_stands_below_it_in_one_cell_a_line() -> None:
    out = io.StringIO(newline="")
    evil = 'UBND "xã", Mẫu\n=1+1'
    findings_csv(make_report(make_finding(), province=evil), out)
    listed, _, about = out.getvalue().partition("\r\n\r\n")
    assert listed.count("\r\n") == 1
    lines = about.splitlines()
    assert lines[0] == "# Province: UBND 'xã'; Mẫu =1+1"
    assert all(len(row) == 1 for row in csv.reader(lines))
    assert any(line.startswith("# Findings: 1. Dossiers with findings: 1.") for line in lines)
    assert "not a verdict" in lines[-1]
