"""Pages of findings: part of a list that a person leafs through, and how long the list is.

A page is found by the finding that it comes after, or before: the page after the thousandth is read
as quickly as the first, and stays where it is when findings before it come or go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Protocol

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.units.names import UnitNames
from khop.sync.findings.filters import Filters
from khop.sync.findings.finding_rows import read_findings
from khop.sync.findings.listing import (
    Cell,
    Position,
    cells,
    counted,
    strand_query,
    walk,
)
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import finding_count
from khop.sync.results import Finding, FindingPage
from khop.text.choices import check_text

#: Where no counter says how long a list is, it is counted up to here.
MOST_COUNTED = 10_000
#: Findings on the largest page.
LARGEST_PAGE = 1000

#: Between the parts of a position. No severity and no id of a rule has it.
_DOT = "."


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page: after or before a position, or the first. ``size``: findings on it."""

    after: str | None = None
    before: str | None = None
    size: int = 50

    def __post_init__(self) -> None:
        """Raises KhopError for what is no page."""
        if self.after is not None and self.before is not None:
            raise KhopError("a page comes after a finding or before one, not both")
        if not isinstance(self.size, int) or not 1 <= self.size <= LARGEST_PAGE:
            raise KhopError(f"a page has 1 to {LARGEST_PAGE} findings, not {self.size!r}")

    @property
    def position(self) -> Position | None:
        """Raises KhopError for a text that is no position."""
        text = self.after if self.before is None else self.before
        return None if text is None else _position(text)


def finding_page(ledger: Ledger, filters: Filters, names: UnitNames, turn: Turn) -> FindingPage:
    """One page of the findings wanted, as they are in one moment."""
    with ledger.read() as connection:
        filters = filters.of_units(connection, names)
        there = cells(connection, filters)
        leaf: _Leaf = partial(walk, partial(read_findings, connection), there, filters)
        found = _turned(leaf, turn)
        number, more = count(connection, filters, there)
        ends = [Position.of(found[0]), Position.of(found[-1])] if found else []
        beside = [any(leaf(end, back=end is ends[0], at_once=1)) for end in ends]
    return FindingPage(
        findings=tuple(found),
        number=number,
        more=more,
        previous=_text(ends[0]) if found and beside[0] else None,
        next=_text(ends[1]) if found and beside[1] else None,
    )


class _Leaf(Protocol):
    """``listing.walk`` over one list."""

    def __call__(
        self, start: Position | None, *, back: bool = False, at_once: int
    ) -> Iterator[Finding]: ...


def _turned(leaf: _Leaf, turn: Turn) -> list[Finding]:
    """The findings of a page. Before the beginning is the first page, after the end the last."""
    start, size = turn.position, turn.size
    if turn.before is None:
        found = list(islice(leaf(start, at_once=size), size))
        if found or start is None:
            return found
        start = None
    last = list(islice(leaf(start, back=True, at_once=size), size))[::-1]
    if len(last) < size and turn.before is not None:
        return list(islice(leaf(None, at_once=size), size))
    return last


def count(connection: sa.Connection, filters: Filters, there: Sequence[Cell]) -> tuple[int, bool]:
    """(how many findings, whether there are more than that): where no counter says it, up to
    ``MOST_COUNTED`` are counted. Where days of events are wanted, so many are read."""
    if filters.has_counter:
        return int(connection.scalar(_total(filters)) or 0), False
    if filters.of_days:
        ask = partial(read_findings, connection)
        every = replace(filters, event_since=None, event_until=None)
        read = list(islice(walk(ask, there, every), MOST_COUNTED + 1))
        return sum(map(filters.has_event, read[:MOST_COUNTED])), len(read) > MOST_COUNTED
    number = 0
    for cell in there:
        for strand in cell.strands:
            some = strand_query(cell, strand, filters).with_only_columns(sa.literal(1))
            few = some.order_by(None).limit(MOST_COUNTED + 1 - number).subquery("few")
            number += int(connection.scalar(sa.select(sa.func.count()).select_from(few)) or 0)
            if number > MOST_COUNTED:
                return MOST_COUNTED, True
    return number, False


def _total(filters: Filters) -> sa.Select[Any]:
    return counted(filters, sa.func.sum(finding_count.c.number))


def _text(position: Position) -> str:
    return _DOT.join(position)


def _position(text: str) -> Position:
    check_text("position", text)
    parts = text.split(_DOT, 2)
    if len(parts) != len(Position._fields):
        raise KhopError(f"{text[:60]!r} is no place in a list of findings")
    return Position(*parts)
