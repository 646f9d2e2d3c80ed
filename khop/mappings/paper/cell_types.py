"""Cells of types that a column cannot have, and numbers as text."""

from __future__ import annotations

from datetime import date, time, timedelta

from khop.connectors.spreadsheets.model import NO_RESULT, Cell, CellError

#: A spreadsheet keeps 15 digits of a number.
MOST_DIGITS = 10**15
_WITHOUT_RESULT = (
    "is a formula whose result is not in the file; open the file in a spreadsheet program and "
    "save it again"
)


def plain_number(cell: Cell) -> str | None:
    """A number as text, 5.0 as ``5``; None for a cell that is not a number."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    whole = isinstance(cell, int) or (cell.is_integer() and abs(cell) < MOST_DIGITS)
    return str(int(cell)) if whole else repr(cell)


def made_of(cell: Cell) -> str:
    """Why a cell of this type cannot be used."""
    if isinstance(cell, CellError):
        return _WITHOUT_RESULT if cell.code == NO_RESULT else "is a formula that failed"
    if isinstance(cell, bool):
        return "is true or false, which this column cannot have"
    if isinstance(cell, date):
        return "was changed to a date by the spreadsheet"
    if isinstance(cell, time | timedelta):
        return "is a time of day without a day"
    return "is of a type not expected"
