"""Times as systems write them on the wire, read into ``Instant`` and written back.

Forms: ISO 8601 with or without zone, ``+0700`` without colon, ``yyyyMMddHHmm[ss]``, ``yyyyMMdd``,
``dd/MM/yyyy[ HH:mm[:ss]]`` and ``HH:mm[:ss] dd/MM/yyyy``. The parts of a date are joined by ``/``,
``-`` or ``.``; a time may end in SA, CH, AM or PM, and in a zone. A time without a zone is local
time (``khop.text.local_time``). A date alone has precision ``DAY``. English names of months are
read; a date such as 11/10/2026 with AM or PM, whose month may come first, is not. Numbers, lists
and objects: ``wire_values``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from khop.errors import RecordError
from khop.mappings.records import Instant, Precision
from khop.mappings.time.wire_values import time_text
from khop.text.local_time import LOCAL_OFFSET_US, local_datetime, utc_us

#: Years of administrative events; any other year is a typing error or a default value.
FIRST_YEAR, LAST_YEAR = 1990, 2099
#: The first year of birth of a living person.
FIRST_BIRTH_YEAR = 1880
#: ``DateTime`` of .NET that was never set (docs/systems/dvcqg.md).
_UNSET_YEAR = 1
_LONGEST = 64
_DECEMBER = 12

_WIDEST_OFFSET = timedelta(hours=14)
_LOCAL_OFFSET = timedelta(microseconds=LOCAL_OFFSET_US)
_TIME = (
    r"(?P<h>\d\d?):(?P<n>\d\d)(?::(?P<s>\d\d)(?:[.,](?P<f>\d+))?)?"
    r"(?: ?(?P<half>SA|CH|AM|PM))?"
    r"(?: ?(?P<z>Z|ICT|(?:UTC|GMT)(?:[+-]\d\d?(?::?\d\d)?)?|[+-]\d\d(?::?\d\d)?))?"
    r"(?: ?(?:\[[\w/]+\]|\([^()]*\)))?"
)
_MONTHS = dict(zip(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    range(1, 13), strict=True,
))  # fmt: skip
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
_NAME = rf"(?P<name>{'|'.join(_MONTHS)})"
_YEAR_FIRST = r"(?P<y>\d{4})(?P<x>[-/.])(?P<m>\d\d?)(?P=x)(?P<d>\d\d?)"
_DAY_FIRST = r"(?P<d>\d\d?)(?P<x>[-/.])(?P<m>\d\d?)(?P=x)(?P<y>\d{4})"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_YEAR_FIRST}(?:(?:T|,? +){_TIME})?",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:(?P<h>\d\d)(?P<n>\d\d)(?P<s>\d\d)?)?",
        rf"{_DAY_FIRST}(?:(?:T|,? +){_TIME})?",
        rf"{_TIME},? +{_DAY_FIRST}",
        rf"{_WEEKDAY}{_NAME} (?P<d>\d\d?),? (?P<y>\d{{4}})(?:,? {_TIME})?",
        rf"{_WEEKDAY}(?P<d>\d\d?)[ -]{_NAME}[ -](?P<y>\d{{4}})(?:,? {_TIME})?",
    )
)
_IGATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0700", re.ASCII)


def parse_wire_time(value: object, field: str) -> Instant | None:
    """The instant a wire value means; None for null, blank and year 1.

    Raises RecordError(field, reason) for a value in none of the forms, for days that do not exist
    and for years outside 1990-2099. The reason never contains the value.
    """
    if value is None or value == "":
        return None
    # iGate's own form comes millions of times, always in local time: a short cut for speed.
    if isinstance(value, str) and (found := _IGATE.fullmatch(value)):
        try:
            moment = datetime.fromisoformat(found[1])
        except ValueError:
            raise RecordError(field, "is not a date that exists") from None
        return _instant(moment, True, field)
    read = _read(time_text(value, field), field)
    return None if read is None else _instant(*read, field)


def parse_wire_day(value: object, field: str) -> date | None:
    """The local day of a birth date, in the same forms; years 1880-2099.

    A birth date that was stored as UTC has the evening of the day before (docs/systems/igate.md).
    """
    if value is None or value == "":
        return None
    read = _read(time_text(value, field, birth=True), field)
    if read is None:
        return None
    day = read[0].date()
    if not FIRST_BIRTH_YEAR <= day.year <= LAST_YEAR:
        raise RecordError(field, "has a year no living person was born in")
    return day


def wire_time(instant: Instant | None) -> str:
    """``yyyyMMddHHmmss`` of Asia/Ho_Chi_Minh, 24 hours; "" for None (docs/systems/dvcqg.md)."""
    if instant is None:
        return ""
    form = "%Y%m%d000000" if instant.precision is Precision.DAY else "%Y%m%d%H%M%S"
    return local_datetime(instant.us).strftime(form)


def _instant(local: datetime, timed: bool, field: str) -> Instant | None:
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        if local.year == _UNSET_YEAR:
            return None
        raise RecordError(field, f"has a year outside {FIRST_YEAR}-{LAST_YEAR}")
    return Instant(utc_us(local), Precision.SECOND if timed else Precision.DAY)


def _read(value: str, field: str) -> tuple[datetime, bool] | None:
    """Local time and whether a time of day was written; None for blank and year 1."""
    if len(value) > _LONGEST:
        raise RecordError(field, "is too long to be a date")
    text = value.strip()
    if not text:
        return None
    match = next((m for form in _FORMS if (m := form.fullmatch(text))), None)
    if match is None:
        raise RecordError(field, "is not in a known date form")
    parts = _parts(match, field)
    try:
        return None if int(parts["y"] or 0) == _UNSET_YEAR else (_local(parts), bool(parts["h"]))
    except (ValueError, OverflowError):
        raise RecordError(field, "is not a date that exists") from None


def _parts(found: re.Match[str], field: str) -> dict[str, str | None]:
    """The parts of a date, with the number of its month. Programs of American habits write AM and
    PM, and the month first; where either order gives a day, the date is not certain."""
    parts = found.groupdict()
    if name := parts.get("name"):
        return {**parts, "m": str(_MONTHS[name.casefold()])}
    english = (parts.get("half") or "").upper() in ("AM", "PM")
    if not english or parts["x"] != "/" or found.start("y") < found.start("d"):
        return parts
    first, second = int(parts["d"] or 0), int(parts["m"] or 0)
    if first <= _DECEMBER < second:
        return {**parts, "d": parts["m"], "m": parts["d"]}
    if first != second and first <= _DECEMBER:
        raise RecordError(field, "may have the month first")
    return parts


def _local(parts: dict[str, str | None]) -> datetime:
    year, month, day, hour, minute, second = (int(parts.get(k) or 0) for k in "ymdhns")
    hour = _of_day(hour, parts.get("half"))
    micro = int((parts.get("f") or "")[:6].ljust(6, "0"))
    written = datetime(year, month, day, hour, minute, second, micro)
    zone = parts.get("z")
    return written if zone is None else written - _offset(zone) + _LOCAL_OFFSET


def _of_day(hour: int, half: str | None) -> int:
    """The hour of the day of one in the morning (SA, AM) or afternoon (CH, PM). Some programs
    write CH behind an hour of the day. Raises ValueError for an hour that is not in that half."""
    if half is None:
        return hour
    afternoon = half.upper() in ("CH", "PM")
    if hour == 0 or (hour > 12 and not afternoon):
        raise ValueError
    return hour if hour > 12 else hour % 12 + (12 if afternoon else 0)


def _offset(zone: str) -> timedelta:
    """How far local time is ahead of UTC. Raises ValueError for more than any zone is."""
    name = zone.upper()
    if name == "ICT":
        return _LOCAL_OFFSET
    zone = name.removeprefix("UTC").removeprefix("GMT")
    sign, digits = zone[:1], zone[1:].replace(":", "")
    digits = digits.zfill(2 if len(digits) < 3 else 4).ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if int(digits[2:]) > 59 or offset > _WIDEST_OFFSET:
        raise ValueError
    return -offset if sign == "-" else offset
