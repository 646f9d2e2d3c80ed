"""What one unit has to do as an XLSX workbook that can be printed on A4 paper."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from khop.audit.values import local_time
from khop.audit.worklist import COLUMNS, TaskRow, UnitWork, WorkWords
from khop.text.safe_display import cut, plain

#: Tasks on one sheet; a sheet holds 1,048,576 rows.
SHEET_ROWS = 1_000_000
#: Links on one sheet, and the longest: what is beyond stays text (limits of Excel).
_MOST_LINKS = 65_000
_LONGEST_LINK = 2079

_A4 = 9
_HEAD_LINE = 3
_WIDTHS = {
    "number": 5,
    "place": 27,
    "finding": 24,
    "severity": 12,
    "saw": 36,
    "todo": 40,
    "why": 36,
    "acts": 16,
    "since": 11,
    "due": 11,
    "assignee": 14,
    "state": 12,
    "link": 8,
}
# Foreign text is only ever text: no formula, no link, no number out of a dossier code.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def unit_workbook(work: UnitWork, told: WorkWords, out: Path) -> None:
    """Codes are text, days are real dates; the header is frozen, filters, and is on every page."""
    with xlsxwriter.Workbook(str(out), _OPTIONS) as book:
        title = told.words("work.title", unit=_unit(work, told))
        book.set_properties({"title": title, "created": told.made_at.replace(tzinfo=None)})
        formats = _formats(book)
        for first in range(0, max(len(work.tasks), 1), SHEET_ROWS):
            _sheet(book, formats, work, told, first)


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


def _sheet(book: Any, formats: dict[str, Any], work: UnitWork, told: WorkWords, first: int) -> None:
    name = told.words("work.sheet")
    sheet = book.add_worksheet(f"{name} {first // SHEET_ROWS + 1}" if first else name)
    part = work.tasks[first : first + SHEET_ROWS]
    _paper(sheet, told)
    _top(sheet, formats, work, told)
    for line, row in enumerate(told.rows(part), start=_HEAD_LINE + 1):
        _line(sheet, formats, told, line, first, row)
    last = _HEAD_LINE + max(len(part), 1)
    sheet.autofilter(_HEAD_LINE, 0, last, len(COLUMNS) - 1)


def _paper(sheet: Any, told: WorkWords) -> None:
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_LINE)
    sheet.set_footer(f"&R{told.words('work.page')}")
    sheet.freeze_panes(_HEAD_LINE + 1, 2)


def _top(sheet: Any, formats: dict[str, Any], work: UnitWork, told: WorkWords) -> None:
    words = told.words
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS[name])
    made = local_time(told.made_at.isoformat())
    about = words(
        "work.about",
        province=plain(told.province),
        time=f"{made:%d/%m/%Y %H:%M}",
        count=len(work.tasks),
    )
    title = words("work.title", unit=_unit(work, told))
    lines = ((title, "title"), (about, "note"), (words("work.notice"), "note"))
    for line, (text, style) in enumerate(lines):
        sheet.write_string(line, 0, cut(text), formats[style])
    for column, name in enumerate(COLUMNS):
        sheet.write_string(_HEAD_LINE, column, words(f"column.{name}"), formats["head"])


def _line(
    sheet: Any, formats: dict[str, Any], told: WorkWords, line: int, first: int, row: TaskRow
) -> None:
    number = line - _HEAD_LINE
    sheet.write_number(line, 0, first + number, formats["number"])
    for column, name in enumerate(COLUMNS[1:-1], start=1):
        _cell(sheet, formats, line, column, getattr(row, name))
    link, last = row.link, len(COLUMNS) - 1
    if link is not None and number <= _MOST_LINKS and len(link) <= _LONGEST_LINK:
        sheet.write_url(line, last, link, formats["link"], string=told.words("work.open"))
    else:
        sheet.write_string(line, last, cut(link or ""), formats["text"])


def _cell(sheet: Any, formats: dict[str, Any], line: int, column: int, value: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, column, datetime.combine(value, time()), formats["day"])
    else:
        sheet.write_string(line, column, cut(str(value or "")), formats["text"])


def _unit(work: UnitWork, told: WorkWords) -> str:
    return plain(work.unit) or told.words("work.no_unit")
