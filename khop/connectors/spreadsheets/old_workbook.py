"""The survey of an old workbook (.xls), whose cells python-calamine reads ([MS-XLS]).

A workbook is a stream of records: number, length, content. That of the whole workbook comes first
and says where each sheet begins.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from khop.connectors.spreadsheets.compound_file import CompoundFile, DamagedFileError
from khop.connectors.spreadsheets.model import NO_RESULT
from khop.connectors.spreadsheets.survey import Survey

_STREAMS = ("Workbook", "Book")
_BEGIN, _END = 0x809, 0x0A
_SHEET, _FROM_1904, _COMPUTED_BEFORE_SAVE = 0x85, 0x22, 0x5F
_FORMULA, _ERROR_OR_BOOLEAN, _TEXT_RESULT = 0x06, 0x205, 0x207
#: Between a formula and its text: the shared formula, array or table that it belongs to.
_PART_OF_FORMULA = frozenset({0x4BC, 0x221, 0x236})
#: Kinds of a result that is no number, and the mark of such a result.
_TEXT, _ERROR, _BLANK, _NO_NUMBER = 0, 2, 3, 0xFFFF
_COMPUTE_ON_LOAD = 0x02
#: Cells that need no second look, with their lengths: text, compressed number, number, blank, row.
_PLAIN = re.compile(
    rb"(?:\xfd\0\x0a\0.{10}|\x7e\x02\x0a\0.{10}|\x03\x02\x0e\0.{14}|\x01\x02\x06\0.{6}"
    rb"|\x08\x02\x10\0.{16})++",
    re.DOTALL,
)


@dataclass(slots=True)
class OldFacts:
    """``from_1904``: days count from 1904. ``sheets``: the survey of each, without its extent, in
    the order of the workbook."""

    from_1904: bool = False
    sheets: list[Survey] = field(default_factory=list)


def look_into_old(data: bytes) -> OldFacts:
    """What python-calamine does not tell. Raises DamagedFileError."""
    stream = CompoundFile(data).stream(*_STREAMS)
    facts, begins = OldFacts(), []
    for number, content in _records(stream, 0):
        if number == _FROM_1904 and len(content) >= 2:
            facts.from_1904 = content[0] == 1
        elif number == _SHEET and len(content) >= 4:
            begins.append(struct.unpack_from("<I", content)[0])
    facts.sheets = [_sheet(stream, begin) for begin in begins]
    return facts


def _sheet(stream: bytes, begin: int) -> Survey:
    cells = _Cells()
    for number, content in _records(stream, begin):
        cells.note(number, content)
    return cells.survey()


class _Cells:
    """The cells of a sheet that python-calamine gives as empty ones."""

    def __init__(self) -> None:
        self._survey = Survey()
        #: Formulas whose result is blank: an empty text, or not computed.
        self._blank: list[tuple[int, int]] = []
        self._computed = False
        #: A formula whose result is a text, which a later record holds.
        self._waiting: tuple[int, int] | None = None

    def note(self, number: int, content: bytes) -> None:
        """Note a record of the sheet."""
        if self._waiting is not None and number not in _PART_OF_FORMULA:
            if number != _TEXT_RESULT:
                self._survey.lose_one(*self._waiting, NO_RESULT)
            self._waiting = None
        if number == _COMPUTED_BEFORE_SAVE:
            self._computed = content[:1] == b"\1"
        elif number == _ERROR_OR_BOOLEAN and len(content) >= 8:
            row, column, _, _, is_error = struct.unpack_from("<HHHBB", content)
            if is_error:
                self._survey.lose_one(row, column)
        elif number == _FORMULA and len(content) >= 16:
            self._formula(content)

    def survey(self) -> Survey:
        """What was found. A blank result of a sheet that was not computed before it was saved may
        stand for any result."""
        for row, column in () if self._computed else self._blank:
            self._survey.lose_one(row, column, NO_RESULT)
        return self._survey

    def _formula(self, content: bytes) -> None:
        row, column, _, result, mark, flags = struct.unpack_from("<HHH6sHH", content)
        if mark != _NO_NUMBER:
            if flags & _COMPUTE_ON_LOAD and not mark and not any(result):
                self._survey.lose_one(row, column, NO_RESULT)
        elif result[0] == _ERROR:
            self._survey.lose_one(row, column)
        elif result[0] == _TEXT:
            self._waiting = (row, column)
        elif result[0] == _BLANK:
            self._blank.append((row, column))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Number and content of the records of a sheet, without those of the charts inside it."""
    depth = 0
    while at + 4 <= len(stream):
        if plain := _PLAIN.match(stream, at):
            at = plain.end()
            continue
        number, length = struct.unpack_from("<HH", stream, at)
        content = stream[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (number == _BEGIN) - (number == _END)
        if depth <= 0 and number == _END:
            return
        if depth == 1:
            yield number, content
    raise DamagedFileError
