"""Workbooks (.xlsx, .ods, .xls) in the process that reads them: sheets, and rows of cells."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from khop.connectors.spreadsheets.archive import Facts, damaged, is_archive, look_into, protected
from khop.connectors.spreadsheets.compound_file import DamagedFileError
from khop.connectors.spreadsheets.merged_cells import fill_merged
from khop.connectors.spreadsheets.model import Cell, TableLimits, TableRow
from khop.connectors.spreadsheets.old_workbook import look_into_old
from khop.connectors.spreadsheets.survey import FileLimits, Survey, marked


class Workbook:
    """One workbook. Raises ConfigError for one that cannot be read.

    ``sheets``: those that are tables, in order. ``others``: the names of charts, macros, dialogs.
    """

    def __init__(self, data: bytes, name: str, limits: TableLimits) -> None:
        self._name = name
        self._limits = FileLimits(limits, name)
        with _reading(name):
            facts = look_into(io.BytesIO(data), name, limits) if is_archive(data) else None
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            listed = self._book.sheets_metadata
            if len({each.name for each in listed}) < len(listed):
                raise DamagedFileError
            facts = facts or self._old_facts(data, listed)
        self.from_1904 = facts.from_1904
        self.sheets = [each for each in listed if each.typ == SheetTypeEnum.WorkSheet]
        self.others = [each.name for each in listed if each.typ != SheetTypeEnum.WorkSheet]
        self._surveys = facts.sheets

    def rows(self, name: str) -> Iterator[TableRow]:
        """The rows of a sheet, in order."""
        with _reading(self._name):
            sheet = self._book.get_sheet_by_name(name)
        survey = self._surveys.get(name, Survey())
        columns = sheet.end[1] + 1 if sheet.end else 0
        rows = sheet.end[0] + 1 if sheet.end else 0
        if rows > survey.rows or columns > survey.columns:
            # It has cells that the survey did not see, so their errors would be blank cells.
            raise damaged(self._name, DamagedFileError())
        width = max(columns, *(place.end_column for place in survey.unreadable), 0)
        plain = marked(_plain(sheet), survey, width)
        return fill_merged(plain, sheet.merged_cell_ranges or [], width, self._name)

    def _old_facts(self, data: bytes, listed: Sequence[SheetMetadata]) -> Facts:
        """The facts of an old workbook, whose cells python-calamine has read by now."""
        old = look_into_old(data)
        if len(old.sheets) != len(listed):
            raise DamagedFileError
        for sheet, survey in zip(listed, old.sheets, strict=True):
            if sheet.typ == SheetTypeEnum.WorkSheet:
                row, column = self._book.get_sheet_by_name(sheet.name).end or (-1, -1)
                survey.reach(row + 1, column + 1)
        self._limits.check_extent(old.sheets)
        self._limits.check_lost(old.sheets)
        names = (sheet.name for sheet in listed)
        return Facts(old.from_1904, dict(zip(names, old.sheets, strict=True)))


def is_hidden(sheet: SheetMetadata) -> bool:
    """Whether a spreadsheet program does not show the sheet."""
    return bool(sheet.visible != SheetVisibleEnum.Visible)


def _plain(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Cells from column A on; python-calamine leaves out empty columns on the left."""
    before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    for read in sheet.iter_rows() if sheet.start else ():
        cells = list[Cell](read)
        yield before + cells if before else cells


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise protected(name) from None
    except (CalamineError, OSError, ValueError, DamagedFileError) as error:
        raise damaged(name, error) from None
    except BaseException as error:
        # A panic of python-calamine on a damaged file; its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name, error) from None
