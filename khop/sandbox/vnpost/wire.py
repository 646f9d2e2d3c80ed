"""The post's answers: results, prices, and events of the feed in several forms
(docs/systems/vnpost.md)."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from khop.loopback import Response
from khop.sandbox.accounts.vnpost import CUSTOMER_CODE
from khop.sandbox.world.post_events import MESSAGES, ON_THE_WAY, OUT, Event

BUS_PATH = "/bus"

ACCEPTED, ALREADY, CLOSED, BAD, UNKNOWN = 100, 101, 102, 400, 404
#: Status -> Message. 100 and 101 are known from real answers; the others are invented.
_MESSAGES = {
    ACCEPTED: "Thành công",
    ALREADY: "OrderNumber đã tồn tại",
    CLOSED: "Đơn hàng đã được xử lý, không thể hủy",
    UNKNOWN: "Không tìm thấy đơn hàng",
}
_UNKNOWN_CODE = 77
_STEP_GRAMS = 500

#: Id and event.
Row = tuple[str, Event]


def result(status: int, rng: Random, odd: float, message: str | None = None) -> Response:
    """{Status, Message} under HTTP 200; the number is text in the part ``odd`` of answers."""
    text = _MESSAGES.get(status, "Dữ liệu không hợp lệ") if message is None else message
    return Response.json({"Status": _number(status, rng, odd), "Message": text})


def page(rows: list[Row], left: int, size: int, rng: Random, odd: float) -> dict[str, Any]:
    """RESTHeart's envelope of one page. ``left``: the number of events from here on."""
    envelope: dict[str, Any] = {"_returned": len(rows)}
    if rng.random() >= odd:
        envelope = {"_size": left, "_total_pages": -(-left // size), **envelope}
    if rows:
        documents = [event_document(each, event, rng, odd) for each, event in rows]
        envelope["_embedded"] = {"rh:doc": documents}
    elif rng.random() < odd:
        envelope["_embedded"] = {"rh:doc": []}
    return envelope


def event_document(event_id: str, event: Event, rng: Random, odd: float) -> dict[str, Any]:
    """One event; ``odd`` is the part of its values in a rarer form."""
    return {
        "_id": event_id if rng.random() < odd / 2 else {"$oid": event_id},
        "CustomerCode": CUSTOMER_CODE,
        "OrderNumber": event.order,
        "EventTime": _long(event.at, rng, odd),
        "POSID": event.office,
        "ItemCode": event.item,
        "StatusCode": _number(event.code, rng, odd),
        "StatusMessage": MESSAGES.get(event.code, "Trạng thái mới"),
        "Notes": event.notes,
    }


def doubled(rows: list[Row], rng: Random) -> list[Row]:
    """The rows with one of them twice (docs/systems/vnpost.md)."""
    place = rng.randrange(len(rows))
    return [*rows[: place + 1], *rows[place:]]


def with_unknown_code(rows: list[Row], rng: Random) -> list[Row]:
    """The rows with an unknown code in one stop on the way; no rows if there is no such stop."""
    places = [n for n, (_, event) in enumerate(rows) if event.code in (ON_THE_WAY, OUT)]
    if not places:
        return []
    place = rng.choice(places)
    event_id, event = rows[place]
    return [*rows[:place], (event_id, replace(event, code=_UNKNOWN_CODE)), *rows[place + 1 :]]


def with_older_copy(rows: list[Row], rng: Random) -> list[Row]:
    """The rows with one of them twice, the second time without office and notes."""
    if not rows:
        return []
    place = rng.randrange(len(rows))
    event_id, event = rows[place]
    older = replace(event, office=None, notes=None)
    return [*rows[: place + 1], (event_id, older), *rows[place + 1 :]]


def price(grams: float, same_province: bool, rng: Random, odd: float) -> dict[str, Any]:
    """The answer to a price question: a base price, and a step for each begun half kilogram."""
    steps = -(-int(grams) // _STEP_GRAMS)
    amount = (20_000 if same_province else 30_500) + 5_000 * max(0, steps - 1)
    return {"content": {"price": _number(amount, rng, odd)}}


def _number(value: int, rng: Random, odd: float) -> int | str:
    return str(value) if rng.random() < odd else value


def _long(value: int | None, rng: Random, odd: float) -> Any:
    if value is None or rng.random() >= odd:
        return value
    return {"$numberLong": str(value)}
