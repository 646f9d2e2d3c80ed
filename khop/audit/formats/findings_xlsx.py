"""Findings as an XLSX workbook, in constant memory: a summary, the findings, and their answers.

The findings and their answers stand on two sheets, the same finding on the same line, so that each
can be read when it is printed on A4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from khop.audit.about import about_lines, counts_line
from khop.audit.formats.columns import ANSWER_SHEET_COLUMNS, SHEET_COLUMNS
from khop.audit.formats.workbook import OPTIONS, paper, sheets
from khop.audit.report import FindingRow, Report
from khop.text.safe_display import cut, plain

#: Widths of the columns of the summary, and the characters of a line across all of them.
_SUMMARY = (18, 60, 12, 12)
_SUMMARY_CHARACTERS = 95
#: Height of a line of text, in points.
_LINE = 18
#: The line below the header, where the list begins.
_HEAD_LINE = 1
#: A narrower column shows ``####`` for a day with its time.
_TIME_WIDTH = 17


def findings_xlsx(report: Report, out: Path | BinaryIO) -> None:
    """Codes are text, times are dates in Viet Nam time; the header is frozen, has filters and is
    on every printed page; A4 landscape, as wide as the page."""
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
        rows, number = report.rows(), report.totals.findings
        parts = sheets(report.words("report.findings"), number)
        answers = sheets(report.words("report.answers"), number)
        for (name, lines), (answer_name, _) in zip(parts, answers, strict=True):
            part = islice(rows, len(lines))
            _findings(book, (name, answer_name), formats, report, part, len(lines))


def _formats(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#DDE6F0", "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "note": book.add_format({"italic": True, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "wrap": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        "time": book.add_format({"num_format": "dd/mm/yyyy hh:mm", "valign": "top"}),
        "day": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
    }


def _paper(sheet: Any, report: Report) -> None:
    paper(sheet, f"&L{report.words('report.title')}&R{report.words('report.page')}")


def _summary(book: Any, formats: dict[str, Any], report: Report) -> None:
    words = report.words
    sheet = book.add_worksheet(words("report.summary"))
    _paper(sheet, report)
    for column, width in enumerate(_SUMMARY):
        sheet.set_column(column, column, width)
    lines = [
        (words("report.title"), "title"),
        *((line, "wrap") for line in about_lines(report)),
        (words("report.notice"), "note"),
        (counts_line(report), "wrap"),
    ]
    for number, (text, style) in enumerate(lines):
        sheet.set_row(number, _LINE * -(-len(text) // _SUMMARY_CHARACTERS))
        sheet.merge_range(number, 0, number, len(_SUMMARY) - 1, cut(text), formats[style])
    end = _counts(sheet, formats, report, len(lines) + 1)
    end = _units(sheet, formats, report, end + 1)
    short_names = [*report.severities_in_words(), *report.acts_in_words()]
    if short_names:
        _head(sheet, formats, end + 1, [words("column.short"), words("column.meaning")])
    for line, (short, meaning) in enumerate(short_names, start=end + 2):
        sheet.write_string(line, 0, plain(short), formats["text"])
        sheet.write_string(line, 1, cut(plain(meaning)), formats["text"])


def _counts(sheet: Any, formats: dict[str, Any], report: Report, top: int) -> int:
    names = ("rule", "name", "findings", "dossiers")
    _head(sheet, formats, top, [report.words(f"column.{name}") for name in names])
    line = top + 1
    for count in report.by_rule():
        sheet.write_string(line, 0, f"{count.name} ({count.severity})", formats["text"])
        sheet.write_string(line, 1, cut(report.rule_words(count.name).name), formats["text"])
        sheet.write_number(line, 2, count.findings)
        sheet.write_number(line, 3, count.dossiers)
        line += 1
    return line


def _units(sheet: Any, formats: dict[str, Any], report: Report, top: int) -> int:
    words = report.words
    _head(
        sheet,
        formats,
        top,
        ["", words("column.unit"), words("column.findings"), words("column.dossiers")],
    )
    line = top + 1
    for count in report.by_unit():
        sheet.write_string(line, 1, cut(count.name or words("report.no_unit")), formats["text"])
        sheet.write_number(line, 2, count.findings)
        sheet.write_number(line, 3, count.dossiers)
        line += 1
    return line


def _head(sheet: Any, formats: dict[str, Any], line: int, names: list[str]) -> None:
    for column, name in enumerate(names):
        sheet.write_string(line, column, name, formats["head"])


def _findings(
    book: Any,
    names: tuple[str, str],
    formats: dict[str, Any],
    report: Report,
    rows: Iterable[FindingRow],
    lines: int,
) -> None:
    """The findings of one sheet, and on the sheet after it their answers and times."""
    columns = dict.fromkeys(report.changes_column, 9) | dict(SHEET_COLUMNS)
    both = tuple(
        (_list_sheet(book.add_worksheet(name), formats, report, widths, lines), widths)
        for name, widths in zip(names, (columns, ANSWER_SHEET_COLUMNS), strict=True)
    )
    for line, row in enumerate(rows, start=_HEAD_LINE):
        for sheet, widths in both:
            for column, (name, width) in enumerate(widths.items()):
                _cell(sheet, formats, (line, column), getattr(row, name), width)


def _list_sheet(
    sheet: Any, formats: dict[str, Any], report: Report, widths: Mapping[str, int], lines: int
) -> Any:
    """The sheet with its widths and its header, for so many lines."""
    _paper(sheet, report)
    for column, width in enumerate(widths.values()):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(_HEAD_LINE, list(widths).index("code") + 1)
    sheet.repeat_rows(0)
    _head(sheet, formats, 0, [report.words(f"column.{name}") for name in widths])
    sheet.autofilter(0, 0, max(lines, 1), len(widths) - 1)
    return sheet


def _cell(
    sheet: Any, formats: dict[str, Any], at: tuple[int, int], value: object, width: int
) -> None:
    """Write one cell; an empty one stays without a cell. Of a time, a narrow column shows the
    day."""
    if isinstance(value, datetime):
        sheet.write_datetime(*at, value, formats["day" if width < _TIME_WIDTH else "time"])
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime.combine(value, time()), formats["day"])
    elif value:
        sheet.write_string(*at, cut(str(value)), formats["wrap"])
