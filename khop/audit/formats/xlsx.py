"""Findings as an XLSX workbook: a summary sheet and the findings, in constant memory."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from khop.audit.report import COLUMNS, Report
from khop.text.safe_display import cut, plain

#: Findings on one sheet; a sheet holds 1,048,576 rows.
SHEET_ROWS = 1_000_000

_WIDTHS = {
    **{"name": 34, "severity": 16, "code": 32, "unit": 34, "acts": 26},
    **{"explanation": 60, "saw": 80},
}
_WRAPPED = frozenset({"saw", "evidence", "name", "unit", "code", "explanation"})
# Foreign text is only ever text: no formula, no link, no number out of a dossier code.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def findings_xlsx(report: Report, out: Path | BinaryIO) -> None:
    """Codes are text, times are real dates of Viet Nam, the header is frozen and filters."""
    target = str(out) if isinstance(out, Path) else out
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties(
            {
                "title": report.words("report.title"),
                "comments": report.words("report.notice"),
                "created": report.made_at.replace(tzinfo=None),
            }
        )
        formats = _formats(book)
        _summary(book, formats, report)
        for first in range(0, max(len(report.findings), 1), SHEET_ROWS):
            _findings(book, formats, report, first)


def _formats(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "bottom": 1}),
        "note": book.add_format({"italic": True}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "wrap": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        "time": book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss", "valign": "top"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
    }


def _summary(book: Any, formats: dict[str, Any], report: Report) -> None:
    words = report.words
    sheet = book.add_worksheet(words("report.summary"))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 12)
    lines = [
        (words("report.title"), "title"),
        (words("report.province", name=plain(report.province)), "text"),
        (words("report.made", time=report.made), "text"),
        (words("report.notice"), "note"),
        (words("report.total", count=len(report.findings)), "text"),
    ]
    for number, (text, style) in enumerate(lines):
        sheet.write_string(number, 0, cut(text), formats[style])
    end = _counts(sheet, formats, report, len(lines) + 1)
    _units(sheet, formats, report, end + 1)


def _counts(sheet: Any, formats: dict[str, Any], report: Report, top: int) -> int:
    _head(sheet, formats, top, [report.words(f"column.{n}") for n in ("rule", "name", "count")])
    line = top + 1
    for rule, severity, count in report.by_rule():
        sheet.write_string(line, 0, f"{rule} ({severity})", formats["text"])
        sheet.write_string(line, 1, cut(report.rule_words(rule).name), formats["text"])
        sheet.write_number(line, 2, count)
        line += 1
    return line


def _units(sheet: Any, formats: dict[str, Any], report: Report, top: int) -> None:
    words = report.words
    _head(sheet, formats, top, ["", words("column.unit"), words("column.count")])
    for line, (unit, count) in enumerate(report.by_unit(), start=top + 1):
        sheet.write_string(line, 1, cut(unit or words("report.no_unit")), formats["text"])
        sheet.write_number(line, 2, count)


def _head(sheet: Any, formats: dict[str, Any], line: int, names: list[str]) -> None:
    for column, name in enumerate(names):
        sheet.write_string(line, column, name, formats["head"])


def _findings(book: Any, formats: dict[str, Any], report: Report, first: int) -> None:
    name = report.words("report.findings")
    sheet = book.add_worksheet(f"{name} {first // SHEET_ROWS + 1}" if first else name)
    for column, field in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(field, 20))
    sheet.freeze_panes(1, 0)
    _head(sheet, formats, 0, [report.words(f"column.{field}") for field in COLUMNS])
    part = report.findings[first : first + SHEET_ROWS]
    for line, finding in enumerate(part, start=1):
        row = report.row(finding)
        for column, field in enumerate(COLUMNS):
            _write(sheet, formats, line, column, field, getattr(row, field))
    sheet.autofilter(0, 0, max(len(part), 1), len(COLUMNS) - 1)


def _write(
    sheet: Any, formats: dict[str, Any], line: int, column: int, field: str, value: object
) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(line, column, value, formats["time"])
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, formats["day"])
    elif value:
        wraps = field in _WRAPPED
        sheet.write_string(line, column, cut(str(value)), formats["wrap" if wraps else "text"])
