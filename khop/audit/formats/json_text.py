"""Findings for programs: one JSON document, or JSON Lines."""

from __future__ import annotations

import json
from typing import TextIO

from khop.audit.report import Report


def findings_json(report: Report, out: TextIO) -> None:
    """One JSON array; each item is ``Finding.as_json``."""
    whole = [finding.as_json() for finding in report.findings]
    json.dump(whole, out, ensure_ascii=False, indent=2, default=str)
    out.write("\n")


def findings_jsonl(report: Report, out: TextIO, *, ascii_only: bool = False) -> None:
    """One JSON object a line, each ``Finding.as_json``."""
    for finding in report.findings:
        out.write(json.dumps(finding.as_json(), ensure_ascii=ascii_only, default=str))
        out.write("\n")
