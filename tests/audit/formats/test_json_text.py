"""Findings as JSON and as JSON lines."""

from __future__ import annotations

import io
import json

from khop.audit.formats.json_text import findings_json, findings_jsonl
from tests.audit.made import make_report
from tests.findings import make_finding


def test_json_lines_say_what_they_are_and_then_one_finding_a_line() -> None:
    first, second = make_finding(), make_finding(code=None, unit="Sở\nTài chính")
    out = io.StringIO()
    findings_jsonl(make_report(first, second), out)
    about, *lines = out.getvalue().splitlines()
    assert json.loads(about)["about"]["province"] == "Tỉnh Mẫu"
    whole = io.StringIO()
    findings_json(make_report(first, second), whole)
    assert json.loads(about) == {"about": json.loads(whole.getvalue())["about"]}
    assert [json.loads(line) for line in lines] == [first.as_json(), second.as_json()]
    assert "Sở" in lines[1]


def test_json_lines_in_ascii_escape_letters() -> None:
    out = io.StringIO()
    findings_jsonl(make_report(make_finding()), out, ascii_only=True)
    assert out.getvalue().isascii()
    _, line = out.getvalue().splitlines()
    assert json.loads(line)["unit"] == "UBND xã Mẫu 3"


def test_json_is_one_document() -> None:
    out = io.StringIO()
    findings_json(make_report(make_finding()), out)
    written = json.loads(out.getvalue())
    assert out.getvalue() == json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    assert written["findings"] == [make_finding().as_json()]
    assert written["about"]["findings"] == 1
    assert written["about"]["dossiers_with_findings"] == 1
    assert written["about"]["made_at"] == "2026-11-22T08:02:03+07:00"
    meanings = written["about"]["meanings"]
    assert meanings["severity"] == {"S2": "S2 high"}
    assert meanings["acts"] == {"QTHT": "System administrator"}
    assert meanings["rule"] == {"B6": "One-stop closed, portal open"}
