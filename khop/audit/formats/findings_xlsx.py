"""Findings as an XLSX workbook: a summary sheet and the findings, in constant memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from khop.audit.formats.columns import FINDING_COLUMNS
from khop.audit.formats.workbook import OPTIONS, sheets
from khop.audit.report import Report
from khop.sync.results import Finding
from khop.text.safe_display import cut, plain

_WRAPPED = frozenset({"saw", "evidence", "name", "unit", "code", "explanation"})


def findings_xlsx(report: Report, out: Path | BinaryIO) -> None:
    """Codes are text, times are dates in Viet Nam time; the header is frozen and has filters."""
    target = str(out) if isinstance(out, Path) else out
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties(
            {
                "title": report.words("report.title"),
                "comments": report.words("report.notice"),
                "created": report.made_at.replace(tzinfo=None),
            }
        )
        formats = _formats(book)
        _summary(book, formats, report)
        for name, _, part in sheets(report.words("report.findings"), report.findings):
            _findings(book.add_worksheet(name), formats, report, part)


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


def _findings(
    sheet: Any, formats: dict[str, Any], report: Report, findings: Sequence[Finding]
) -> None:
    for column, width in enumerate(FINDING_COLUMNS.values()):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    _head(sheet, formats, 0, [report.words(f"column.{name}") for name in FINDING_COLUMNS])
    for line, finding in enumerate(findings, start=1):
        row = report.row(finding)
        for column, name in enumerate(FINDING_COLUMNS):
            style = "wrap" if name in _WRAPPED else "text"
            _cell(sheet, formats, (line, column), getattr(row, name), style)
    sheet.autofilter(0, 0, max(len(findings), 1), len(FINDING_COLUMNS) - 1)


def _cell(
    sheet: Any, formats: dict[str, Any], at: tuple[int, int], value: object, style: str
) -> None:
    """Write one cell; ``style`` is for texts, an empty one stays without a cell."""
    if isinstance(value, datetime):
        sheet.write_datetime(*at, value, formats["time"])
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, formats["day"])
    elif value:
        sheet.write_string(*at, cut(str(value)), formats[style])
