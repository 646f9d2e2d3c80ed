"""MyVNPost's states of parcels -> evidence about dossiers (docs/systems/vnpost.md).

``HistoryMapping.records``  the answer to a question about one order
``HistoryMapping.news``     a signed call of the post

Their entries have no ids, so the id of an entry is a digest of its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256

from khop.connectors.http.answers import json_within
from khop.connectors.myvnpost.webhook import WebhookNews
from khop.connectors.myvnpost.wire import HistoryEntry, OrderHistory
from khop.errors import RecordError
from khop.mappings.records import Instant, Precision, StatusRecord
from khop.mappings.time.parsing import parse_wire_time
from khop.mappings.vnpost.mapping import (
    OrderNumbers,
    PostalCodes,
    code_text,
    dossier_code,
    epoch_time,
    event_kind,
    label,
    optional_text,
)
from khop.mappings.wire_shapes import each_of, known_keys, read_shape

_ENTRY = "statusHistory[{place}]"


class HistoryMapping:
    """MyVNPost's states as records of ``source``."""

    def __init__(self, source: str, codes: PostalCodes, numbers: OrderNumbers) -> None:
        self._source = source
        self._codes = codes
        self._numbers = numbers

    def records(
        self, number: str, orders: Sequence[object], lost: list[str] | None = None
    ) -> tuple[StatusRecord, ...]:
        """The events of the orders under ``number``, in the answer's order. An event whose time
        cannot be read is kept without one, and its field is added to ``lost``.

        Raises RecordError when an order has no history under a known key, is another order, or has
        a shape that cannot be used: that is no answer.
        """
        lost = [] if lost is None else lost
        found = (record for order in orders for record in self._of_order(number, order, lost))
        return tuple({record.entry_id: record for record in found}.values())

    def news(self, news: WebhookNews, number: str) -> StatusRecord:
        """The item that the signature of a call covers.

        ``number``: the order of its waybill, from a trusted source; the number in the call is not
        signed. The call has the time when it was sent, which is used as the time of the event.
        Raises RecordError when no item is covered.
        """
        item, moment = news.confirmed, Instant.of(news.sent_at)
        if item is None:
            raise RecordError("data", "holds no item that the signature covers")
        return self._record(number, item.item_code, item.status or "", "", moment)

    def _of_order(self, asked: str, order: object, lost: list[str]) -> Iterator[StatusRecord]:
        wire = _order(order)
        number = optional_text(wire.saleOrderCode) or asked
        if self._numbers.code(number) != self._numbers.code(asked):
            raise RecordError("saleOrderCode", "is not the order that was asked about")
        for place, entry in each_of(wire.statusHistory):
            where = "statusHistory" if place is None else _ENTRY.format(place=place)
            status = code_text(entry.statusCode, f"{where}.statusCode")
            name = optional_text(entry.statusName) or ""
            if not status and not name:
                raise RecordError(where, "has no state under a known key")
            moment = _moment(entry, where, lost)
            yield self._record(number, optional_text(wire.itemCode), status, name, moment)

    def _record(
        self, number: str, item: str | None, status: str, name: str, moment: Instant | None
    ) -> StatusRecord:
        code = code_text(status, "status")
        values = f"{number}|{item or ''}|{code}|{name}|{moment.us if moment else ''}"
        return StatusRecord(
            source=self._source,
            native_id=number,
            entry_id=sha256(values.encode("utf-8", "replace")).hexdigest()[:32],
            code=dossier_code(self._numbers, number, "saleOrderCode"),
            kind=event_kind(self._codes, self._numbers, code, number),
            event_at=moment,
            status_raw=label(code, name),
            item=item,
        )


def _order(order: object) -> OrderHistory:
    """An order, whose keys may be written in another case or with blanks around them."""
    if not isinstance(order, Mapping):
        raise RecordError("data", "holds an entry that is no order")
    known = known_keys(order, OrderHistory)
    if "statusHistory" not in known:
        raise RecordError("statusHistory", "is missing: the order has no history under a known key")
    history = json_within(known["statusHistory"])
    if isinstance(history, str) and not history.strip():
        history = None
    entries = history if isinstance(history, list) else [history]
    known["statusHistory"] = [
        known_keys(entry, HistoryEntry) if isinstance(entry, Mapping) else entry
        for entry in entries
    ]
    wire, lost = read_shape(OrderHistory, known, ())
    if lost:
        raise RecordError(lost[0], "has a type not expected")
    return wire


def _moment(entry: HistoryEntry, where: str, lost: list[str]) -> Instant | None:
    """Date and hour as one local time; a date alone is a day. None where neither can be read."""
    field = f"{where}.createdDate"
    day, hour = entry.createdDate, entry.createHour
    if isinstance(day, str) and isinstance(hour, str) and hour.strip():
        with suppress(RecordError):
            return parse_wire_time(f"{day.strip()} {hour.strip()}", field)
    try:
        moment = epoch_time(day, field)
    except RecordError:
        lost.append(field)
        return None
    if moment is not None and moment.precision is Precision.DAY and hour not in (None, ""):
        lost.append(f"{where}.createHour")
    return moment
