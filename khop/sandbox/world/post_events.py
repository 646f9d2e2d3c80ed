"""The scans of the post, in one feed over all its orders.

A collect order brings papers to the office before the dossier is received. A return order takes
the result to the citizen between the end of the work and the return. Both have the dossier's code
as their number and differ in the waybill (docs/systems/vnpost.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from khop.sandbox.world.calendar import DAY
from khop.sandbox.world.dossiers import Dossier
from khop.sandbox.world.register import Register

Direction = Literal["collect", "return"]

ASKED, FETCHED, OUT, DELIVERED, CANCELLED, ON_THE_WAY = 1, 2, 3, 4, 5, 6
#: StatusCode -> StatusMessage. Only 4 is published (docs/systems/vnpost.md); the others are
#: invented.
MESSAGES = {
    ASKED: "Đã tiếp nhận yêu cầu",
    FETCHED: "Đang thu gom",
    OUT: "Đang phát",
    DELIVERED: "Phát thành công",
    CANCELLED: "Hủy yêu cầu",
    ON_THE_WAY: "Đang vận chuyển",
}
_MINUTE = 60
_HOUR = 3600
_COLLECT_SHARE = 0.7
#: The part of finished dossiers whose result goes by post: of those filed by post, of the others.
_RETURN_SHARES = (0.8, 0.12)
_LATE_SHARE = 0.08
_SIGNED_SHARE = 0.3
_TIMELESS_SHARE = 0.05
_SHORTEST = 10 * _MINUTE
#: The longest time, in seconds, that a result is under way without a delivery.
_LONGEST = 6 * DAY


@dataclass(frozen=True, slots=True)
class Event:
    """One scan. ``at``: when it happened, None or 0 if unknown. ``written``: when the post's system
    recorded it. Both in milliseconds of UTC. ``item``: the waybill, None before there is one.
    ``office``: the post office."""

    order: str
    direction: Direction
    item: str | None
    code: int
    at: int | None
    written: int
    office: str | None = None
    notes: str | None = None


def usual_events(
    dossiers: Iterable[Dossier], register: Register, *, seed: int, now: int
) -> Iterator[Event]:
    """The scans of ordinary dossiers until ``now`` (seconds of UTC); the same for the same seed.

    They agree with the dossier: papers arrive before the reception, a result leaves after the end
    of the work and is delivered before it was returned.
    """
    rng = Random(f"{seed}/post")
    for d in dossiers:
        collected, returned = _ways(d, rng)
        name = register.citizen(d.citizen).name
        if collected and (span := _collecting(d, rng)):
            yield from _scans(_Journey(d, "collect", *span, delivered=True), now, rng)
        if returned and (span := _returning(d, now)):
            signed = f"Người nhận ký: {name}" if rng.random() < _SIGNED_SHARE else None
            delivered = d.status == 10
            yield from _scans(_Journey(d, "return", *span, delivered, signed), now, rng)


def _ways(d: Dossier, rng: Random) -> tuple[bool, bool]:
    """Whether the papers come by post, and whether the result goes by post."""
    by_post = d.channel == 3
    collected = by_post and rng.random() < _COLLECT_SHARE
    ended = d.status in (9, 10)
    return collected, ended and rng.random() < _RETURN_SHARES[0 if by_post else 1]


def _collecting(d: Dossier, rng: Random) -> tuple[int, int] | None:
    """The moments of the request and of the arrival at the office, before the dossier was filed."""
    if d.received is None:
        return None
    arrived = min(d.received, d.submitted if d.submitted is not None else d.received) - _MINUTE
    return arrived - DAY - rng.randrange(2 * DAY), arrived


def _returning(d: Dossier, now: int) -> tuple[int, int] | None:
    """The moments of the end of the work and of the delivery, or now if it is under way."""
    if d.status not in (9, 10) or d.received is None or d.finished is None:
        return None
    end = d.returned if d.status == 10 else now
    if end is None or not d.received <= d.finished <= end - _SHORTEST or end > now:
        return None
    if d.status == 9 and (d.returned is not None or now - d.finished > _LONGEST):
        return None
    return d.finished + _MINUTE, end - _MINUTE


@dataclass(frozen=True, slots=True)
class _Journey:
    """One order of a dossier between two moments, in seconds of UTC. ``signed``: the note of its
    delivery."""

    dossier: Dossier
    direction: Direction
    start: int
    end: int
    delivered: bool
    signed: str | None = None


def _scans(journey: _Journey, now: int, rng: Random) -> Iterator[Event]:
    d, start = journey.dossier, journey.start
    order = d.alias if d.alias is not None and d.n % 3 == 0 else d.code_wire
    item = f"HC{d.n * 2 + (journey.direction == 'return'):09d}VN"
    codes = [ASKED, FETCHED, *[ON_THE_WAY] * rng.randrange(3), OUT]
    codes += [DELIVERED] if journey.delivered else []
    moments = sorted(start + rng.randrange(journey.end - start) for _ in codes[1:])
    for code, moment in zip(codes, [start, *moments], strict=True):
        yield Event(
            order=order,
            direction=journey.direction,
            item=None if code == ASKED else item,
            code=code,
            at=_scan_time(code, moment, rng),
            written=min(moment + _delay(rng), now) * 1000,
            office=None if code == ASKED else f"10{rng.randrange(10)}{d.unit:03d}",
            notes=journey.signed if code == DELIVERED else None,
        )


def _scan_time(code: int, moment: int, rng: Random) -> int | None:
    if code == ON_THE_WAY and rng.random() < _TIMELESS_SHARE:
        return rng.choice((None, 0))
    return moment * 1000 + rng.randrange(1000)


def _delay(rng: Random) -> int:
    """Seconds until a scan is recorded; some scanners are read out days later."""
    if rng.random() < _LATE_SHARE:
        return DAY + rng.randrange(2 * DAY)
    return rng.randrange(2 * _HOUR)


class Feed:
    """All events with ascending ids of 24 hex digits, as MongoDB makes them. Not thread-safe."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._ids: list[str] = []
        self._events: list[Event] = []
        for event in events:
            self.append(event)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def newest(self) -> int:
        """When the last event was written, in milliseconds of UTC; 0 without events."""
        return self._events[-1].written if self._events else 0

    def append(self, event: Event) -> str:
        """Add an event at the end. Its id."""
        written = max(event.written, self.newest)
        self._events.append(event if event.written == written else replace(event, written=written))
        self._ids.append(f"{written // 1000:08x}{len(self._ids) + 1:016x}")
        return self._ids[-1]

    def after(self, event_id: str, count: int) -> list[tuple[str, Event]]:
        """Up to ``count`` events after an id, which need not exist."""
        start = self._start(event_id)
        return self._between(start, start + count)

    def until(self, event_id: str, count: int) -> list[tuple[str, Event]]:
        """The last ``count`` events up to and including an id."""
        end = self._start(event_id)
        return self._between(max(0, end - count), end)

    def left(self, event_id: str) -> int:
        """The number of events after an id."""
        return len(self._ids) - self._start(event_id)

    def of_order(self, order: str) -> list[Event]:
        """The events of one order number, in the order of writing."""
        return [event for event in self._events if event.order == order]

    def _between(self, start: int, end: int) -> list[tuple[str, Event]]:
        return list(zip(self._ids[start:end], self._events[start:end], strict=True))

    def _start(self, event_id: str) -> int:
        return bisect_right(self._ids, event_id)
