"""A server's answer: status, headers and body, and a tolerant reader of JSON.

The reader accepts more than the standard: numbers out of range stay text, ``NaN`` is None, half
of a surrogate pair and a byte that is not UTF-8 become U+FFFD (unless the answer names the encoding
it is in). So one bad value spoils one
record, where a strict reader would reject the whole page.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic_core import from_json

#: The longest wait accepted from a Retry-After header, in seconds.
LONGEST_WAIT = 86_400.0

# Number of digits that always fit in a 64-bit integer.
_LONGEST_INTEGER = 18
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d+)?")


class Unusable(ValueError):
    """An answer that arrived but cannot be used. Its text never holds a value of the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``headers`` has lower-case names; ``body`` is decompressed and complete."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> object:
        """The body as JSON. Raises ValueError, whose text says what the body is instead."""
        if not self.body.strip():
            raise Unusable("an empty answer")
        if self.is_markup:
            raise Unusable("a page of HTML or XML in place of JSON")
        return read_json(self._in_its_charset() or self.body)

    def _in_its_charset(self) -> str | None:
        """The text of a body that is not UTF-8, where the answer names another encoding that it
        is in; None for all others."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        if named is None or named[1].casefold().replace("-", "") == "utf8":
            return None
        try:
            self.body.decode(json.detect_encoding(self.body))
        except UnicodeDecodeError:
            with suppress(LookupError, UnicodeDecodeError):
                return self.body.decode(named[1])
        return None

    @property
    def is_markup(self) -> bool:
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8-sig", "replace")

    @property
    def date(self) -> datetime | None:
        """The server's clock when it answered; None without a Date header."""
        return http_date(self.headers.get("date", ""))

    def retry_after(self, now: datetime) -> float | None:
        """The wait the server asks for, in seconds; ``now`` is used where it sent no Date."""
        asked = self.headers.get("retry-after", "").strip()
        if _SECONDS.fullmatch(asked):
            return min(float(asked), LONGEST_WAIT)
        until = http_date(asked)
        if until is None:
            return None
        wait = (until - (self.date or now)).total_seconds()
        return min(max(wait, 0.0), LONGEST_WAIT)


def http_date(text: str) -> datetime | None:
    """An HTTP date as an aware time; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def read_json(body: bytes | str) -> object:
    """Read JSON tolerantly. Raises ValueError when it is not JSON, or is nested too deeply."""
    value: object
    if isinstance(body, str):
        text = _encodable(body)
    else:
        encoding = json.detect_encoding(body)
        if encoding == "utf-8" and _is_usual(body):
            with suppress(ValueError):
                value = from_json(body, allow_inf_nan=False)
                return value
        text = body.decode(encoding, "replace")
    if not _UNUSUAL.search(text):
        with suppress(ValueError):
            value = from_json(text)
            return value
    return _read_carefully(text)


def _is_usual(body: bytes) -> bool:
    """Whether it is a list or an object without a number that needs the tolerant reader.

    Where it says no, ``_UNUSUAL`` decides, which takes longer to search a page than a strict reader
    to read it.
    """
    plain = body.translate(_PLAIN, b" \t\r\n+-")
    return (
        plain[:1] in (b"{", b",")
        and _MANY_DIGITS not in plain
        and not _LARGE_EXPONENT.search(plain)
    )


def json_within(value: object) -> object:
    """The value of JSON text, as gateways pack one answer into another; any other value
    unchanged."""
    if not isinstance(value, str) or not value.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return value
    try:
        return read_json(value.strip())
    except ValueError:
        return value


def _read_carefully(text: str) -> object:
    """Read what a strict reader refuses or reads differently: BOM, raw line breaks in texts, NaN,
    halves of surrogate pairs, very long numbers, two hundred levels of nesting."""
    try:
        value: object = _DECODER.decode(text.lstrip("\ufeff"))
        if _is_deeper(value, _DEEPEST):
            raise RecursionError
        return _without_surrogates(value) if _SURROGATE.search(text) else value
    except RecursionError:
        raise Unusable("JSON nested too deeply") from None
    except json.JSONDecodeError as error:
        raise Unusable(f"no JSON from character {error.pos} of {len(text)} on") from None


def _is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects are nested in more levels."""
    level = [value]
    for _ in range(levels + 1):
        inner: list[object] = []
        for each in level:
            if isinstance(each, list):
                inner += each
            elif isinstance(each, dict):
                inner += each.values()
        if not inner:
            return False
        level = inner
    return True


def _encodable(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs, which cannot be encoded."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _integer(text: str) -> int | str:
    return int(text) if len(text.lstrip("-")) <= _LONGEST_INTEGER else text


def _decimal(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _no_value(name: str) -> None:
    """``NaN`` and ``Infinity`` become None."""


#: Values that need the tolerant reader: numbers too long or too great, NaN, Infinity.
_UNUSUAL = re.compile(r"[:,\[]\s*(?:-?(?:\d{19}|[\d.]+[eE]\+?\d{2}|Inf)|NaN)|^\s*[-\dNI]")
#: Every digit as 0, every sign before or after a value as a comma, so that two quick searches find
#: those numbers.
_PLAIN = bytes.maketrans(b"123456789E:[]}", b"000000000e,,,,")
_MANY_DIGITS = b"," + b"0" * (_LONGEST_INTEGER + 1)
_LARGE_EXPONENT = re.compile(rb"0e000+,")
#: Python 3.11 reads about 990 levels, later versions several thousand: more than code that walks
#: through a value can go down.
_DEEPEST = 900
_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_decimal, parse_constant=_no_value, strict=False
)


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return _encodable(value)
        case list():
            return [_without_surrogates(item) for item in value]
        case dict():
            return {
                _without_surrogates(key): _without_surrogates(item) for key, item in value.items()
            }
    return value
