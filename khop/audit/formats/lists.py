"""Findings for machines and for spreadsheets: JSON, JSON Lines and CSV."""

from __future__ import annotations

import csv
import json
from typing import TextIO

from khop.audit.report import COLUMNS, Report, Row
from khop.text.safe_display import cell


def findings_json(report: Report, out: TextIO) -> None:
    """One JSON array, each item exactly ``Finding.as_json``."""
    whole = [finding.as_json() for finding in report.findings]
    json.dump(whole, out, ensure_ascii=False, indent=2, default=str)
    out.write("\n")


def findings_jsonl(report: Report, out: TextIO, *, ascii_only: bool = False) -> None:
    """One JSON object a line, exactly ``Finding.as_json``."""
    for finding in report.findings:
        out.write(json.dumps(finding.as_json(), ensure_ascii=ascii_only, default=str))
        out.write("\n")


def findings_csv(report: Report, out: TextIO) -> None:
    """RFC 4180, every field quoted, a header in the report's language; nothing is a formula.

    ``out`` is opened with ``newline=""``.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([report.words(f"column.{name}") for name in COLUMNS])
    for row in report.rows():
        writer.writerow([cell(text) for text in _texts(row)])


def _texts(row: Row) -> list[str]:
    texts = {name: getattr(row, name) for name in COLUMNS}
    for name in ("first_seen", "last_seen"):
        moment = texts[name]
        texts[name] = f"{moment:%d/%m/%Y %H:%M:%S}" if moment else ""
    due = texts["answer_due"]
    texts["answer_due"] = f"{due:%d/%m/%Y}" if due else ""
    return [texts[name] for name in COLUMNS]
