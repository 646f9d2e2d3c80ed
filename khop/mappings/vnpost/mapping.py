"""Events of the post -> evidence about dossiers (docs/systems/vnpost.md; docs/rules.md).

The notes of an event name the person who signed, so they are never read. The meaning of a code
depends on the channel.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from khop.connectors.vnpost.feed import object_id, unwrapped
from khop.connectors.vnpost.wire import FeedEvent
from khop.errors import RecordError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.codes.written import cleaned_code
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Instant, StatusKind, StatusRecord
from khop.mappings.time.parsing import FIRST_YEAR, LAST_YEAR, parse_wire_time
from khop.mappings.wire_shapes import known_keys, read_shape
from khop.text.cleaning import clean_text
from khop.text.masking import short_text

#: An event is refused when its number, waybill or code has an unknown shape.
_ESSENTIAL = frozenset(FeedEvent.model_fields) - {"EventTime", "POSID", "StatusMessage"}
_WHOLE = re.compile(r"(\d{1,9})(?:\.0*)?", re.ASCII)
_EPOCH_TEXT = re.compile(r"-?\d{1,13}(?:\.\d*)?", re.ASCII)
_SIGNS_OF_CODES = re.compile(r"[0-9A-Z./_\-]*", re.ASCII)
# Longer than any count of milliseconds.
_GREATEST = 1e18
_US_PER_MS, _US_PER_S = 1_000, 1_000_000
_FIRST_S = (FIRST_YEAR - 1970) * 365 * 86_400
_LAST_S = (LAST_YEAR + 1 - 1970) * 366 * 86_400


@dataclass(frozen=True, slots=True)
class PostalCodes:
    """The codes of a channel that mean handed over, and those that mean delivered."""

    delivered: frozenset[str]
    handed: frozenset[str]

    def kind(self, code: str) -> StatusKind:
        """The kind of evidence of a code, as ``code_text`` writes it."""
        if code in self.delivered:
            return StatusKind.DELIVERED
        return StatusKind.HANDED_TO_POST if code in self.handed else StatusKind.POSTAL_EVENT


def postal_codes(
    channel: str,
    delivered: Collection[int] | None = None,
    handed: Collection[int] | None = None,
) -> PostalCodes:
    """The codes of a channel (``data/vnpost_status.toml``); a deployment's own rows replace the
    packaged ones. Raises KeyError for a channel without codes."""
    known = load_table("vnpost_status")[channel]
    return PostalCodes(
        frozenset(map(str, known["delivered"] if delivered is None else delivered)),
        frozenset(map(str, known["handed"] if handed is None else handed)),
    )


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """Converts the code of a dossier to the number of an order, and back.

    Collecting and returning have one number unless suffixes were agreed with the post
    (docs/systems/vnpost.md). ``collect`` and ``result``: the suffixes, such as ``-G`` and ``-T``.
    """

    collect: str = ""
    result: str = ""

    def of(self, code: str, *, collecting: bool) -> str:
        return code + (self.collect if collecting else self.result)

    def all_of(self, code: str) -> tuple[str, ...]:
        """All numbers that orders of a dossier can have, that of the result first."""
        return tuple(dict.fromkeys((code + self.result, code + self.collect)))

    def code(self, number: str) -> str:
        """The canonical code of the dossier of an order; "" when the number holds none."""
        bare = _uncut(number)
        for suffix in (canonical_code(self.collect), canonical_code(self.result)):
            if suffix and bare.endswith(suffix):
                return _bare_code(bare.removesuffix(suffix))
        return _bare_code(bare)

    def collects(self, number: str) -> bool:
        """Whether the order brings papers to the office, by the suffix of its number."""
        suffix = canonical_code(self.collect)
        return bool(suffix) and _uncut(number).endswith(suffix)


def _bare_code(number: str) -> str:
    """The code in a number with a label or quotes around it. Other signs may be those of a system
    that gives out such codes, and stay."""
    return number if _SIGNS_OF_CODES.fullmatch(number) else cleaned_code(number)


class FeedMapping:
    """Events of the feed as records of ``source``."""

    def __init__(self, source: str, codes: PostalCodes, numbers: OrderNumbers) -> None:
        self._source = source
        self._codes = codes
        self._numbers = numbers

    def record(self, event: object, lost: list[str] | None = None) -> StatusRecord:
        """The record of one raw event. Its time, post office and message are left out where they
        cannot be read, and added to ``lost``.

        Raises RecordError when its id, number or code cannot be used.
        """
        bare: object = event
        if isinstance(event, Mapping):
            known = known_keys(event, FeedEvent)
            bare = {key: unwrapped(value) for key, value in known.items()}
        lost = [] if lost is None else lost
        wire, unread = read_shape(FeedEvent, bare, _ESSENTIAL)
        lost += unread
        entry_id = object_id(wire.id)
        if entry_id is None:
            raise RecordError("_id", "is not an id of the feed")
        number = required_text(wire.OrderNumber, "OrderNumber")
        status = code_text(wire.StatusCode, "StatusCode")
        return StatusRecord(
            source=self._source,
            native_id=number,
            entry_id=entry_id,
            code=dossier_code(self._numbers, number, "OrderNumber"),
            kind=event_kind(self._codes, self._numbers, status, number),
            event_at=_time_or_lost(wire.EventTime, lost),
            status_raw=label(status, wire.StatusMessage),
            unit=optional_text(wire.POSID),
            item=optional_text(wire.ItemCode),
        )


def _time_or_lost(written: object, lost: list[str]) -> Instant | None:
    try:
        return epoch_time(written, "EventTime")
    except RecordError as bad:
        lost.append(bad.field)
        return None


def event_kind(codes: PostalCodes, numbers: OrderNumbers, status: str, number: str) -> StatusKind:
    """The kind of evidence of an event. For an order that brings papers to the office,
    "delivered" is no evidence about the result."""
    return StatusKind.PAPERS_COLLECTED if numbers.collects(number) else codes.kind(status)


def dossier_code(numbers: OrderNumbers, number: str, field: str) -> str:
    """The code of the dossier of an order number. Raises RecordError when there is none."""
    code = numbers.code(number)
    if not code or not code.isprintable():
        raise RecordError(field, "names no dossier")
    return code


def label(status: str, message: str | int | None) -> str | None:
    """``4 Phát thành công``: code and label, without personal numbers."""
    text = short_text(clean_text(str(message))) if message is not None else ""
    return f"{status} {text}".strip() or None


def code_text(value: str | int | float | None, field: str) -> str:
    """A code as in the list of codes; ``4``, ``"04"`` and ``4.0`` are equal; "" for none."""
    if value is None:
        return ""
    text = clean_text(str(value))
    if match := _WHOLE.fullmatch(text):
        return str(int(match[1]))
    if isinstance(value, int | float):
        raise RecordError(field, "is not a code")
    return short_text(text)[:40]


def epoch_time(value: object, field: str) -> Instant | None:
    """The moment of an event; None for null, blank and 0 (docs/systems/vnpost.md).

    It is a count of milliseconds or seconds since 1970, UTC, as number or text, or a date as
    text. Raises RecordError for any other value, and outside 1990-2099.
    """
    bare = unwrapped(value)
    if bare is None or (isinstance(bare, str) and not bare.strip()):
        return None
    number = _epoch_number(bare)
    if number is None:
        return parse_wire_time(bare, field)
    if number == 0:
        return None
    seconds = number if number < _LAST_S else number / 1_000
    if not _FIRST_S <= seconds <= _LAST_S:
        raise RecordError(field, f"lies outside {FIRST_YEAR}-{LAST_YEAR}")
    return Instant(round(number * (_US_PER_S if number < _LAST_S else _US_PER_MS)))


def required_text(value: str | int | None, field: str) -> str:
    text = optional_text(value)
    if text is None:
        raise RecordError(field, "is missing or blank")
    return text


def optional_text(value: str | int | None) -> str | None:
    return None if value is None else clean_text(str(value)) or None


def _uncut(number: str) -> str:
    """The canonical number without the suffix of an older integrator (docs/systems/vnpost.md)."""
    return canonical_code(number).split(load_table("vnpost_orders")["number"]["cut_from"], 1)[0]


def _epoch_number(value: object) -> float | None:
    if isinstance(value, int | float):
        return value if abs(value) < _GREATEST else None
    if isinstance(value, str) and _EPOCH_TEXT.fullmatch(text := value.strip()):
        # Eight digits are a day, yyyyMMdd, not a count of seconds in 1970.
        return None if len(text) == 8 else float(text)
    return None
