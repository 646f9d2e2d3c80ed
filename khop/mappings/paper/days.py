"""Days and times of day in cells of logbooks and registers.

The day comes before the month, unless the whole column says otherwise (``day_columns``). A cell
that could be read in two ways raises RecordError, whose reason never contains the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.identity import fold_name
from khop.mappings.paper.cell_types import made_of, plain_number
from khop.mappings.paper.words import is_blank, without_phrases
from khop.mappings.records import Instant, Precision
from khop.mappings.time.parsing import FIRST_BIRTH_YEAR, FIRST_YEAR, LAST_YEAR
from khop.text.local_time import LOCAL, utc_us
from khop.text.normal_form import normal_form

_LONGEST_DATE = 64
#: Day zero of spreadsheet dates; the first is off by one before March 1900, before any event.
_DAY_ZERO, _DAY_ZERO_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_FEW_DAYS, _MOST_DAYS = 20_000, 80_000
_SECONDS = 86_400
#: Two digits of a year are of this century: no book is older, and none is of the next one.
_CENTURY = 2000

_CLOCK = (
    r"(?P<h>\d{1,2})\s*(?:[:hg]|gio)\s*(?:(?P<n>\d{1,2})\s*(?:(?:[:mp]|phut)\s*(?P<s>\d{1,2})?)?"
    r"\s*(?:s|giay)?(?:\.\d+)?)?\s*(?P<half>am|pm|sa|ch)?"
)
_DAY = r"(?P<d>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<m>\d{1,2})\s*(?P=sep)\s*(?P<y>\d{1,4})"
_DAY_IN_WORDS = r"(?P<d>\d{1,2})\s*thang\s*(?P<m>\d{1,2})\s*nam\s*(?P<y>\d{4})"
_DAY_FROM_YEAR = r"(?P<y>\d{4})(?P<sep>[/.\-])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
_DAY_IN_DIGITS = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_ZONE = r"(?:\s*(?P<zone>z|[+-]\d{2}:?\d{2}))?"


def _compiled(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.ASCII) for form in forms)


#: Forms in which day and month may have changed places.
_ORDERED = _compiled(
    rf"(?:ngay\s*)?{_DAY}(?:[\s,;t\-]+(?:luc\s*)?{_CLOCK})?",
    rf"(?:luc\s*)?{_CLOCK}[\s,;\-]+(?:ngay\s*)?{_DAY}",
    r"(?:ngay\s*)?(?P<d>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<m>\d{1,2})(?P<y>)",
)
_CERTAIN = _compiled(
    rf"(?:ngay\s*)?{_DAY_IN_WORDS}(?:[\s,;\-]+(?:luc\s*)?{_CLOCK})?",
    rf"(?:luc\s*)?{_CLOCK}[\s,;\-]+(?:ngay\s*)?{_DAY_IN_WORDS}",
    rf"{_DAY_FROM_YEAR}(?:[\st]+{_CLOCK}{_ZONE})?",
    rf"{_DAY_IN_DIGITS}(?:(?P<h>\d\d)(?P<n>\d\d)(?P<s>\d\d))?",
    r"(?:ngay\s*)?(?P<d>\d{1,2})\s*thang\s*(?P<m>\d{1,2})(?P<y>)",
)
_USUAL = re.compile(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}")
#: A day inside other text.
WRITTEN_DAY = re.compile(_DAY, re.ASCII)
#: "19/11/2026?", "~19/11/2026": a day that its writer was not sure of.
_DOUBT = re.compile(r"[?~≈±]")
_DAY_AND_NOTE = re.compile(rf"(?<![\d/.\-]){_DAY}(?![\d/])", re.ASCII)


class Order(StrEnum):
    """What stands first in the days of a column.

    ``EITHER``: it cannot be told. ``TURNED``: nor can it of the dates that a spreadsheet made.
    """

    DAY = "day"
    MONTH = "month"
    EITHER = "either"
    TURNED = "turned"


@dataclass(frozen=True, slots=True)
class DayStyle:
    """How the days of a column are written, as far as a cell alone does not tell.

    ``short_years``: years may have two digits. ``month``, ``year``: of the rows, named above
    them, for days without a year; a book of one year names no month. ``notes``: lists of phrases
    that may stand beside a day (``paper_shorthand``). ``last``: later days are refused.
    """

    from_1904: bool = False
    order: Order = Order.DAY
    short_years: bool = True
    month: int | None = None
    year: int | None = None
    notes: tuple[str, ...] = ()
    last: date | None = None


PLAIN = DayStyle()


def read_time(cell: Cell, field: str, style: DayStyle = PLAIN) -> Instant | None:
    """The moment in a cell; None when there is none.

    A day without a time of day has precision ``DAY``; so has midnight, which is how spreadsheets
    write a day. Raises RecordError.
    """
    return _read_day(cell, field, style) if isinstance(cell, str) else _read(cell, field, style)


def _read(cell: Cell, field: str, style: DayStyle) -> Instant | None:
    local = _moment(cell, field, style)
    if local is None:
        return None
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise RecordError(field, f"has a year outside {FIRST_YEAR}-{LAST_YEAR}")
    if style.last is not None and local.date() > style.last:
        raise RecordError(field, "lies in the future")
    timed = local.time() != time.min
    return Instant(utc_us(local), Precision.SECOND if timed else Precision.DAY)


#: Few days stand in very many rows.
_read_day = lru_cache(maxsize=4096)(_read)


def read_birth(cell: Cell, field: str, style: DayStyle = PLAIN) -> date | str | None:
    """A day of birth, or a year alone as text. Raises RecordError."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell < _FEW_DAYS:
        return _born(cell, field, style)
    if isinstance(cell, str) and _YEAR.fullmatch(cell.strip()):
        return _birth_year(int(cell), field)
    # The year of a birth stands in no heading, and two digits of it may be of either century.
    local = _moment(cell, field, DayStyle(style.from_1904, style.order, short_years=False))
    if local is None:
        return None
    _birth_year(local.year, field)
    if style.last is not None and local.date() > style.last:
        raise RecordError(field, "lies in the future")
    return local.date()


def _birth_year(year: int, field: str) -> str:
    if not FIRST_BIRTH_YEAR <= year <= LAST_YEAR:
        raise RecordError(field, "has a year no living person was born in")
    return str(year)


def _born(number: float, field: str, style: DayStyle) -> date | str:
    """The birth in a number: a year, or a count of days, which is higher than any year."""
    if number != int(number) or number <= LAST_YEAR:
        return _birth_year(int(number), field)
    zero = _DAY_ZERO_1904 if style.from_1904 else _DAY_ZERO
    return (zero + timedelta(days=int(number))).date()


def _moment(cell: Cell, field: str, style: DayStyle) -> datetime | None:
    if isinstance(cell, datetime):
        # Workbooks store times as fractions of a day, a few microseconds off.
        return _of_a_date(_to_second(cell), field, style)
    if isinstance(cell, date):
        return _of_a_date(datetime(cell.year, cell.month, cell.day), field, style)
    if isinstance(cell, str):
        return _written(cell, field, style)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _counted(cell, field, style)
    raise RecordError(field, made_of(cell))


def _to_second(moment: datetime) -> datetime:
    if not moment.microsecond:
        return moment
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _counted(number: float, field: str, style: DayStyle) -> datetime:
    """The moment of a count of days, or of digits yyyyMMdd[HHmmss] that became a number."""
    if _FEW_DAYS < number < _MOST_DAYS:
        days, part = divmod(number, 1)
        zero = _DAY_ZERO_1904 if style.from_1904 else _DAY_ZERO
        moment = zero + timedelta(days=int(days), seconds=round(part * _SECONDS))
        return _of_a_date(moment, field, style)
    text = plain_number(number) or ""
    if len(text) in (8, 14) and text.isdigit() and (local := _written(text, field, style)):
        return local
    raise RecordError(field, "is a number and no date")


def _of_a_date(moment: datetime, field: str, style: DayStyle) -> datetime:
    """A date that the spreadsheet made."""
    if style.order is Order.TURNED and moment.day <= 12 and moment.day != moment.month:
        raise RecordError(field, _TURNED)
    return moment


def _written(cell: str, field: str, style: DayStyle) -> datetime | None:
    if usual := _USUAL.fullmatch(cell):
        first, second, year, *clock = (int(part or 0) for part in usual.groups())
        month, day = _month_and_day(first, second, field, style.order)
        return _checked([year, month, day, *clock], field)
    if len(cell) > _LONGEST_DATE:
        raise RecordError(field, "is too long to be a date")
    if is_blank(cell):
        return None
    text = fold_name(normal_form("NFKC", cell).replace("–", "-")).strip(" ,;.")
    for forms, order in ((_ORDERED, style.order), (_CERTAIN, Order.DAY)):
        for form in forms:
            if found := form.fullmatch(text):
                return _assembled(found.groupdict(), field, style, order)
    if (alone := _without_note(text, style.notes)) is not None:
        return _assembled(alone, field, style, style.order)
    raise RecordError(field, _no_form(text))


def _no_form(text: str) -> str:
    if text.isascii() and text.isdigit():
        return "is a bare number; format the column as dates and save again"
    if _DAY_AND_NOTE.search(text):
        return "has a note beside the date; write the date alone, like 31/12/2026"
    return "is not in a known date form; write it like 31/12/2026 or 31/12/2026 14:30"


def _without_note(text: str, notes: Sequence[str]) -> Mapping[str, str | None] | None:
    """The one day in a text, when what stands beside it says nothing else."""
    found = list(_DAY_AND_NOTE.finditer(text))
    if len(found) != 1 or not notes or _DOUBT.search(text):
        return None
    before, after = text[: found[0].start()], text[found[0].end() :]
    if without_phrases(before, notes) or without_phrases(after, (*notes, "punctual")):
        return None
    return found[0].groupdict()


def _assembled(
    parts: Mapping[str, str | None], field: str, style: DayStyle, order: Order
) -> datetime:
    first, second, hour, minute, second_of = (int(parts.get(key) or 0) for key in "dmhns")
    month, day = _month_and_day(first, second, field, order)
    year = _year(parts["y"] or "", month, field, style)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise RecordError(field, "has an hour that does not fit am or pm")
        hour = hour % 12 + (12 if half in ("pm", "ch") else 0)
    local = _checked([year, month, day, hour, minute, second_of], field)
    zone = parts.get("zone")
    return local if zone is None else _shifted(local, zone, field)


def _month_and_day(first: int, second: int, field: str, order: Order) -> tuple[int, int]:
    """Month and day of two numbers in the order in which they are written."""
    if order is Order.MONTH:
        if first > 12 >= second:
            raise RecordError(field, "has the day first, and its column has the month first")
        return first, second
    if order is not Order.DAY and max(first, second) <= 12 and first != second:
        raise RecordError(field, _EITHER_WAY)
    return second, first


def _year(written: str, month: int, field: str, style: DayStyle) -> int:
    if len(written) == 4:
        return int(written)
    if written:
        year = _CENTURY + int(written)
        if len(written) != 2 or not style.short_years or abs(year - (style.year or year)) > 1:
            raise RecordError(field, "has a year that is not of four digits")
        return year
    if style.year is None or month not in _months(style):
        raise RecordError(field, "has no year, and no line above the rows tells it")
    return style.year


def _months(style: DayStyle) -> range:
    """The months that a day without a year may lie in: that of the heading and the next one, in
    the same year; of a book of one year, any."""
    return range(1, 13) if style.month is None else range(style.month, min(style.month + 1, 12) + 1)


_TURNED = (
    "may be two days: the spreadsheet took the month for the day in dates of this column; write "
    "day/month/year"
)
_EITHER_WAY = (
    "may be two days: its column has days written day/month and month/day; write day/month/year"
)


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
