"""An empty workbook of a kind of file, which khop reads when it is filled in.

::

    title
    lines of the head
    headers, one to three rows, with groups over their parts
    (1) (2) …
    the example
    empty lines: columns have the format and the checks of what they hold
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from khop.mappings.paper.office.templates import Template, TemplateColumn, example_mark

_ORDER = "STT"
_LINES = 2000
_WIDTHS = {"code": 24, "text": 28, "day": 14, "number": 12, "list": 18}
_FORMATS = {"code": "@", "text": "@", "day": "dd/mm/yyyy", "number": "0", "list": "@"}
#: The longest texts that a spreadsheet program shows beside a cell.
_MOST_TITLE, _MOST_HELP = 32, 255


def write_template(path: Path, template: Template) -> None:
    """Write the workbook. Raises OSError."""
    with xlsxwriter.Workbook(str(path)) as book:
        _Sheet(book, template).write()


class _Sheet:
    def __init__(self, book: Any, template: Template) -> None:
        self._template = template
        self._columns: Sequence[TemplateColumn] = template.columns
        self._sheet = book.add_worksheet(template.sheet)
        border = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self._title = book.add_format({"bold": True, "font_size": 13})
        self._header = book.add_format(
            {**border, "bold": True, "align": "center", "bg_color": "#E8EEF4"}
        )
        self._number = book.add_format({**border, "italic": True, "align": "center"})
        self._plain = {
            kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()
        }
        self._examples = {
            kind: book.add_format(
                {**border, "num_format": text, "italic": True, "font_color": "#7F7F7F"}
            )
            for kind, text in _FORMATS.items()
        }

    def write(self) -> None:
        sheet, depth = self._sheet, max(len(each.header) for each in self._columns)
        sheet.write_string(0, 0, self._template.title, self._title)
        for line, text in enumerate(self._template.head, 1):
            sheet.write_string(line, 0, text)
        top = 1 + len(self._template.head)
        self._headers(top, depth)
        under = top + depth
        if depth > 1:
            for place in range(len(self._columns) + 1):
                sheet.write_string(under, place, f"({place + 1})", self._number)
            under += 1
        self._example(under)
        self._checks(under + 1)
        sheet.freeze_panes(under, 0)

    def _headers(self, top: int, depth: int) -> None:
        self._box(top, 0, top + depth - 1, 0, _ORDER)
        for level in range(depth):
            place = 1
            # Neighbours with the same groups, down to this level, share a cell.
            for header, found in groupby(each.header[: level + 1] for each in self._columns):
                count = len(list(found))
                if len(header) == level + 1:
                    ends = all(len(each.header) == level + 1 for each in self._span(place, count))
                    down = depth - 1 if ends else level
                    self._box(top + level, place, top + down, place + count - 1, header[level])
                place += count

    def _span(self, place: int, count: int) -> Sequence[TemplateColumn]:
        return self._columns[place - 1 : place - 1 + count]

    def _box(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        if (top, left) == (bottom, right):
            self._sheet.write_string(top, left, text, self._header)
        else:
            self._sheet.merge_range(top, left, bottom, right, text, self._header)

    def _example(self, line: int) -> None:
        self._sheet.write_string(line, 0, example_mark(), self._examples["text"])
        for place, column in enumerate(self._columns, 1):
            style, value = self._examples[column.kind], column.example
            if isinstance(value, date):
                self._sheet.write_datetime(line, place, value, style)
            elif isinstance(value, int):
                self._sheet.write_number(line, place, value, style)
            elif value:
                self._sheet.write_string(line, place, value, style)
            else:
                self._sheet.write_blank(line, place, None, style)

    def _checks(self, first: int) -> None:
        self._sheet.set_column(0, 0, 8)
        for place, column in enumerate(self._columns, 1):
            width = max(_WIDTHS[column.kind], len(column.header[-1]) // 2)
            self._sheet.set_column(place, place, width, self._plain[column.kind])
            self._sheet.data_validation(
                first,
                place,
                first + _LINES,
                place,
                {
                    **_check(column),
                    "ignore_blank": True,
                    "input_title": column.header[-1][:_MOST_TITLE],
                    "input_message": column.help[:_MOST_HELP],
                    "error_type": "warning",
                },
            )


def _check(column: TemplateColumn) -> dict[str, object]:
    if column.kind == "list":
        return {"validate": "list", "source": list(column.choices)}
    if column.kind == "day":
        days = {"minimum": date(1900, 1, 1), "maximum": date(2100, 12, 31)}
        return {"validate": "date", "criteria": "between", **days}
    if column.kind == "number":
        return {"validate": "integer", "criteria": ">=", "value": 0}
    return {"validate": "any"}
