"""The work of one unit as an XLSX workbook that can be printed on A4 paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from khop.audit.about import as_of
from khop.audit.formats.columns import WORK_COLUMNS
from khop.audit.formats.workbook import OPTIONS, paper, sheets
from khop.audit.values import local_time
from khop.audit.worklist import TaskRow, UnitWork, WorkReport
from khop.sync.findings.work import Task
from khop.text.safe_display import cut, plain

#: Links on one sheet, and the longest: what is beyond stays text (limits of Excel).
_MOST_LINKS = 65_000
_LONGEST_LINK = 2079

_HEAD_LINE = 3
_NAMES = tuple(WORK_COLUMNS)


def unit_workbook(work: UnitWork, report: WorkReport, out: Path) -> None:
    """Codes are text, days are real dates; the header is frozen, filters, and is on every page."""
    words = report.words
    with xlsxwriter.Workbook(str(out), OPTIONS) as book:
        title = words("work.title", unit=_unit(work, report))
        book.set_properties({"title": title, "created": report.made_at.replace(tzinfo=None)})
        formats = _formats(book)
        for name, lines in sheets(words("work.sheet"), len(work.tasks)):
            sheet = book.add_worksheet(name)
            _paper(sheet, report)
            _top(sheet, formats, work, report)
            part = work.tasks[lines.start : lines.stop]
            _lines(sheet, formats, report, part, lines.start)


def _formats(book: Any) -> dict[str, Any]:
    top = {"valign": "top", "border": 1, "border_color": "#B0B8C4"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"italic": True}),
        "head": book.add_format({**top, "bold": True, "bg_color": "#DDE6F0", "text_wrap": True}),
        "text": book.add_format({**top, "num_format": "@", "text_wrap": True}),
        "day": book.add_format({**top, "num_format": "dd/mm/yyyy"}),
        "number": book.add_format({**top, "num_format": "0"}),
        "link": book.add_format({**top, "font_color": "#0B57D0", "underline": 1}),
    }


def _paper(sheet: Any, report: WorkReport) -> None:
    paper(sheet, f"&R{report.words('work.page')}")
    sheet.repeat_rows(_HEAD_LINE)
    sheet.freeze_panes(_HEAD_LINE + 1, 2)


def _top(sheet: Any, formats: dict[str, Any], work: UnitWork, report: WorkReport) -> None:
    words = report.words
    for column, width in enumerate(WORK_COLUMNS.values()):
        sheet.set_column(column, column, width)
    made = local_time(report.made_at.isoformat())
    about = words(
        "work.about",
        province=plain(report.province),
        time=f"{made:%d/%m/%Y %H:%M}",
        count=len(work.tasks),
    )
    if report.freshness is not None:
        about = f"{about} {as_of(report.freshness, report.report)}"
    title = words("work.title", unit=_unit(work, report))
    lines = ((title, "title"), (about, "note"), (words("work.notice"), "note"))
    for line, (text, style) in enumerate(lines):
        sheet.write_string(line, 0, cut(text), formats[style])
    for column, name in enumerate(WORK_COLUMNS):
        sheet.write_string(_HEAD_LINE, column, words(f"column.{name}"), formats["head"])


def _lines(
    sheet: Any, formats: dict[str, Any], report: WorkReport, tasks: Sequence[Task], first: int
) -> None:
    """The rows of one sheet; ``first``: how many tasks the sheets before it hold."""
    for number, row in enumerate(report.rows(tasks), start=1):
        line = _HEAD_LINE + number
        sheet.write_number(line, 0, first + number, formats["number"])
        for column, name in enumerate(_NAMES[1:-1], start=1):
            _cell(sheet, formats, line, column, getattr(row, name))
        _link(sheet, formats, line, row, report.words("work.open"))
    sheet.autofilter(_HEAD_LINE, 0, _HEAD_LINE + max(len(tasks), 1), len(_NAMES) - 1)


def _link(sheet: Any, formats: dict[str, Any], line: int, row: TaskRow, text: str) -> None:
    link, last = row.link, len(_NAMES) - 1
    if link is not None and line - _HEAD_LINE <= _MOST_LINKS and len(link) <= _LONGEST_LINK:
        sheet.write_url(line, last, link, formats["link"], string=text)
    else:
        sheet.write_string(line, last, cut(link or ""), formats["text"])


def _cell(sheet: Any, formats: dict[str, Any], line: int, column: int, value: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, column, datetime.combine(value, time()), formats["day"])
    else:
        sheet.write_string(line, column, cut(str(value or "")), formats["text"])


def _unit(work: UnitWork, report: WorkReport) -> str:
    return plain(work.unit) or report.words("work.no_unit")
