"""Cells of logbooks and registers, read as the type of their column; ``days`` reads the days.

A cell that cannot be read raises RecordError, whose reason never contains the value.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.identity import identity_digits
from khop.mappings.paper.cell_types import MOST_DIGITS, made_of, plain_number
from khop.mappings.paper.days import PLAIN, WRITTEN_DAY, DayStyle, read_time
from khop.mappings.paper.older_encodings import read_lettering
from khop.mappings.paper.words import is_blank
from khop.mappings.records import Instant
from khop.text.cleaning import clean_text
from khop.text.normal_form import normal_form

LONGEST_CODE = 100
_POWER = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,3})", re.IGNORECASE)
_DECIMAL_ZEROS = re.compile(r"([0-9]+)[.,]0+")
#: The number of a passport or another document.
_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{5,9}[A-Z]?")
_MOST_OF_A_NUMBER = 13
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{9})(?![0-9])")
_BASE = re.compile(r"[0-9]\.[0-9]{6}")
_WRITTEN_PROCEDURE = re.compile(r"(?<![0-9A-Z.])([0-9])\s*[.,\-]?\s*([0-9]{6})(?![0-9])", re.ASCII)
#: A code of another system, such as BGTVT-285.
_OTHER_PROCEDURE = re.compile(r"(?=.*[0-9])[0-9A-ZĐa-zđ._/\-]{1,40}")
_SHORT_PROCEDURE = re.compile(r"([0-9])[.,]([0-9]{1,6})")
#: Letters for digits (1.O01612), or zeros lost behind the point (1.1612): it may be any procedure.
_MISSPELT_PROCEDURE = re.compile(
    r"[0-9OoIl][.,](?=[0-9]*[OoIl])[0-9OoIl]{4,6}(\..*)?|[OoIl][.,][0-9]{6}(\..*)?"
    r"|[0-9][.,][1-9][0-9]{0,4}"
)
_NO_PROCEDURE = "is not one code of a procedure; write it like 1.001612"
_DATE_WORDS = re.compile(r"[\s,;()\-–]*(?:ng[àa]y)?[\s,;():\-–]*$", re.IGNORECASE)

_UNREADABLE_LETTERS = (
    "has letters that were lost or are in an older encoding (TCVN3, VNI, VISCII); convert the "
    "text to Unicode"
)


def read_text(cell: Cell, field: str) -> str:
    """Text; "" for none. A number is written without a decimal zero. Raises RecordError."""
    if isinstance(cell, str):
        return "" if is_blank(cell) else clean_text(cell)
    if (text := plain_number(cell)) is not None:
        return text
    raise RecordError(field, made_of(cell))


def read_name(cell: Cell, field: str, encodings: Collection[str] = ()) -> str:
    """The name of a person or unit, or another text in letters; "" for none.

    A name in an older encoding is converted. ``encodings``: those that other cells of the file
    are in. Raises RecordError, also when it cannot be told what was written.
    """
    if isinstance(cell, str) and not is_blank(cell):
        read = read_lettering(cell, encodings).text
        if read is None:
            raise RecordError(field, _UNREADABLE_LETTERS)
        return clean_text(read)
    return read_text(cell, field)


def read_number(cell: Cell, field: str) -> str:
    """The number of a document: text, or a number without loss. Raises RecordError."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return whole_number(cell, field)
    text = read_text(cell, field)
    return found[1] if (found := _DECIMAL_ZEROS.fullmatch(text)) else unpowered(text, field)


def read_identity(cell: Cell, field: str) -> str:
    """An identity number as it is compared; "" for none. Raises RecordError."""
    text = read_text(cell, field)
    digits = identity_digits(text)
    if len(digits) > _MOST_OF_A_NUMBER or not (digits.isdecimal() or _DOCUMENT.fullmatch(digits)):
        # A label before the number, or the day of issue behind it.
        found = set(_NUMBER.findall(digits))
        digits = found.pop() if len(found) == 1 else ""
    if text and not digits:
        raise RecordError(field, "is no identity number, or the spreadsheet rounded it")
    return digits


def read_procedure(cell: Cell, field: str) -> str | None:
    """The base code of a procedure; None for none. Raises RecordError."""
    text = read_text(cell, field)
    if _MISSPELT_PROCEDURE.fullmatch(text):
        raise RecordError(field, _NO_PROCEDURE)
    if cut := _SHORT_PROCEDURE.fullmatch(text):
        # A spreadsheet took it for a decimal number and left out the zeros at its end.
        return f"{cut[1]}.{cut[2].ljust(6, '0')}"
    if not text:
        return None
    if (base := base_procedure(text)) is not None and _BASE.fullmatch(base):
        return base
    # Without its point, or beside words: TTHC 1.001612 - Khai sinh
    plain = normal_form("NFKC", text)
    found = {f"{first}.{rest}" for first, rest in _WRITTEN_PROCEDURE.findall(plain)}
    if len(found) == 1:
        return found.pop()
    if found or not _OTHER_PROCEDURE.fullmatch(text):
        raise RecordError(field, _NO_PROCEDURE)
    return base


def read_number_and_day(
    cell: Cell, field: str, style: DayStyle = PLAIN
) -> tuple[str, Instant | None]:
    """``12/XL-UBND ngày 08/10/2026``: the text without the day, and the day."""
    if not isinstance(cell, str):
        return read_text(cell, field), None
    text = clean_text(cell)
    found = list(WRITTEN_DAY.finditer(text))
    if not found:
        return read_text(cell, field), None
    if len(found) > 1:
        raise RecordError(field, "holds more than one date")
    number = text[: found[0].start()] + text[found[0].end() :]
    return _DATE_WORDS.sub("", number), read_time(found[0][0], field, style)


def whole_number(number: float, field: str) -> str:
    """A number as digits. Raises RecordError when digits were lost."""
    if number != number or abs(number) >= MOST_DIGITS:
        raise RecordError(field, "was changed to a number and rounded by the spreadsheet")
    if number < 0 or number != int(number):
        raise RecordError(field, "was changed to a number with decimals by the spreadsheet")
    return str(int(number))


def unpowered(text: str, field: str) -> str:
    """``2.60923E+5`` as 260923. Raises RecordError when it has fewer digits than its power."""
    if zeros := _DECIMAL_ZEROS.fullmatch(text):
        return zeros[1]
    found = _POWER.fullmatch(text)
    if found is None:
        return text
    digits, power = found[2] or "", int(found[3])
    if len(digits) < power:
        raise RecordError(field, "was changed to a number and rounded by the spreadsheet")
    if digits[power:].strip("0"):
        raise RecordError(field, "was changed to a number with decimals by the spreadsheet")
    return found[1] + digits[:power]
