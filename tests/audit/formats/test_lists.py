from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from khop.audit.formats.lists import findings_csv, findings_json, findings_jsonl
from khop.audit.report import COLUMNS, Report
from khop.sync.results import Finding

Make = Callable[..., Finding]
Made = Callable[..., Report]


def _csv(report: Report) -> list[list[str]]:
    out = io.StringIO(newline="")
    findings_csv(report, out)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


def test_each_json_line_is_the_finding_and_nothing_else(finding: Make, report: Made) -> None:
    first, second = finding(), finding(code=None, unit="Sở\nTài chính")
    out = io.StringIO()
    findings_jsonl(report(first, second), out)
    lines = out.getvalue().splitlines()
    assert [json.loads(line) for line in lines] == [first.as_json(), second.as_json()]
    assert "Sở" in lines[1]


def test_json_lines_for_a_narrow_terminal_escape_letters(finding: Make, report: Made) -> None:
    out = io.StringIO()
    findings_jsonl(report(finding()), out, ascii_only=True)
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue())["unit"] == "UBND xã Mẫu 3"


def test_json_is_one_document(finding: Make, report: Made) -> None:
    out = io.StringIO()
    findings_json(report(finding()), out)
    assert json.loads(out.getvalue()) == [finding().as_json()]


def test_csv_says_who_must_act_on_what_since_when(finding: Make, report: Made) -> None:
    header, row = _csv(report(finding()))
    told = dict(zip(header, row, strict=True))
    assert len(header) == len(COLUMNS)
    assert told["Rule"] == "B6"
    assert told["Discrepancy"] == "One-stop closed, portal open"
    assert told["Who acts"] == "System administrator"
    assert told["First seen"] == "21/11/2026 06:30:00"
    assert told["What was seen"].startswith("One-stop: state = 9 Finished")


def test_csv_speaks_vietnamese(finding: Make, report: Made) -> None:
    header, row = _csv(report(finding(), lang="vi"))
    assert header[4] == "Mã hồ sơ"
    assert row[2] == "S2 cao"


def test_csv_is_never_a_formula_wherever_the_text_came_from(finding: Make, report: Made) -> None:
    evil = '=HYPERLINK("http://example.vn","x")'
    bad = finding(code=evil, unit=evil, rule=evil, acts=evil, severity=evil, evidence=())
    _, row = _csv(report(bad))
    assert not [text for text in row if text[:1] in ("=", "+", "-", "@")]
    assert sum(text.startswith("'=") for text in row) == 6


def test_a_line_break_in_a_name_does_not_make_a_new_row(finding: Make, report: Made) -> None:
    assert len(_csv(report(finding(unit='a\r\nb\n"c"')))) == 2
