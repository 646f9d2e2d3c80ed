"""The survey of an OpenDocument spreadsheet (.ods), before it is read.

Such a file writes equal neighbouring cells or rows once, with a count.
"""

from __future__ import annotations

import re
from typing import IO

from khop.connectors.spreadsheets.model import NO_RESULT
from khop.connectors.spreadsheets.survey import FileLimits, Place, Survey
from khop.connectors.spreadsheets.xml_parts import Attributes, DamagedPartError, read_elements

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_PARAGRAPH = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 p"
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_NAME, _FORMULA, _TYPE = f"{_TABLE}name", f"{_TABLE}formula", f"{_OFFICE}value-type"
_ROWS, _COLUMNS = f"{_TABLE}number-rows-repeated", f"{_TABLE}number-columns-repeated"
_ZERO, _ZERO_DAY = f"{_TABLE}null-date", f"{_TABLE}date-value"
#: The attribute with the value, by the type of the cell. Text may also stand in the cell itself.
_VALUES = {
    "float": f"{_OFFICE}value",
    "percentage": f"{_OFFICE}value",
    "currency": f"{_OFFICE}value",
    "date": f"{_OFFICE}date-value",
    "time": f"{_OFFICE}time-value",
    "boolean": f"{_OFFICE}boolean-value",
    "string": f"{_OFFICE}string-value",
}
#: What is shown for a formula that failed. LibreOffice writes an attribute besides.
_FAILED = re.compile(r"(?:#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|Err:\d{3})\s*$")
_ERROR, _LONGEST_ERROR = "error", 16
_USUAL_DAY, _DAY_OF_1904 = "1899-12-30", "1904-01-01"


class ContentSurvey:
    """``sheets``: name -> survey, filled by ``read``. ``from_1904``: days count from 1904."""

    def __init__(self, limits: FileLimits) -> None:
        self.sheets: dict[str, Survey] = {}
        self.from_1904 = False
        self._limits = limits
        self._survey = Survey()
        self._cells = 0
        self._row = self._next_row = self._column = self._next_column = 0
        #: The attributes of the cell that is read, and the end of its text; "" before any.
        self._cell: Attributes | None = None
        self._shown: str | None = None
        #: How deep the element is that is read inside the cell, and whether it is in a paragraph.
        self._depth = 0
        self._in_text = False

    def read(self, stream: IO[bytes]) -> None:
        """Read ``content.xml``. Raises ConfigError for one that is too large, DamagedPartError."""
        read_elements(stream, self._start, end=self._end, text=self._text, each_chunk=self._check)
        self._check(0)

    def _check(self, elements: int) -> None:
        self._limits.check_elements(elements, self._cells)
        self._limits.check_extent([*self.sheets.values()])
        self._limits.check_lost(self.sheets.values())

    def _start(self, name: str, attributes: Attributes) -> None:
        if name in _CELLS:
            self._cells += 1
            self._column = self._next_column
            self._next_column += self._times(attributes.get(_COLUMNS))
            self._cell, self._shown, self._depth = attributes, None, 0
        elif self._cell is not None:
            self._begin_inside(name)
        elif name == _ROW:
            self._row, self._next_column = self._next_row, 0
            self._next_row += self._times(attributes.get(_ROWS))
        elif name == _SHEET:
            self._begin_sheet(attributes.get(_NAME, ""))
        elif name == _ZERO:
            self._note_zero(attributes.get(_ZERO_DAY, _USUAL_DAY))

    def _begin_inside(self, name: str) -> None:
        """An element of a cell. Its text is in paragraphs; notes and drawings are others."""
        self._depth += 1
        if self._depth == 1:
            self._in_text = name == _PARAGRAPH
            if self._in_text:
                self._shown = self._shown or ""

    def _begin_sheet(self, name: str) -> None:
        if name in self.sheets:
            raise DamagedPartError
        self._survey = self.sheets[name] = Survey()
        self._next_row = 0

    def _text(self, text: str) -> None:
        if self._shown is not None and self._depth and self._in_text:
            self._shown = (self._shown + text)[-_LONGEST_ERROR:]

    def _end(self, name: str) -> None:
        if self._cell is None:
            return
        if name in _CELLS:
            cell, self._cell = self._cell, None
            self._end_cell(cell)
        else:
            self._depth -= 1

    def _end_cell(self, cell: Attributes) -> None:
        kind = cell.get(_TYPE)
        code = self._why_lost(cell, kind)
        if kind is None and self._shown is None and code is None:
            return
        self._survey.reach(self._next_row, self._next_column)
        if code is not None:
            rows, columns = (self._row, self._next_row), (self._column, self._next_column)
            self._survey.lose(Place(*rows, *columns, code))

    def _why_lost(self, cell: Attributes, kind: str | None) -> str | None:
        """The code of a cell that cannot be read; None for others."""
        if _ERROR in cell.values() and _has_failed(cell):
            return ""
        if (formula := _FORMULA in cell) and _FAILED.search(self._shown or ""):
            return ""
        shown = self._shown is not None
        if kind not in _VALUES:
            # A text without a type is shown by spreadsheet programs, and read by none.
            return NO_RESULT if formula else "" if shown and (self._shown or "").strip() else None
        if cell.get(_VALUES[kind]) or (kind == "string" and (shown or _VALUES[kind] in cell)):
            return None
        return NO_RESULT if formula else None if kind == "string" else ""

    def _times(self, text: str | None) -> int:
        if text is None:
            return 1
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise self._limits.error(
                "has a count of equal cells that is no number; save it again in a spreadsheet "
                "program"
            )
        return max(int(text), 1)

    def _note_zero(self, day: str) -> None:
        self.from_1904 = day == _DAY_OF_1904
        if day not in (_USUAL_DAY, _DAY_OF_1904):
            raise self._limits.error(
                f"counts its days from {day}; choose 30/12/1899 in the options of the spreadsheet "
                "program, look whether the days are right, and save it again"
            )


def _has_failed(cell: Attributes) -> bool:
    return any(key.endswith(" value-type") for key, value in cell.items() if value == _ERROR)
