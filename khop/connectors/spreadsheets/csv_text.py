"""Tables as text: CSV with comma, semicolon or tab, in UTF-8 or in UTF-16 with a byte order mark.

Older Vietnamese encodings (TCVN3, VNI, windows-1258) are not guessed: a wrong guess would change
names.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from khop.connectors.spreadsheets.model import Cell, CellError, TableLimits, TableRow
from khop.errors import ConfigError

_DELIMITERS = (",", ";", "\t")
#: Rows that are examined to find the delimiter.
_SAMPLE = 100
#: A first line that names the delimiter for spreadsheet programs, which show no row for it.
_SEP_LINE = re.compile(r"\"?sep=([,;\t])\"?\r?\n", re.IGNORECASE)
#: What spreadsheet programs write for a formula that failed (ECMA-376-1 18.17.3).
_FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
_WANTED = "open it in a spreadsheet program and save it as 'CSV UTF-8' or as .xlsx"


class TextSheet:
    """The only sheet of a text file. Raises ConfigError for bytes that are no UTF text."""

    name = ""
    hidden = False
    from_1904 = False

    def __init__(self, data: bytes, file: str, limits: TableLimits) -> None:
        text = _decoded(data, file)
        named = _SEP_LINE.match(text)
        self._text = text[named.end() :] if named else text
        self._delimiter = named[1] if named else _delimiter(text)
        self._file = file
        self._limits = limits

    def rows(self) -> Iterator[TableRow]:
        """The rows; one with a line break inside quotes is one row. Raises ConfigError."""
        reader = csv.reader(
            io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True
        )
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                yield TableRow(number, self._bounded(number, cells))
        except csv.Error as error:
            raise ConfigError(
                f"cannot be read as CSV after row {number} ({error}); look for a quotation mark "
                "that is not closed",
                key=self._file,
            ) from None

    def _bounded(self, number: int, cells: list[str]) -> list[Cell]:
        if number > self._limits.rows:
            raise ConfigError(f"has more than {self._limits.rows} rows; divide it", key=self._file)
        if len(cells) > self._limits.columns:
            most = self._limits.columns
            raise ConfigError(
                f"row {number} has more than {most} columns; divide it", key=self._file
            )
        return [CellError(cell) if cell in _FAILED else cell for cell in cells]


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


def _delimiter(text: str) -> str:
    """The delimiter that divides the most rows into the same number of cells."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> int:
    """The score of a delimiter: cells of a row times the number of rows with as many cells."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths: Counter[int] = Counter()
    try:
        widths.update(len(row) - 1 for row in islice(reader, _SAMPLE))
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items()), default=0)
