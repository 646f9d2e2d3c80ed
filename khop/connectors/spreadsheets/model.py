"""The content of a table file: sheets, rows, cells.

An empty cell is ``""``. Rows are numbered as a spreadsheet program shows them, from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

#: ``CellError.code`` of a formula that was saved without its result. Some programs write
#: workbooks so; a spreadsheet program computes the result when it opens the file.
NO_RESULT = "no result"


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that cannot be read: its formula failed, or its result is not in the file.

    ``code``: ``#REF!``, ``#N/A``; ``NO_RESULT``; "" where the file does not tell the error.
    """

    code: str = ""


Cell = str | int | float | bool | datetime | date | time | timedelta | CellError


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; ``cells`` from column A on.

    ``spans``: column -> the column in which its merged cell begins, only for merged cells, each of
    which has the value of its first cell. None when the row has no merged cell.
    """

    number: int
    cells: Sequence[Cell] = field(repr=False)
    spans: Mapping[int, int] | None = None


class Sheet(Protocol):
    """One sheet of a file."""

    #: "" for a text file, which has one sheet without a name.
    name: str
    hidden: bool
    #: The workbook counts days from 1904, as old workbooks of the Macintosh do.
    from_1904: bool
    #: What divides the columns of a text file; "" for a workbook.
    delimiter: str

    def rows(self) -> Iterator[TableRow]:
        """The rows in order, empty ones too. Raises ConfigError."""


class WhySkipped(StrEnum):
    """Why a sheet is not read."""

    HIDDEN = "hidden"
    #: A chart, a macro or a dialog.
    NO_TABLE = "no table"
    #: The source's ``sheet`` names another one.
    NOT_CHOSEN = "not chosen"


@dataclass(frozen=True, slots=True)
class SkippedSheet:
    """A sheet that is not read."""

    name: str
    why: WhySkipped


@dataclass(frozen=True, slots=True)
class TableLimits:
    """The largest file that is read. ``unpacked_bytes``: of a workbook's archive; ``rows`` and
    ``columns``: of one sheet; ``cells``: rows times columns up to the last filled cell, of all its
    sheets; ``lost_cells``: cells whose formula failed or has no result."""

    file_bytes: int = 128 << 20
    unpacked_bytes: int = 1 << 30
    rows: int = 1 << 20
    columns: int = 702
    cells: int = 16_000_000
    lost_cells: int = 1_000_000
