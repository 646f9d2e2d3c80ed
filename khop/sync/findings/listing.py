"""The order of lists of findings, and reading them in it a part at a time.

::

    counts ──► cells: (severity, rule), the gravest first ──► of each cell, by subject
                 └─ strands, each the range of one index:      merged by subject
                    needing work | a state | a unit and a state | ends of codes

Within a cell findings are ordered by their subject; where the last characters of codes are asked
for, by the code from its last character on. A strand is read by its keys, some rows at a time, so
that memory does not grow with the list, and no row is read that comes before. There is a strand
only where a count says that there are findings.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from khop.sync.findings.filters import Filters, of_states
from khop.sync.ledger.finding_counts import NO_UNIT
from khop.sync.ledger.schema import discrepancy, finding_count
from khop.sync.reconciling.rules import place
from khop.sync.results import UNSETTLED, Finding

#: Rows of a cell that are read at a time, over all its strands; and of a strand, at least.
_AT_ONCE, _AT_LEAST = 500, 10

#: Asks a query of the table of findings, and reads its findings.
Ask: TypeAlias = Callable[[sa.Select[Any]], Sequence[Finding]]


class Position(NamedTuple):
    """The place of a finding in the order of lists."""

    severity: str
    rule: str
    subject: str

    @classmethod
    def of(cls, finding: Finding) -> Position:
        return cls(finding.severity, finding.rule, finding.subject)

    @property
    def cell(self) -> tuple[str, tuple[int, str]]:
        """Sort key of the cell."""
        return self.severity, place(self.rule)


@dataclass(frozen=True, slots=True)
class Cell:
    """The findings of one rule with one severity. ``strands``: each a condition of an index."""

    severity: str
    rule: str
    strands: Sequence[sa.ColumnElement[bool]] = field(repr=False)

    @property
    def order(self) -> tuple[str, tuple[int, str]]:
        return self.severity, place(self.rule)


def cells(connection: sa.Connection, filters: Filters) -> list[Cell]:
    """The cells where there are findings that ``filters`` may want, in their order."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for row in connection.execute(_there(filters)):
        found.setdefault((row.severity, row.rule), set()).add((row.unit, row.state))
    made = [Cell(*key, strands=_strands(filters, within)) for key, within in found.items()]
    return sorted(made, key=lambda cell: cell.order)


def _there(filters: Filters) -> sa.Select[Any]:
    """Where there are findings; the unit only where units are wanted."""
    count = finding_count.c
    unit = count.unit if filters.units else sa.literal(NO_UNIT).label("unit")
    query = counted(filters, count.severity, count.rule, unit, count.state)
    return query.where(count.number > 0).distinct()


def counted(filters: Filters, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """A query of the counts of what is wanted, as far as there are counts of it."""
    count = finding_count.c
    wanted: Mapping[sa.Column[str], Sequence[str] | None] = {
        count.rule: filters.chosen_rules,
        count.unit: filters.units or None,
        count.severity: filters.severities or None,
        count.state: filters.chosen_states,
    }
    query = sa.select(*columns)
    for column, words in wanted.items():
        if words is not None:
            query = query.where(column.in_(list(words)))
    return query


def _strands(filters: Filters, within: set[tuple[str, str]]) -> Sequence[sa.ColumnElement[bool]]:
    """``within``: the (unit, state) of the cell where there are findings."""
    if filters.begins or filters.ends:
        # the codes leave few: these are looked through for the rest
        return [sa.and_(*filters.whose(), of_states(filters.chosen_states), *filters.codes())]
    if filters.units:
        return [sa.and_(_unit(unit), of_states([state])) for unit, state in sorted(within)]
    states = {state for _, state in within}
    if states & set(UNSETTLED) and set(filters.chosen_states) >= set(UNSETTLED):
        rest = sorted(states - set(UNSETTLED))
        return [of_states(UNSETTLED), *(of_states([state]) for state in rest)]
    return [of_states([state]) for state in sorted(states)]


def _unit(unit: str) -> sa.ColumnElement[bool]:
    return discrepancy.c.unit == unit if unit else discrepancy.c.unit.is_(None)


def walk(
    ask: Ask,
    cells: Sequence[Cell],
    filters: Filters,
    start: Position | None = None,
    *,
    back: bool = False,
    at_once: int = _AT_ONCE,
) -> Iterator[Finding]:
    """The findings after ``start``, in their order; with ``back`` those before it, the other way
    round. ``at_once``: rows that are read at a time."""
    for cell in reversed(cells) if back else cells:
        if start is not None and (cell.order > start.cell if back else cell.order < start.cell):
            continue
        here = None if start is None or start.cell != cell.order else start.subject
        size = max(at_once // len(cell.strands), min(at_once, _AT_LEAST))
        strands = [
            _read(ask, strand_query(cell, strand, filters, back=back), filters, here, size, back)
            for strand in cell.strands
        ]
        found = heapq.merge(*strands, key=lambda f: _key(f.subject, filters), reverse=back)
        yield from filter(filters.has_event, found)


def strand_query(
    cell: Cell, strand: sa.ColumnElement[bool], filters: Filters, *, back: bool = False
) -> sa.Select[Any]:
    """The findings of a strand in their order, or the other way round."""
    column = _column(filters)
    return (
        sa.select(discrepancy)
        .where(
            discrepancy.c.severity == cell.severity,
            discrepancy.c.rule == cell.rule,
            strand,
            *filters.times(),
        )
        .order_by(column.desc() if back else column)
    )


def after(query: sa.Select[Any], filters: Filters, key: str, *, back: bool) -> sa.Select[Any]:
    """What comes after a key in a strand."""
    column = _column(filters)
    return query.where(column < key if back else column > key)


def _read(
    ask: Ask, query: sa.Select[Any], filters: Filters, start: str | None, size: int, back: bool
) -> Iterator[Finding]:
    """The findings of a strand, ``size`` at a time."""
    key = None if start is None else _key(start, filters)
    while True:
        part = query if key is None else after(query, filters, key, back=back)
        found = ask(part.limit(size))
        yield from found
        if len(found) < size:
            return
        key = _key(found[-1].subject, filters)


def _column(filters: Filters) -> sa.Column[str]:
    return discrepancy.c.reversed_code if filters.ends else discrepancy.c.subject


def _key(subject: str, filters: Filters) -> str:
    """The value of ``_column`` for a finding."""
    return subject[::-1] if filters.ends else subject
