"""The survey of a part of an .xlsx that holds a sheet.

Nearly every program writes a cell as ``<c r="B7" …>``, in UTF-8. Such a part is searched as bytes,
which is much faster than parsing. A part with another spelling, or one that seems too large, is
parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import IO

from khop.connectors.spreadsheets.model import NO_RESULT
from khop.connectors.spreadsheets.survey import FileLimits, Survey
from khop.connectors.spreadsheets.xml_parts import (
    Attributes,
    DamagedPartError,
    local_name,
    read_elements,
)

_CHUNK = 1 << 20
#: Longest text of a cell, with its formula; a longer one causes a parse.
_LONGEST_CELL = 1 << 20
_ATTRIBUTE = rb' [a-z]+="[^"<>&]*"'
_PLACE = rb' r="([A-Z]{1,3})([0-9]{1,7})"'
#: A whole tag, each attribute in its usual spelling.
_USUAL = re.compile(rb"<c(?:" + _ATTRIBUTE + rb")*?" + _PLACE + rb"(?:" + _ATTRIBUTE + rb")*/?>")
#: Other beginnings of a cell's tag, comments and the like, which may stand in a cell, and a
#: formula behind its value. One inside a text only causes an unneeded parse.
_UNUSUAL = (
    *(b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r", b"<!", b"<v/><f", b"</v><f"),
    *(b":c ", b":c>", b":c/", b":c\t", b":c\n"),
)
_FAILED = re.compile(rb'<c(?=[^<>]* t="e")[^<>]*?' + _PLACE)
#: The attributes and the result of a cell with a formula and no result, or perhaps none.
_FORMULA = re.compile(
    rb"<c( [^<>]*)>\s*<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*"
    rb"(<v\s*/>|<v(?:\s[^<>]*)?>[\s0.]*</v>)?\s*</c>"
)
_ANY_FORMULA = re.compile(rb"<f[\s>/]")
_WITH_RESULT = re.compile(rb"(?:</f>|<f(?:\s[^<>]*)?/>)\s*<v(?:\s[^<>]*)?>[^<]*[^<\s0.][^<]*</v>")
_PLACE_OF = re.compile(_PLACE)
#: Before each of these every cell is complete.
_CELL_ENDS = (b"<c ", b"<row", b"</row", b"</sheetData")
_PLAIN_TEXT = re.compile(rb"<\?xml(?![^>]*encoding\s*=\s*[\"'](?!utf-?8|us-ascii))", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,18})")


def survey_part(
    opened: Callable[[], IO[bytes]], limits: FileLimits, *, computed_on_load: bool, exact: bool
) -> Survey:
    """The survey of a part. Without ``exact`` cells may count that have a format alone.

    Raises ConfigError for one that is too large, DamagedPartError.
    """
    survey = None
    if not exact:
        with closing(opened()) as stream:
            survey = _searched(stream, limits, computed_on_load)
    if survey is None or limits.are_large([survey]):
        with closing(opened()) as stream:
            survey = _Parse(limits, computed_on_load).read(stream)
    return survey


def _searched(stream: IO[bytes], limits: FileLimits, computed_on_load: bool) -> Survey | None:
    """None when a cell is not written as usual. Raises DamagedPartError for a part that is not in
    UTF-8: python-calamine reads other characters than there are."""
    survey = Survey()
    cells = elements = 0
    for number, piece in enumerate(_whole_cells(stream)):
        if piece is None:
            return None
        if number == 0 and not _is_usual_text(piece):
            raise DamagedPartError
        found = _USUAL.findall(piece)
        if len(found) != piece.count(b"<c ") or any(each in piece for each in _UNUSUAL):
            return None
        cells += len(found)
        elements += piece.count(b"<") - piece.count(b"</")
        limits.check_elements(elements, cells)
        if found:
            columns, rows = zip(*found, strict=True)
            survey.reach(max(map(int, set(rows))), max(_number(c.decode()) for c in set(columns)))
        if b't="e"' in piece:
            for column, row in _FAILED.findall(piece):
                survey.lose_one(int(row) - 1, _number(column.decode()) - 1)
        if b"<f" in piece and not _see_formulas(piece, survey, computed_on_load):
            return None
        limits.check_lost([survey])
    return survey


def _see_formulas(piece: bytes, survey: Survey, computed_on_load: bool) -> bool:
    """Note the formulas without a result. False when one is not written as usual."""
    found = _FORMULA.findall(piece)
    if len(_ANY_FORMULA.findall(piece)) != len(found) + len(_WITH_RESULT.findall(piece)):
        return False
    for attributes, result in found:
        place = _PLACE_OF.search(attributes)
        if place is not None and _lacks_result(attributes, result, computed_on_load):
            column, row = _number(place[1].decode()), int(place[2])
            survey.lose_one(row - 1, column - 1, NO_RESULT)
    return True


def _is_usual_text(start: bytes) -> bool:
    """Whether a part is in UTF-8, so that it can be searched."""
    head = start[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    return b"\0" not in head and (
        not head.startswith(b"<?xml") or _PLAIN_TEXT.match(head) is not None
    )


def _lacks_result(attributes: bytes, result: bytes, computed_on_load: bool) -> bool:
    """Whether a formula was saved without its result: with none, or with a zero that the writing
    program put in its place. A result that is empty text has a type."""
    if b't="e"' in attributes:
        return False
    inside = result.partition(b">")[2].removesuffix(b"</v>").strip()
    if b't="str"' in attributes:
        return not result
    zero = not inside.strip(b"0.") and b't="b"' not in attributes
    return not inside or (computed_on_load and zero)


def _whole_cells(stream: IO[bytes]) -> Iterator[bytes | None]:
    """The stream in pieces, none of which ends inside a cell or a tag; None where a cell is too
    long."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        piece = rest + chunk
        end = max(map(piece.rfind, _CELL_ENDS))
        if end <= 0 and not piece.startswith(b"<c "):
            end = piece.rfind(b"<")
        if end <= 0 and len(piece) > _LONGEST_CELL:
            yield None
            return
        yield piece[: max(end, 0)]
        rest = piece[max(end, 0) :]
    yield rest


class _Parse:
    """Reads a part as XML. A cell without a reference follows the cell before it."""

    def __init__(self, limits: FileLimits, computed_on_load: bool) -> None:
        self._limits = limits
        self._computed_on_load = computed_on_load
        self._survey = Survey()
        self._row = self._column = self._cells = 0
        self._type = ""
        self._in_cell = self._filled = self._formula = False
        self._in_value = False
        self._value: str | None = None

    def read(self, stream: IO[bytes]) -> Survey:
        read_elements(stream, self._start, end=self._end, text=self._text, each_chunk=self._check)
        self._check(0)
        return self._survey

    def _check(self, elements: int) -> None:
        self._limits.check_elements(elements, self._cells)
        self._limits.check_extent([self._survey])
        self._limits.check_lost([self._survey])

    def _start(self, name: str, attributes: Attributes) -> None:
        kind = local_name(name)
        if kind == "c":
            self._begin_cell(attributes)
        elif kind == "row":
            written = attributes.get("r", "")
            self._row = int(written) if _is_number(written) else self._row + 1
            self._column = 0
        elif self._in_cell:
            self._filled = True
            self._formula = self._formula or kind == "f"
            if kind == "v":
                self._in_value, self._value = True, ""
            elif kind == "is":
                # A text that stands in the cell itself.
                self._value = kind

    def _begin_cell(self, attributes: Attributes) -> None:
        self._cells += 1
        self._column += 1
        if found := _REFERENCE.fullmatch(attributes.get("r", "")):
            self._row, self._column = int(found[2]), _number(found[1])
        self._type = attributes.get("t", "")
        self._in_cell, self._filled, self._formula, self._value = True, False, False, None

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value = (self._value or "") + text[:16]

    def _end(self, name: str) -> None:
        kind = local_name(name)
        if kind == "v":
            self._in_value = False
        elif kind == "c" and self._in_cell:
            self._in_cell = False
            if self._filled:
                self._end_cell()

    def _end_cell(self) -> None:
        row, column = max(self._row, 1), self._column
        self._survey.reach(row, column)
        if self._type == "e":
            self._survey.lose_one(row - 1, column - 1)
        elif self._formula:
            result = b"" if self._value is None else b"<v>" + self._value.encode() + b"</v>"
            kind = f't="{self._type}"'.encode()
            if _lacks_result(kind, result, self._computed_on_load):
                self._survey.lose_one(row - 1, column - 1, NO_RESULT)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
