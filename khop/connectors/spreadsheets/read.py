"""Table files that people keep: workbooks (.xlsx, .xls, .ods) and text (CSV, TSV).

::

    bytes ─┬─ a workbook ── WorkerProcess ── worker: Workbook ─┬─ Sheet ─ TableRow
           └─ text ── TextSheet ───────────────────────────────┘

The first bytes of a file tell its format, not its ending: many systems export text as ``.xls``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from khop.connectors.spreadsheets.archive import is_archive, protected
from khop.connectors.spreadsheets.csv_text import read_text
from khop.connectors.spreadsheets.model import Sheet, TableLimits, TableRow
from khop.connectors.spreadsheets.signatures import refuse_start, refuse_streams
from khop.connectors.spreadsheets.worker_process import WorkerProcess
from khop.errors import ConfigError

#: Endings of files that are tables. Binary workbooks (.xlsb) are named and refused: nothing tells
#: which of their formulas failed.
ENDINGS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt"})

_OLD_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta|head|body)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FileSheets:
    """The sheets of a file, in its order. ``others``: names of its charts, macros and dialogs."""

    sheets: tuple[Sheet, ...]
    others: tuple[str, ...] = ()


def read_sheets(
    data: bytes,
    name: str,
    limits: TableLimits | None = None,
    has_headers: Callable[[Sheet], bool] | None = None,
) -> FileSheets:
    """The sheets of a file. ``name``: of the file, for messages. ``has_headers``: whether a sheet
    has the wanted headers, which tells what divides the columns of a text.

    Raises ConfigError, with what to do, for a file that cannot be read or is too large.
    """
    limits = limits or TableLimits()
    _refuse(data, name, limits)
    if is_archive(data):
        return _workbook(data, name, limits)
    if data.startswith(_OLD_WORKBOOK):
        if _ENCRYPTED in data:
            raise protected(name)
        try:
            return _workbook(data, name, limits)
        except ConfigError:
            refuse_streams(data, name)
            raise
    return FileSheets((read_text(data, name, limits, has_headers),))


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


def _workbook(data: bytes, name: str, limits: TableLimits) -> FileSheets:
    process = WorkerProcess(data, name, limits)
    sheets = (_BookSheet(process, place) for place in range(len(process.sheets)))
    return FileSheets(tuple(sheets), tuple(process.others))


class _BookSheet:
    """A sheet of a workbook, read when its rows are asked for."""

    delimiter = ""

    def __init__(self, process: WorkerProcess, place: int) -> None:
        self.name, self.hidden = process.sheets[place]
        self.from_1904 = process.from_1904
        self._process = process
        self._place = place

    def rows(self) -> Iterator[TableRow]:
        """The rows in order. Raises ConfigError."""
        return self._process.rows(self._place)
