"""The extent of the filled cells of a part of an .xlsx, and its failed formulas.

Nearly every program writes a cell as ``<c r="B7" …>``. Such a part is searched as bytes, which is
much faster than parsing. A part with another spelling, or one that seems too large, is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import IO

from lxml import etree

from khop.connectors.spreadsheets.extent import Survey, is_large, refuse_large
from khop.connectors.spreadsheets.model import TableLimits

_CHUNK = 1 << 20
_USUAL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
#: Other beginnings of a cell's tag. One inside a text only causes an unneeded parse.
_UNUSUAL = (b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r", b":c ", b":c>", b":c/", b":c\t", b":c\n")
_FAILED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*\st="e"')
_REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,18})")


def survey_part(opened: Callable[[], IO[bytes]], name: str, limits: TableLimits) -> Survey:
    """The survey of a part. Raises ConfigError for one that is too large, lxml errors."""
    with closing(opened()) as stream:
        survey = _searched(stream)
    if survey is None or is_large(survey, limits):
        # Parsing does not count cells that have a format but no content.
        with closing(opened()) as stream:
            survey = _parsed(stream, name, limits)
    return survey


def _searched(stream: IO[bytes]) -> Survey | None:
    """None when a cell is not written as usual."""
    survey = Survey()
    for piece in _whole_tags(stream):
        found = _USUAL.findall(piece)
        if len(found) != piece.count(b"<c ") or any(each in piece for each in _UNUSUAL):
            return None
        if found:
            columns, rows = zip(*found, strict=True)
            survey.rows = max(survey.rows, max(map(int, set(rows))))
            survey.columns = max(survey.columns, max(_number(c.decode()) for c in set(columns)))
        if b't="e"' in piece:
            for column, row in _FAILED.findall(piece):
                survey.failed.add((int(row) - 1, _number(column.decode()) - 1))
    return survey


def _whole_tags(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in pieces, none of which ends inside a tag."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        piece = rest + chunk
        # No spreadsheet program writes a tag that is longer than a piece.
        end = piece.rfind(b"<") if len(rest) < _CHUNK else len(piece)
        yield piece[: max(end, 0)]
        rest = piece[max(end, 0) :]
    yield rest


def _parsed(stream: IO[bytes], name: str, limits: TableLimits) -> Survey:
    survey, number = Survey(), 0
    rows = etree.iterparse(
        stream,
        events=("end",),
        tag="{*}row",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    for _, row in rows:
        number = _written(row.get("r"), number + 1)
        _count_row(row, number, survey)
        refuse_large(survey, name, limits)
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]
    return survey


def _count_row(row: etree._Element, number: int, survey: Survey) -> None:
    """Add one row to the survey. A cell without a reference follows the cell before it."""
    column = 0
    for cell in row:
        column += 1
        found = _REFERENCE.fullmatch(str(cell.get("r") or ""))
        at = int(found[2]) if found else number
        column = _number(found[1]) if found else column
        if len(cell) == 0:
            continue
        survey.rows, survey.columns = max(survey.rows, at), max(survey.columns, column)
        if cell.get("t") == "e":
            survey.failed.add((at - 1, column - 1))


def _written(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else otherwise


def _number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
