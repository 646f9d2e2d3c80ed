"""Tables as text: CSV with comma, semicolon, tab or bar, in UTF-8 or in UTF-16 with a byte order
mark.

What divides the columns is found by the whole file: by the headers, else by the number of columns
that most rows share.

Older Vietnamese encodings (TCVN3, VNI, windows-1258) are not guessed: a wrong guess would change
names.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator

from khop.connectors.spreadsheets.model import Cell, CellError, Sheet, TableLimits, TableRow
from khop.errors import ConfigError

_DELIMITERS = (",", ";", "\t", "|")
#: A first line that names the delimiter for spreadsheet programs, which show no row for it.
_SEP_LINE = re.compile(r"\"?sep=([,;\t|])\"?\r?\n", re.IGNORECASE)
#: What spreadsheet programs write for a formula that failed (ECMA-376-1 18.17.3, LibreOffice).
_FAILED = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")
_WANTED = "open it in a spreadsheet program and save it as 'CSV UTF-8' or as .xlsx"


def read_text(
    data: bytes, file: str, limits: TableLimits, has_headers: Callable[[Sheet], bool] | None
) -> TextSheet:
    """The only sheet of a text file. ``has_headers``: whether a sheet has the wanted headers.

    Raises ConfigError for bytes that are no UTF text.
    """
    text = _decoded(data, file)
    if named := _SEP_LINE.match(text):
        return TextSheet(text[named.end() :], named[1], file, limits)
    sheets = [TextSheet(text, each, file, limits) for each in _DELIMITERS if each in text]
    if len(sheets) > 1 and has_headers is not None:
        sheets = [sheet for sheet in sheets if _is_table(sheet, has_headers)] or sheets
    if len(sheets) > 1:
        return max(sheets, key=TextSheet.evenness)
    return sheets[0] if sheets else TextSheet(text, _DELIMITERS[0], file, limits)


def _is_table(sheet: Sheet, has_headers: Callable[[Sheet], bool]) -> bool:
    try:
        return has_headers(sheet)
    except ConfigError:
        # Headers that are not complete, or no such text.
        return False


class TextSheet:
    """A text, divided into columns by one delimiter."""

    name = ""
    hidden = False
    from_1904 = False

    def __init__(self, text: str, delimiter: str, file: str, limits: TableLimits) -> None:
        self._text = text
        self.delimiter = delimiter
        self._file = file
        self._limits = limits

    def evenness(self) -> tuple[int, int]:
        """How many rows have the same number of columns, and how many those are."""
        try:
            widths = Counter(map(len, self._reader(strict=False)))
        except csv.Error:
            return 0, 0
        return max(((rows, width) for width, rows in widths.items() if width > 1), default=(0, 0))

    def rows(self) -> Iterator[TableRow]:
        """The rows; one with a line break inside quotes is one row. Raises ConfigError."""
        number = 0
        try:
            for number, cells in enumerate(self._reader(strict=True), 1):
                yield TableRow(number, self._bounded(number, cells))
        except csv.Error as error:
            raise ConfigError(
                f"cannot be read as CSV after row {number} ({error}); look for a quotation mark "
                "that is not closed",
                key=self._file,
            ) from None

    def _reader(self, *, strict: bool) -> Iterator[list[str]]:
        lines = io.StringIO(self._text, newline="")
        # Blanks before a quotation mark are no part of the text in it.
        blanks = f'{self.delimiter} "' in self._text
        return csv.reader(lines, delimiter=self.delimiter, strict=strict, skipinitialspace=blanks)

    def _bounded(self, number: int, cells: list[str]) -> list[Cell]:
        if number > self._limits.rows:
            raise ConfigError(f"has more than {self._limits.rows} rows; divide it", key=self._file)
        if len(cells) > self._limits.columns:
            most = self._limits.columns
            raise ConfigError(
                f"row {number} has more than {most} columns; divide it", key=self._file
            )
        return [CellError(cell) if _is_failed(cell) else cell for cell in cells]


def _is_failed(cell: str) -> bool:
    return cell[:1] in ("#", "E") and _FAILED.fullmatch(cell) is not None


def _decoded(data: bytes, file: str) -> str:
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ConfigError(f"is no text in UTF-8; {_WANTED}", key=file) from None
    if "\0" in text:
        raise ConfigError(f"is neither a workbook nor text in UTF-8; {_WANTED}", key=file)
    return text
