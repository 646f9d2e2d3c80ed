from __future__ import annotations

import io
import json
from collections.abc import Callable

from khop.audit.formats.json_text import findings_json, findings_jsonl
from khop.audit.report import Report
from khop.sync.results import Finding

MakeFinding = Callable[..., Finding]
MakeReport = Callable[..., Report]


def test_each_json_line_is_one_finding(finding: MakeFinding, report: MakeReport) -> None:
    first, second = finding(), finding(code=None, unit="Sở\nTài chính")
    out = io.StringIO()
    findings_jsonl(report(first, second), out)
    lines = out.getvalue().splitlines()
    assert [json.loads(line) for line in lines] == [first.as_json(), second.as_json()]
    assert "Sở" in lines[1]


def test_json_lines_in_ascii_escape_letters(finding: MakeFinding, report: MakeReport) -> None:
    out = io.StringIO()
    findings_jsonl(report(finding()), out, ascii_only=True)
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue())["unit"] == "UBND xã Mẫu 3"


def test_json_is_one_document(finding: MakeFinding, report: MakeReport) -> None:
    out = io.StringIO()
    findings_json(report(finding()), out)
    assert json.loads(out.getvalue()) == [finding().as_json()]
