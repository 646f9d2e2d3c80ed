"""Times that a wire carries as another value than a text, as text.

==========================================  ==================================================
value                                        who writes it
==========================================  ==================================================
``1762740000``, ``1762740000000``            seconds, milli-, micro-, nanoseconds since 1970
``20261110``, ``20261110090000``             the digits of a date without quotes
``[2026, 11, 10, 9, 0]``                     Jackson, of a local time or day
``{"$date": …}``, ``{"$numberLong": …}``     MongoDB's extended JSON
``{"epochSecond": …, "nano": …}``            Gson, of an Instant
==========================================  ==================================================

The size of a number shows its unit: years 1990 to 2099 in the four units, and the digits of a date,
do not overlap. Of births they do; what may be either is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from khop.errors import RecordError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds since 1970 of the years 1990 to 2099.
_FIRST, _LAST = 631_152_000, 4_102_444_800
#: How many a second: seconds, milli-, micro-, nanoseconds.
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
#: Milliseconds of the years of birth 1880 to 2099. From ``_SURELY_MS`` on, either way, a number is
#: no count of seconds; from ``_DIGITS`` it may be ``yyyyMMddHHmm``.
_BIRTHS = range(-2_840_140_800_000, 4_102_444_800_000)
_SURELY_MS = 10_000_000_000
#: Seconds of the years 2033 to 2036 look like ``yyyyMMddHH``.
_HOURS = range(1_990_010_100, 2_099_123_124)
_DIGITS = range(188_001_010_000, 209_912_312_360)
_COUNT = re.compile(r"-?[0-9]{1,19}(?:\.[0-9]{1,9})?")
_DEEPEST = 2
_WRAPPERS = ("$date", "$numberLong", "$numberInt", "$numberDouble")
_INSTANTS: tuple[frozenset[object], ...] = (
    frozenset({"epochSecond", "nano"}),
    frozenset({"seconds", "nanos"}),
    frozenset({"epochSecond"}),
    frozenset({"seconds"}),
)


def time_text(value: object, field: str, *, birth: bool = False) -> str:
    """The value as text in a form of ``parsing``; "" for null.

    ``birth``: a date of birth, which may lie before 1970. Raises RecordError for a value whose
    meaning is not certain.
    """
    for _ in range(_DEEPEST):
        value = _unwrapped(value, field) if isinstance(value, Mapping) else value
    match value:
        case None:
            return ""
        case str():
            bare = value.strip()
            return (_COUNT.fullmatch(bare) and _counted(float(bare), bare, field, birth)) or value
        case list() | tuple():
            return _of_parts(value, field)
        case int() | float() if not isinstance(value, bool) and abs(value) < 1e19:
            digits = str(int(value))
            return _counted(value, digits, field, birth) or digits
    raise RecordError(field, "is no value that a date can be read from")


def _counted(value: float, digits: str, field: str, birth: bool) -> str | None:
    """The UTC time of a count since 1970; None for a number that counts no time."""
    if birth:
        if int(value) not in _BIRTHS or abs(value) < _SURELY_MS:
            return None
        if int(value) in _DIGITS:
            raise RecordError(field, "may be the digits of a date or a count since 1970")
        return _utc(int(value) * 1_000)
    if int(value) in _HOURS:
        raise RecordError(field, "may be the digits of a date or a count since 1970")
    for per_second in _UNITS:
        if _FIRST * per_second <= value < _LAST * per_second:
            whole = int(digits.partition(".")[0])
            fraction = round((value - whole) * 1_000_000) if per_second == 1 else 0
            return _utc(whole * 1_000_000 // per_second + fraction)
    return None


def _utc(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat()


def _of_parts(parts: Sequence[object], field: str) -> str:
    """``[year, month, day]``, with hour, minute, second and nanosecond where they are."""
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    if len(numbers) != len(parts) or len(parts) not in (3, 5, 6, 7):
        raise RecordError(field, "is no list of the parts of a date")
    year, month, day, *clock = numbers
    text = f"{year:04}-{month:02}-{day:02}"
    if not clock:
        return text
    hour, minute, second, nano = [*clock, 0, 0][:4]
    return f"{text}T{hour:02}:{minute:02}:{second:02}.{nano:09}"


def _unwrapped(value: Mapping[object, object], field: str) -> object:
    """The value inside an object of a known form."""
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name in _WRAPPERS:
            return inner
    if frozenset(value) in _INSTANTS:
        return value.get("epochSecond", value.get("seconds"))
    raise RecordError(field, "is an object that is no date")
