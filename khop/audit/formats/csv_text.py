"""Findings as CSV, which spreadsheet programs open."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TextIO

from khop.audit.about import about_lines, counts_line
from khop.audit.formats.columns import FINDING_COLUMNS
from khop.audit.report import Report
from khop.text.safe_display import cell, plain

#: The beginning of a line about the list itself. Programs leave such lines out:
#: ``pandas.read_csv(path, comment="#")``.
COMMENT = "# "


def findings_csv(report: Report, out: TextIO) -> None:
    """RFC 4180: every field quoted, a header in the report's language, no formula in any cell.

    The findings end with an empty line. Below it, lines that begin with ``COMMENT`` say as of when
    the list is, from which sources, and with which filters. Open ``out`` with ``newline=""``.
    """
    columns = (*report.changes_column, *FINDING_COLUMNS)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([report.words(f"column.{name}") for name in columns])
    for row in report.rows():
        writer.writerow([cell(_text(getattr(row, name))) for name in columns])
    out.write("\r\n")
    for line in (*about_lines(report), counts_line(report), report.words("report.notice")):
        # Without a comma and a quote, so that the line stays in one cell.
        bare = plain(line).replace(",", ";").replace('"', "'")
        out.write(f"{COMMENT}{bare}\r\n")


def _text(value: datetime | date | str | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
