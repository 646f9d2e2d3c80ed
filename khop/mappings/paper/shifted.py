"""Rows of text files whose cells may stand in other columns than they belong to.

A separator inside a text without quotation marks moves the cells behind it to the right; a
quotation mark that is not closed takes in the rows below. Which rows are too wide is known when the
last one was seen: a program may end every row with a separator that the headers lack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.paper.words import is_blank, is_ditto

#: Why such a row is refused.
SHIFTED = (
    "has more separators than the headers, or a quotation mark that is not closed, so its cells "
    "may be in wrong columns; put each text with a separator between quotation marks, or save the "
    "file as .xlsx. Rows below may be part of this one"
)


class ShiftedRows:
    """``delimiter``: what divides the columns of the file; "" for a workbook, which has no such
    rows."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        #: Number of headers -> (number of cells, whether one without a header is filled) of rows.
        self._seen: dict[int, set[tuple[int, bool]]] = defaultdict(set)
        self._wide: frozenset[int] = frozenset()

    def see(self, headers: int, cells: Sequence[Cell]) -> None:
        """Count a row. ``headers``: how many columns its headers have."""
        if self._delimiter:
            more = len(cells) > headers
            filled = more and any(cell != "" for cell in cells[headers:])
            self._seen[headers].add((len(cells) if more else 0, filled))

    def conclude(self) -> None:
        """Rows may be wider than the headers when all of them are, by empty cells alone."""
        self._wide = frozenset(
            headers
            for headers, rows in self._seen.items()
            if rows != {(0, False)} and (len(rows) > 1 or any(filled for _, filled in rows))
        )

    @property
    def found(self) -> bool:
        """Whether rows of the file are too wide."""
        return bool(self._wide)

    def has(self, headers: int, cells: Sequence[Cell], day: int | None) -> bool:
        """Whether the cells of a row may be in wrong columns. ``day``: the place of the column of
        reception or signing, where a name is a sign of it."""
        if not self._delimiter:
            return False
        if day is not None and day < len(cells) and _is_name(cells[day]):
            return True
        return (len(cells) > headers and headers in self._wide) or any(
            isinstance(cell, str) and "\n" in cell and cell.count(self._delimiter) >= headers - 1
            for cell in cells
        )


def _is_name(cell: Cell) -> bool:
    """Whether a cell has words alone, which mean neither a day nor that there is none."""
    if not isinstance(cell, str) or any(map(str.isdigit, cell)):
        return False
    return any(map(str.isalpha, cell)) and not is_blank(cell) and not is_ditto(cell)
