"""What paper and the post tell of one dossier (docs/rules.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from khop.sandbox.world.dossiers import canonical
from khop.sandbox.world.paper import LogbookRow, Paper, RegisterRow
from khop.sandbox.world.post_events import DELIVERED, Event


@dataclass(frozen=True, slots=True)
class Evidence:
    """``logbook_received`` and ``logbook_returned`` are seconds of UTC, ``signed`` a local day;
    ``handed`` and ``delivered``, of what the post takes out, milliseconds of UTC."""

    logbook_received: int | None = None
    logbook_returned: int | None = None
    signed: int | None = None
    handed: int | None = None
    delivered: int | None = None

    def given_back(self) -> int | None:
        """When paper, else the post, says the result was given back, in seconds of UTC."""
        if self.logbook_returned is not None or self.delivered is None:
            return self.logbook_returned
        return self.delivered // 1000


class Witnesses:
    """All paper and all events of the post, by dossier code."""

    def __init__(self, paper: Paper, events: Iterable[Event]) -> None:
        self.paper = paper
        self._events: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._events[canonical(event.order)].append(event)

    def of(self, codes: Iterable[str], received: int | None) -> Evidence:
        """What is told under any of a dossier's codes. ``received``: by the one-stop."""
        logbook: list[LogbookRow] = []
        register: list[RegisterRow] = []
        events: list[Event] = []
        for code in codes:
            logbook += self.paper.logbook_of(code)
            register += self.paper.register_of(code)
            events += self._events.get(code, ())
        handed, delivered = _taken_out(events, received)
        return Evidence(
            min((row.received for row in logbook if row.received is not None), default=None),
            min((row.returned for row in logbook if row.returned is not None), default=None),
            min((row.signed for row in register), default=None),
            handed,
            delivered,
        )


def _taken_out(events: Iterable[Event], received: int | None) -> tuple[int | None, int | None]:
    """The first event and the earliest delivery of the orders that brought no papers in.

    The events of one waybill are one order, those before there is a waybill another.
    """
    orders: defaultdict[str | None, list[tuple[int, int]]] = defaultdict(list)
    for event in events:
        if event.at:
            orders[event.item].append((event.at, event.code))
    out = [
        steps for steps in orders.values() if received is None or min(steps)[0] >= received * 1000
    ]
    handed = min((at for steps in out for at, _ in steps), default=None)
    delivered = min((at for steps in out for at, code in steps if code == DELIVERED), default=None)
    return handed, delivered
