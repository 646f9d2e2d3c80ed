"""What the post holds: orders and documents clients gave it, and the feed of all scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

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

if TYPE_CHECKING:  # the world's own files name this system's accounts
    from khop.sandbox.world.world import World

Verdict = Literal["accepted", "known", "repeated", "unknown", "closed"]

_NEXT = {ASKED: FETCHED, FETCHED: ON_THE_WAY, ON_THE_WAY: OUT, OUT: DELIVERED}


@dataclass(slots=True)
class _Order:
    """An order a client posted; ``code`` is the last status."""

    number: str
    direction: Direction
    item: str
    parties: tuple[str, str]
    code: int = ASKED


class Desk:
    """Takes and cancels orders. ``clock``: milliseconds since the start. Not thread-safe."""

    def __init__(self, world: World, clock: Callable[[], int]) -> None:
        self._world = world
        self._clock = clock
        events = world.post
        self.feed = Feed(events)
        self._begun = {(event.order, event.direction) for event in events}
        self._arrived = [e for e in events if e.code == DELIVERED and e.direction == "return"]
        self._orders: dict[str, list[_Order]] = {}
        self.documents: dict[str, Mapping[str, Any]] = {}

    def post(self, body: Mapping[str, Any]) -> Verdict:
        """Take an order. ``repeated``: a client posted the same one before; ``known``: the post
        had one for that way before any client came."""
        order = self._new(body)
        orders = self._orders.setdefault(order.number, [])
        if any(o.parties == order.parties and o.code != CANCELLED for o in orders):
            return "repeated"
        if (order.number, order.direction) in self._begun:
            return "known"
        orders.append(order)
        self._report(order)
        return "accepted"

    def cancel(self, number: str) -> Verdict:
        """Cancel the orders of a number that were not fetched yet."""
        orders = self._orders.get(number)
        if not orders:
            return "closed" if self.feed.of_order(number) else "unknown"
        if all(order.code == CANCELLED for order in orders):
            return "repeated"
        waiting = [order for order in orders if order.code == ASKED]
        for order in waiting:
            order.code = CANCELLED
            self._report(order)
        return "accepted" if waiting else "closed"

    def advance(self, number: str) -> int:
        """Let every open order of a number take its next step; says how many did."""
        moving = [order for order in self._orders.get(number, []) if order.code in _NEXT]
        for order in moving:
            order.code = _NEXT[order.code]
            self._report(order)
        return len(moving)

    def late_scan(self, rng: Random) -> None:
        """A scan that was read late comes in: one more stop of a result delivered long ago.

        Each delivery gets one at most, so that whoever reads to the end of the feed gets there.
        """
        if self._arrived:
            event = self._arrived.pop(rng.randrange(len(self._arrived)))
            late = Event(event.order, "return", event.item, ON_THE_WAY, event.at, self.now())
            self.feed.append(late)

    def now(self) -> int:
        """Milliseconds of UTC: the world's now and what has passed since the start."""
        moment = int(self._world.now.timestamp() * 1000) + self._clock()
        return max(moment, self.feed.newest)

    def _new(self, body: Mapping[str, Any]) -> _Order:
        number = str(body["OrderNumber"])
        parties = (fold(body["SenderName"]), fold(body["ReceiverName"]))
        count = sum(len(orders) for orders in self._orders.values())
        item = str(body.get("ItemCode") or f"HX{count + 1:09d}VN")
        return _Order(number, self._direction(body, number, parties[0]), item, parties)

    def _direction(self, body: Mapping[str, Any], number: str, sender: str) -> Direction:
        """The description may say (docs/systems/vnpost.md), else it is the applicant who sends."""
        if "thu gom" in fold(str(body.get("SenderDesc") or "")):
            return "collect"
        natives = self._world.natives(number)
        names = {fold(self._world.register.citizen(d.citizen).name) for d in natives}
        return "collect" if sender in names else "return"

    def _report(self, order: _Order) -> None:
        """Write the order's present step into the feed."""
        now = self.now()
        item = None if order.code == ASKED else order.item
        self.feed.append(Event(order.number, order.direction, item, order.code, now, now))
