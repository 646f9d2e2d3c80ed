"""Findings as CSV, which spreadsheet programs open."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TextIO

from khop.audit.formats.columns import FINDING_COLUMNS
from khop.audit.report import Report
from khop.text.safe_display import cell


def findings_csv(report: Report, out: TextIO) -> None:
    """RFC 4180: every field quoted, a header in the report's language, no formula in any cell.

    Open ``out`` with ``newline=""``.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([report.words(f"column.{name}") for name in FINDING_COLUMNS])
    for row in report.rows():
        writer.writerow([cell(_text(getattr(row, name))) for name in FINDING_COLUMNS])


def _text(value: datetime | date | str | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
