"""The orders of the commercial post, and their JSON (docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from khop.sandbox.world.calendar import LOCAL_OFFSET
from khop.sandbox.world.post_events import ASKED, DELIVERED, FETCHED, ON_THE_WAY, OUT, Event

DRAFT, CREATED, CANCELLED, PICKED_UP = 0, 1, 9, 6
#: Status of this interface -> its name.
_NAMES = {
    DRAFT: "Nháp", CREATED: "Đã tạo đơn", PICKED_UP: "Đã lấy hàng", 7: "Đã đến bưu cục",
    CANCELLED: "Hủy lấy hàng", 10: "Đang vận chuyển", 12: "Đang giao hàng",
    14: "Đã giao hàng",
}  # fmt: skip
#: Status of the administrative feed -> status of this interface.
_OF_FEED = {ASKED: CREATED, FETCHED: PICKED_UP, ON_THE_WAY: 10, OUT: 12, DELIVERED: 14}
NEXT = {CREATED: PICKED_UP, PICKED_UP: 10, 10: 12, 12: 14}
_BASE_FEE = 30_500


@dataclass(slots=True)
class Order:
    """``item``: the waybill. ``sale_code``: the office's number. ``fee``: in đồng. ``history``:
    (status, milliseconds of UTC) of each step. ``information``: as the client sent it."""

    number: int
    item: str
    sale_code: str
    fee: int
    history: list[tuple[int, int]]
    information: dict[str, Any] = field(default_factory=dict)

    @property
    def original_id(self) -> str:
        return f"0000-{self.number:08d}"

    @property
    def status(self) -> int:
        return self.history[-1][0]


def orders_of(events: Iterable[Event]) -> list[Order]:
    """The return orders of the world, as orders of this interface."""
    histories: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for event in events:
        if event.direction == "return" and event.item is not None and event.at:
            steps = histories.setdefault((event.order, event.item), [])
            steps.append((_OF_FEED[event.code], event.at))
    return [
        Order(number, item, code, _BASE_FEE, sorted(steps, key=lambda step: step[1]))
        for number, ((code, item), steps) in enumerate(histories.items(), start=1)
    ]


def order_json(order: Order) -> dict[str, Any]:
    """An order in the answers of CreateOrder and getOrder."""
    return {
        "orderHdrID": str(order.number),
        "originalID": order.original_id,
        "itemCode": order.item,
        "originalItemCode": order.item,
        "status": order.status,
        "saleOrderCode": order.sale_code,
        "totalFee": order.fee,
    }


def webhook_item(order: Order) -> dict[str, Any]:
    """An order in a webhook call; some field names are invented."""
    return {
        "itemCode": order.item,
        "originalId": order.original_id,
        "saleOrderCode": order.sale_code,
        "status": str(order.status),
    }


def history(order: Order) -> list[dict[str, Any]]:
    """The steps of an order, with local days and hours."""
    return [
        {
            "statusCode": status,
            "statusName": _NAMES[status],
            "createdDate": f"{local_time(moment):%d/%m/%Y}",
            "createHour": f"{local_time(moment):%H:%M:%S}",
        }
        for status, moment in order.history
    ]


def fee(weight: str) -> int:
    """The price of a parcel of so many grams, in đồng with VAT."""
    return _BASE_FEE + 5_000 * (int(weight) // 500)


def local_time(milliseconds: int) -> datetime:
    """The local time of a moment, without a time zone."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(seconds=LOCAL_OFFSET)
    return moment.replace(tzinfo=None)
