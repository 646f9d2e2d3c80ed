"""What a second look at a workbook finds: the extent of its sheets, and the cells that cannot be
read.

python-calamine gives an empty cell for a formula that failed, and for one whose result is not in
the file. It holds a whole sheet in memory, from the first to the last filled cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from khop.connectors.spreadsheets.model import Cell, CellError, TableLimits
from khop.errors import ConfigError

#: Elements of a sheet that are no cells: so many, and so many more for each cell.
OTHER_ELEMENTS, _ELEMENTS_OF_A_CELL = 5_000_000, 64


class Place(NamedTuple):
    """Cells that cannot be read, from row and column 0; the ends are not included. ``code``: that
    of their ``CellError``."""

    row: int
    end_row: int
    column: int
    end_column: int
    code: str


@dataclass(slots=True)
class Survey:
    """``rows`` and ``columns`` up to the last filled cell; ``unreadable``: cells that cannot be
    read, ``lost`` of them in all."""

    rows: int = 0
    columns: int = 0
    unreadable: list[Place] = field(default_factory=list)
    lost: int = 0

    def reach(self, rows: int, columns: int) -> None:
        """Note a filled cell in the last of these rows and columns."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)

    def lose(self, place: Place) -> None:
        """Note cells that cannot be read."""
        self.reach(place.end_row, place.end_column)
        self.unreadable.append(place)
        self.lost += (place.end_row - place.row) * (place.end_column - place.column)

    def lose_one(self, row: int, column: int, code: str = "") -> None:
        """Note one cell that cannot be read, from 0."""
        self.lose(Place(row, row + 1, column, column + 1, code))


class FileLimits:
    """The limits of one file. ``name``: of the file, for messages. Each check raises ConfigError.

    Cells are counted over all its sheets, as rows times columns.
    """

    def __init__(self, limits: TableLimits, name: str) -> None:
        self._limits = limits
        self._name = name

    def are_large(self, surveys: Iterable[Survey]) -> bool:
        """Whether a file of these sheets is too large."""
        limits = self._limits
        cells = 0
        for survey in surveys:
            cells += survey.rows * survey.columns
            if survey.rows > limits.rows or survey.columns > limits.columns:
                return True
        return cells > limits.cells

    def check_extent(self, surveys: Sequence[Survey]) -> None:
        """Refuse a file that is too large."""
        if not self.are_large(surveys):
            return
        limits = self._limits
        largest = max(surveys, key=lambda survey: survey.rows * survey.columns)
        raise self.error(
            f"has a sheet with filled cells as far as row {largest.rows} and column "
            f"{largest.columns}; of all its sheets at most {limits.cells} cells in "
            f"{limits.columns} columns are read; delete the cells far from the table, or divide it"
        )

    def check_lost(self, surveys: Iterable[Survey]) -> None:
        """Refuse a file with very many cells that cannot be read."""
        if sum(survey.lost for survey in surveys) > self._limits.lost_cells:
            raise self.error(
                f"has more than {self._limits.lost_cells} cells whose formula failed or has no "
                "result; correct the formulas, or save their values alone"
            )

    def check_elements(self, elements: int, cells: int) -> None:
        """Refuse a part with very many cells, empty ones too, or very many other elements."""
        if cells > self._limits.cells:
            raise self.error(
                f"has a sheet with more than {self._limits.cells} cells; delete the empty ones, or "
                "divide it"
            )
        if elements > OTHER_ELEMENTS + _ELEMENTS_OF_A_CELL * cells:
            raise self.error(
                f"has a sheet with more than {OTHER_ELEMENTS} elements that are no cells; open it "
                "in a spreadsheet program and save it again"
            )

    def error(self, reason: str) -> ConfigError:
        """The error of this file."""
        return ConfigError(reason, key=self._name)


def marked(rows: Iterator[list[Cell]], survey: Survey, width: int) -> Iterator[list[Cell]]:
    """Rows of ``width`` columns with the cells that cannot be read in their places, also below the
    last of ``rows``."""
    if not survey.unreadable:
        yield from rows
        return
    waiting = sorted(survey.unreadable, reverse=True)
    last = max((place.end_row for place in waiting), default=0)
    active: list[Place] = []
    number = 0
    while True:
        cells = next(rows, None)
        if cells is None:
            if number >= last:
                return
            cells = [""] * width
        cells += [""] * (width - len(cells))
        active = [place for place in active if place.end_row > number]
        while waiting and waiting[-1].row <= number:
            active.append(waiting.pop())
        for place in active:
            error = CellError(place.code)
            for column in range(place.column, place.end_column):
                cells[column] = error
        yield cells
        number += 1
