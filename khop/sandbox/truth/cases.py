"""Cases: what all systems say of one dossier, side by side (docs/rules.md).

A statement belongs to the dossier whose code it names, or that has this code as an alias.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from khop.sandbox.truth.statements import Answer, PostEvent, Record, Row, Statements, Time
from khop.sandbox.truth.times import before, earliest

S = TypeVar("S", Answer, PostEvent, Row)


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier. ``natives``: all records with its code; ``record``: the one that counts, which
    changed last. ``portal``: the answer that counts. ``absent``: the portal answered about each of
    its codes that it has none. ``handed``, ``delivered``: of what the post took out;
    ``delivery_unread``: of a delivery the time cannot be read. ``logbook_unread``: of any row."""

    code: str
    natives: Sequence[Record]
    record: Record | None
    aliases: frozenset[str]
    portal: Answer | None
    absent: bool
    logbook_received: Time | None
    logbook_returned: Time | None
    signed: Time | None
    handed: Time | None
    delivered: Time | None
    delivery_unread: bool
    logbook_unread: frozenset[str]


class Cases:
    """All cases of some statements."""

    def __init__(self, statements: Statements) -> None:
        self._natives: defaultdict[str, list[Record]] = defaultdict(list)
        for record in statements.records:
            self._natives[record.code].append(record)
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        for record in statements.records:
            for alias in record.aliases:
                if alias not in self._natives:  # a code of a dossier's own is no alias
                    self._owners[alias].add(record.code)
        self._codes: defaultdict[str, set[str]] = defaultdict(set)
        for alias, owners in self._owners.items():
            for owner in owners:
                self._codes[owner].add(alias)
        self._answers = self._by_case(statements.answers)
        self._events = self._by_case(statements.events)
        self._rows = self._by_case(statements.rows)

    def __iter__(self) -> Iterator[Case]:
        codes = self._natives.keys() | self._answers.keys() | self._events.keys()
        return map(self.of, codes | self._rows.keys())

    def of(self, code: str) -> Case:
        """The case of a dossier's own code, or of a code that no dossier has."""
        natives = self._natives.get(code, ())
        record = max(natives, key=_latest, default=None)
        answers = self._answers.get(code, ())
        there = [answer for answer in answers if answer.presence == "present"]
        gone = {answer.code for answer in answers if answer.presence == "absent"}
        rows = self._rows.get(code, ())
        handed, delivered = _taken_out(
            self._events.get(code, ()), None if record is None else record.received
        )
        return Case(
            code=code,
            natives=natives,
            record=record,
            aliases=frozenset(alias for record in natives for alias in record.aliases),
            # its own code before an alias, then the latest look-up
            portal=max(there, key=lambda a: (a.code == code, a.checked, a.code), default=None),
            absent=gone == {code} | self._codes.get(code, set()),
            logbook_received=earliest(row.received for row in rows),
            logbook_returned=earliest(row.returned for row in rows),
            signed=earliest(row.signed for row in rows),
            handed=handed,
            delivered=delivered,
            delivery_unread=any(e.delivered and e.at is None for e in self._events.get(code, ())),
            logbook_unread=frozenset[str]().union(
                *(row.unread for row in rows if row.kind == "logbook")
            ),
        )

    def _by_case(self, statements: Iterable[S]) -> Mapping[str, list[S]]:
        found: defaultdict[str, list[S]] = defaultdict(list)
        for statement in statements:
            if statement.code is not None:
                for owner in self._owners.get(statement.code) or (statement.code,):
                    found[owner].append(statement)
        return found


def _latest(record: Record) -> tuple[int, str]:
    return (-1 if record.changed is None else record.changed[0], record.native_id)


def _taken_out(
    events: Iterable[PostEvent], received: Time | None
) -> tuple[Time | None, Time | None]:
    """(first event, earliest delivery) of the orders that did not bring papers in.

    The events of one order and waybill belong together. Those whose first lies before the
    reception brought papers in.
    """
    orders: defaultdict[tuple[str, str | None], list[PostEvent]] = defaultdict(list)
    for event in events:
        if event.at is not None:
            orders[event.order, event.item].append(event)
    first = {order: earliest(event.at for event in of) for order, of in orders.items()}
    out = [order for order in orders if not before(first[order], received)]
    delivered = earliest(e.at for order in out for e in orders[order] if e.delivered)
    return earliest(first[order] for order in out), delivered
