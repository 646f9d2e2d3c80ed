"""Table files that people keep: workbooks (.xlsx, .xls, .ods) and text (CSV, TSV).

::

    bytes ─┬─ an archive ── look_into (limits, failed formulas) ─┬─ Sheet ─ TableRow
           ├─ an old workbook ───────────────────────────────────┤
           └─ text ──────────────────────────────────────────────┘

The first bytes of a file tell its format, not its ending: many systems export text as ``.xls``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
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

from khop.connectors.spreadsheets.archive import ArchiveFacts, damaged, look_into, protected
from khop.connectors.spreadsheets.csv_text import TextSheet
from khop.connectors.spreadsheets.merged_cells import fill_merged
from khop.connectors.spreadsheets.model import Cell, CellError, Sheet, TableLimits, TableRow
from khop.connectors.spreadsheets.signatures import refuse_start, refuse_streams
from khop.connectors.spreadsheets.xls import (
    OldSheet,
    OldWorkbookError,
    OldWorkbookProtected,
    read_old,
)
from khop.errors import ConfigError

#: Endings of files that are tables.
ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"})

_ARCHIVE, _OLD_WORKBOOK = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta|head|body)", re.IGNORECASE
)


def read_sheets(data: bytes, name: str, limits: TableLimits | None = None) -> tuple[Sheet, ...]:
    """The sheets of a file, in its order. ``name``: of the file, for messages.

    Raises ConfigError, with what to do, for a file that cannot be read or is too large.
    """
    limits = limits or TableLimits()
    _refuse(data, name, limits)
    if data.startswith(_ARCHIVE):
        return _workbook(data, name, look_into(io.BytesIO(data), name, limits))
    if data.startswith(_OLD_WORKBOOK):
        if _ENCRYPTED in data:
            raise protected(name)
        return _old_workbook(data, name)
    return (TextSheet(data, name, limits),)


def _refuse(data: bytes, name: str, limits: TableLimits) -> None:
    if not data.strip():
        raise ConfigError("is empty; give a workbook or a CSV file with a row of headers", key=name)
    if len(data) > limits.file_bytes:
        raise ConfigError(f"has more than {limits.file_bytes >> 20} MiB; divide it", key=name)
    if _MARKUP.match(data):
        raise ConfigError(
            "is a web page or XML in spite of its ending; open it in a spreadsheet program and "
            "save it as .xlsx",
            key=name,
        )
    refuse_start(data, name)


def _workbook(data: bytes, name: str, facts: ArchiveFacts) -> tuple[Sheet, ...]:
    with _reading(name):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    return tuple(_BookSheet(book, each, name, facts) for each in sheets)


def _old_workbook(data: bytes, name: str) -> tuple[Sheet, ...]:
    try:
        return tuple(_OldSheet(sheet, name) for sheet in read_old(data))
    except OldWorkbookProtected:
        raise protected(name) from None
    except OldWorkbookError as error:
        refuse_streams(data, name)
        raise damaged(name, error) from None


class _OldSheet:
    """A sheet of an old workbook (.xls). Its reader reports no date system but that of 1900."""

    from_1904 = False

    def __init__(self, sheet: OldSheet, file: str) -> None:
        self.name = sheet.name
        self.hidden = sheet.hidden
        self._sheet = sheet
        self._file = file

    def rows(self) -> Iterator[TableRow]:
        """The rows in order. Raises ConfigError."""
        sheet = self._sheet
        before: list[Cell] = [""] * sheet.before
        rows = (before + row for row in sheet.rows)
        return fill_merged(rows, sheet.merged, sheet.width, self._file)


class _BookSheet:
    """A sheet of a workbook, read when its rows are asked for."""

    def __init__(
        self, book: CalamineWorkbook, sheet: SheetMetadata, file: str, facts: ArchiveFacts
    ) -> None:
        self.name = sheet.name
        self.hidden = sheet.visible != SheetVisibleEnum.Visible
        self.from_1904 = facts.from_1904
        self._book = book
        self._file = file
        self._failed = _by_row(facts.failed.get(sheet.name, frozenset()))

    def rows(self) -> Iterator[TableRow]:
        """The rows in order. Raises ConfigError."""
        with _reading(self._file):
            sheet = self._book.get_sheet_by_name(self.name)
        if sheet.start is None or sheet.end is None:
            return iter(())
        merged = sheet.merged_cell_ranges or []
        return fill_merged(self._plain(sheet), merged, sheet.end[1] + 1, self._file)

    def _plain(self, sheet: CalamineSheet) -> Iterator[list[Cell]]:
        """Cells from column A on; python-calamine leaves out empty columns on the left."""
        before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
        for number, read in enumerate(sheet.iter_rows()):
            cells = before + list[Cell](read)
            for column in self._failed.get(number, ()):
                if column < len(cells):
                    cells[column] = CellError()
            yield cells


def _by_row(places: frozenset[tuple[int, int]]) -> Mapping[int, Sequence[int]]:
    rows: dict[int, list[int]] = {}
    for row, column in places:
        rows.setdefault(row, []).append(column)
    return rows


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise protected(name) from None
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(name, error) from None
    except BaseException as error:
        # A panic of python-calamine on a damaged file; its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(name, error) from None
