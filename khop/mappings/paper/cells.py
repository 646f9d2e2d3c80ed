"""Cells of logbooks and registers, read as the type of their column.

The day always comes before the month. A cell that could be read in two ways raises RecordError,
whose reason never contains the value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from khop.connectors.spreadsheets.model import NO_RESULT, Cell, CellError
from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.identity import fold_name, identity_digits
from khop.mappings.paper.words import is_blank
from khop.mappings.records import Instant, Precision
from khop.mappings.time.parsing import FIRST_BIRTH_YEAR, FIRST_YEAR, LAST_YEAR
from khop.text.cleaning import clean_text
from khop.text.local_time import LOCAL, utc_us
from khop.text.normal_form import normal_form

_LONGEST_DATE = 64
LONGEST_CODE = 100
#: A spreadsheet keeps 15 digits of a number.
_MOST_DIGITS = 10**15
#: Day zero of spreadsheet dates; the first is off by one before March 1900, before any event.
_DAY_ZERO, _DAY_ZERO_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_FEW_DAYS, _MOST_DAYS = 20_000, 80_000
_SECONDS = 86_400
_NO_RESULT = (
    "is a formula whose result is not in the file; open the file in a spreadsheet program and "
    "save it again"
)

_CLOCK = (
    r"(?P<h>\d{1,2})\s*(?:[:hg]|gio)\s*(?:(?P<n>\d{1,2})\s*(?:(?:[:mp]|phut)\s*(?P<s>\d{1,2})?)?"
    r"\s*(?:s|giay)?(?:\.\d+)?)?\s*(?P<half>am|pm|sa|ch)?"
)
_DAY = r"(?P<d>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<m>\d{1,2})\s*(?P=sep)\s*(?P<y>\d{1,4})"
_DAY_IN_WORDS = r"(?P<d>\d{1,2})\s*thang\s*(?P<m>\d{1,2})\s*nam\s*(?P<y>\d{4})"
_DAY_FROM_YEAR = r"(?P<y>\d{4})(?P<sep>[/.\-])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
_DAY_IN_DIGITS = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
LOCAL_WRITTEN = r"(?:\s*(?P<zone>z|[+-]\d{2}:?\d{2}))?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:ngay\s*)?{_DAY}(?:[\s,;t\-]+(?:luc\s*)?{_CLOCK})?",
        rf"(?:luc\s*)?{_CLOCK}[\s,;\-]+(?:ngay\s*)?{_DAY}",
        rf"(?:ngay\s*)?{_DAY_IN_WORDS}(?:[\s,;\-]+(?:luc\s*)?{_CLOCK})?",
        rf"(?:luc\s*)?{_CLOCK}[\s,;\-]+(?:ngay\s*)?{_DAY_IN_WORDS}",
        rf"{_DAY_FROM_YEAR}(?:[\st]+{_CLOCK}{LOCAL_WRITTEN})?",
        rf"{_DAY_IN_DIGITS}(?:(?P<h>\d\d)(?P<n>\d\d)(?P<s>\d\d))?",
    )
)
_USUAL = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?", re.ASCII)
_POWER = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,3})", re.IGNORECASE)
_DECIMAL_ZEROS = re.compile(r"([0-9]+)[.,]0+")
_SHORT_PROCEDURE = re.compile(r"([0-9])[.,]([0-9]{1,6})")
_YEAR = re.compile(r"[0-9]{4}")
_DATE_INSIDE = re.compile(_DAY.replace("?P=sep", "?P=sep"), re.ASCII)
_DATE_WORDS = re.compile(r"[\s,;()\-–]*(?:ng[àa]y)?[\s,;():\-–]*$", re.IGNORECASE)


def read_time(cell: Cell, field: str, *, from_1904: bool = False) -> Instant | None:
    """The moment in a cell; None when there is none.

    A day without a time of day has precision ``DAY``; so has midnight, which is how spreadsheets
    write a day. Raises RecordError.
    """
    local = _moment(cell, field, from_1904)
    if local is None:
        return None
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise RecordError(field, f"has a year outside {FIRST_YEAR}-{LAST_YEAR}")
    timed = local.time() != time.min
    return Instant(utc_us(local), Precision.SECOND if timed else Precision.DAY)


def read_birth(cell: Cell, field: str, *, from_1904: bool = False) -> date | str | None:
    """A day of birth, or a year alone as text. Raises RecordError."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell < _FEW_DAYS:
        return _born(cell, field, from_1904)
    if isinstance(cell, str) and _YEAR.fullmatch(cell.strip()):
        return _birth_year(int(cell), field)
    local = _moment(cell, field, from_1904)
    if local is None:
        return None
    _birth_year(local.year, field)
    return local.date()


def _birth_year(year: int, field: str) -> str:
    if not FIRST_BIRTH_YEAR <= year <= LAST_YEAR:
        raise RecordError(field, "has a year no living person was born in")
    return str(year)


def _born(number: float, field: str, from_1904: bool) -> date | str:
    """The birth in a number: a year, or a count of days, which is higher than any year."""
    if number != int(number) or number <= LAST_YEAR:
        return _birth_year(int(number), field)
    return ((_DAY_ZERO_1904 if from_1904 else _DAY_ZERO) + timedelta(days=int(number))).date()


def read_text(cell: Cell, field: str) -> str:
    """Text; "" for none. A number is written without a decimal zero. Raises RecordError."""
    if isinstance(cell, str):
        return "" if is_blank(cell) else clean_text(cell)
    if (text := plain_number(cell)) is not None:
        return text
    raise RecordError(field, made_of(cell))


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
    if text and not digits:
        raise RecordError(field, "is no identity number, or the spreadsheet rounded it")
    return digits


def read_procedure(cell: Cell, field: str) -> str | None:
    """The base code of a procedure; None for none. Raises RecordError."""
    text = read_text(cell, field)
    if cut := _SHORT_PROCEDURE.fullmatch(text):
        # A spreadsheet took it for a decimal number and left out the zeros at its end.
        return f"{cut[1]}.{cut[2].ljust(6, '0')}"
    if len(text) > LONGEST_CODE:
        raise RecordError(field, "is too long to be a code")
    return base_procedure(text) if text else None


def read_number_and_day(cell: Cell, field: str) -> tuple[str, Instant | None]:
    """``12/XL-UBND ngày 08/10/2026``: the text without the day, and the day."""
    if not isinstance(cell, str):
        return read_text(cell, field), None
    text = clean_text(cell)
    found = list(_DATE_INSIDE.finditer(text))
    if not found:
        return read_text(cell, field), None
    if len(found) > 1:
        raise RecordError(field, "holds more than one date")
    number = text[: found[0].start()] + text[found[0].end() :]
    return _DATE_WORDS.sub("", number), read_time(found[0][0], field)


def plain_number(cell: Cell) -> str | None:
    """A number as text, 5.0 as ``5``; None for a cell that is not a number."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    whole = isinstance(cell, int) or (cell.is_integer() and abs(cell) < _MOST_DIGITS)
    return str(int(cell)) if whole else repr(cell)


def _moment(cell: Cell, field: str, from_1904: bool) -> datetime | None:
    if isinstance(cell, datetime):
        # Workbooks store times as fractions of a day, a few microseconds off.
        return _to_second(cell)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, str):
        return _written(cell, field)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _counted(cell, field, from_1904)
    raise RecordError(field, made_of(cell))


def _to_second(moment: datetime) -> datetime:
    if not moment.microsecond:
        return moment
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _counted(number: float, field: str, from_1904: bool) -> datetime:
    """The moment of a count of days, or of digits yyyyMMdd[HHmmss] that became a number."""
    if _FEW_DAYS < number < _MOST_DAYS:
        days, part = divmod(number, 1)
        zero = _DAY_ZERO_1904 if from_1904 else _DAY_ZERO
        return zero + timedelta(days=int(days), seconds=round(part * _SECONDS))
    text = plain_number(number) or ""
    if len(text) in (8, 14) and text.isdigit() and (local := _written(text, field)):
        return local
    raise RecordError(field, "is a number and no date")


def _written(cell: str, field: str) -> datetime | None:
    if usual := _USUAL.fullmatch(cell):
        day, month, year, *clock = (int(part or 0) for part in usual.groups())
        return _checked([year, month, day, *clock], field)
    if len(cell) > _LONGEST_DATE:
        raise RecordError(field, "is too long to be a date")
    if is_blank(cell):
        return None
    text = fold_name(normal_form("NFKC", cell).replace("–", "-"))
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        bare = text.isascii() and text.isdigit()
        raise RecordError(
            field,
            "is a bare number; format the column as dates and save again"
            if bare
            else "is not in a known date form; write it like 31/12/2026 or 31/12/2026 14:30",
        )
    return _assembled(found.groupdict(), field)


def _assembled(parts: dict[str, str | None], field: str) -> datetime:
    year, month, day, hour, minute, second = (int(parts.get(k) or 0) for k in "ymdhns")
    if len(parts["y"] or "") != 4:
        raise RecordError(field, "has a year that is not of four digits")
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise RecordError(field, "has an hour that does not fit am or pm")
        hour = hour % 12 + (12 if half in ("pm", "ch") else 0)
    local = _checked([year, month, day, hour, minute, second], field)
    zone = parts.get("zone")
    return local if zone is None else _shifted(local, zone, field)


def _shifted(local: datetime, zone: str, field: str) -> datetime:
    try:
        aware = datetime.fromisoformat(local.isoformat() + zone.upper())
        return aware.astimezone(LOCAL).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise RecordError(field, "has a zone that does not exist") from None


def _checked(parts: Sequence[int], field: str) -> datetime:
    """``parts``: year, month, day, hour, minute, second."""
    if parts[1] > 12 >= parts[2]:
        raise RecordError(
            field,
            "has a month above 12: day and month may have changed places; write day/month/year",
        )
    try:
        return datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        raise RecordError(field, "is not a date that exists") from None


def made_of(cell: Cell) -> str:
    """Why a cell of this type cannot be used."""
    if isinstance(cell, CellError):
        return _NO_RESULT if cell.code == NO_RESULT else "is a formula that failed"
    if isinstance(cell, bool):
        return "is true or false, which this column cannot have"
    if isinstance(cell, date):
        return "was changed to a date by the spreadsheet"
    if isinstance(cell, time | timedelta):
        return "is a time of day without a day"
    return "is of a type not expected"


def whole_number(number: float, field: str) -> str:
    """A number as digits. Raises RecordError when digits were lost."""
    if number != number or abs(number) >= _MOST_DIGITS:
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
