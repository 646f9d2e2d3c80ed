"""The orders and documents that clients gave to the post, and the feed of all scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from khop.sandbox.world.post_events import (
    ASKED,
    CANCELLED,
    DELIVERED,
    FETCHED,
    ON_THE_WAY,
    OUT,
    Direction,
    Event,
    Feed,
)
from khop.sandbox.world.register import fold
from khop.sandbox.world.world import World

Verdict = Literal["accepted", "known", "repeated", "unknown", "closed"]

_NEXT = {ASKED: FETCHED, FETCHED: ON_THE_WAY, ON_THE_WAY: OUT, OUT: DELIVERED}


@dataclass(slots=True)
class _Order:
    """An order of a client. ``parties``: sender and receiver; ``code``: the last status."""

    number: str
    direction: Direction
    item: str
    parties: tuple[str, str]
    code: int = ASKED


class Orders:
    """Takes and cancels orders. ``clock``: milliseconds since the start. Not thread-safe."""

    def __init__(self, world: World, clock: Callable[[], int]) -> None:
        self._world = world
        self._clock = clock
        events = world.post
        self.feed = Feed(events)
        self._existing = {(event.order, event.direction) for event in events}
        self._delivered = [e for e in events if e.code == DELIVERED and e.direction == "return"]
        self._orders: dict[str, list[_Order]] = {}
        self.documents: dict[str, Mapping[str, Any]] = {}

    def post(self, body: Mapping[str, Any]) -> Verdict:
        """Take an order. ``repeated``: a client placed the same order before. ``known``: the world
        has an order with this number in this direction."""
        order = self._new(body)
        orders = self._orders.setdefault(order.number, [])
        if any(o.parties == order.parties and o.code != CANCELLED for o in orders):
            return "repeated"
        if (order.number, order.direction) in self._existing:
            return "known"
        orders.append(order)
        self._add_event(order)
        return "accepted"

    def cancel(self, number: str) -> Verdict:
        """Cancel the orders with this number that are not fetched yet."""
        orders = self._orders.get(number)
        if not orders:
            return "closed" if self.feed.of_order(number) else "unknown"
        if all(order.code == CANCELLED for order in orders):
            return "repeated"
        waiting = [order for order in orders if order.code == ASKED]
        for order in waiting:
            order.code = CANCELLED
            self._add_event(order)
        return "accepted" if waiting else "closed"

    def advance(self, number: str) -> int:
        """Move every open order with this number to its next step. How many were moved."""
        moving = [order for order in self._orders.get(number, []) if order.code in _NEXT]
        for order in moving:
            order.code = _NEXT[order.code]
            self._add_event(order)
        return len(moving)

    def late_scan(self, rng: Random) -> None:
        """Add a scan that arrives late: one more stop of a delivered result.

        Each delivery gets one at most, so that a client can reach the end of the feed.
        """
        if self._delivered:
            event = self._delivered.pop(rng.randrange(len(self._delivered)))
            late = Event(event.order, "return", event.item, ON_THE_WAY, event.at, self.now())
            self.feed.append(late)

    def now(self) -> int:
        """Milliseconds of UTC: the world's ``now`` plus the time since the start."""
        moment = int(self._world.now.timestamp() * 1000) + self._clock()
        return max(moment, self.feed.newest)

    def _new(self, body: Mapping[str, Any]) -> _Order:
        number = str(body["OrderNumber"])
        parties = (fold(body["SenderName"]), fold(body["ReceiverName"]))
        count = sum(len(orders) for orders in self._orders.values())
        item = str(body.get("ItemCode") or f"HX{count + 1:09d}VN")
        return _Order(number, self._direction(body, number, parties[0]), item, parties)

    def _direction(self, body: Mapping[str, Any], number: str, sender: str) -> Direction:
        """From the description (docs/systems/vnpost.md), else from the sender."""
        if "thu gom" in fold(str(body.get("SenderDesc") or "")):
            return "collect"
        natives = self._world.natives(number)
        names = {fold(self._world.register.citizen(d.citizen).name) for d in natives}
        return "collect" if sender in names else "return"

    def _add_event(self, order: _Order) -> None:
        """Add the present step of the order to the feed."""
        now = self.now()
        item = None if order.code == ASKED else order.item
        self.feed.append(Event(order.number, order.direction, item, order.code, now, now))
