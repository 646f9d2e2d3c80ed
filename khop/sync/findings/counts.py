"""How many findings there are and how many changed each day, from the counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.findings.filters import Filters
from khop.sync.findings.listing import counted
from khop.sync.ledger.finding_counts import FLOWS
from khop.sync.ledger.schema import finding_count, finding_day
from khop.sync.reconciling.rules import place
from khop.sync.reconciling.rules.clock import start_us
from khop.sync.results import UNSETTLED, FindingCount, FindingDay
from khop.text.choices import check_day

#: Days that can be asked for at a time: about five years.
MOST_DAYS = 1900


def counts_of(connection: sa.Connection, filters: Filters) -> list[FindingCount]:
    """How many of the findings wanted there are, by severity, rule, unit and state. Raises
    KhopError for a filter that has no counter."""
    _refuse_uncounted(filters)
    count = finding_count.c
    columns = (count.rule, count.unit, count.severity, count.state, count.number)
    rows = connection.execute(counted(filters, *columns).where(count.number != 0))
    found = [
        FindingCount(row.rule, row.unit or None, row.severity, row.state, row.number)
        for row in rows
    ]
    return sorted(found, key=lambda f: (f.severity, place(f.rule), f.unit or "", f.state))


def days_of(
    connection: sa.Connection,
    filters: Filters,
    first: date,
    last: date,
    by: Literal["rule", "unit"] | None = None,
) -> list[FindingDay]:
    """What changed on each local day from ``first`` to ``last``, and what needs work at its end.

    A day without a change is there too. ``by``: of each rule or unit that has something to count.
    Raises KhopError for a filter but rules, who acts and units, and for days that are none.
    """
    _refuse_days(filters, first, last)
    flows: dict[str, dict[int, sa.RowMapping]] = {}
    for row in connection.execute(_flows(filters, start_us(first), by)).mappings():
        flows.setdefault(row["of"], {})[row["day_us"]] = row
    unsettled = {row.of: int(row.number) for row in connection.execute(_unsettled(filters, by))}
    groups = flows.keys() | unsettled.keys() if by else {""}
    return [
        FindingDay(day, of if by == "rule" else None, (of or None) if by == "unit" else None, *rest)
        for of in sorted(groups, key=place if by == "rule" else None)
        for day, *rest in _of_days(first, last, unsettled.get(of, 0), flows.get(of, {}))
    ]


def _of_days(
    first: date, last: date, unsettled: int, flows: Mapping[int, sa.RowMapping]
) -> list[tuple[Any, ...]]:
    """Each day, its flows, and what needs work at its end. ``unsettled``: what needs work now; the
    days are gone through from the last one back."""
    end = start_us(last)
    unsettled -= sum(int(flow["net"]) for day_us, flow in flows.items() if day_us > end)
    found = []
    for back in range((last - first).days + 1):
        day = last - timedelta(days=back)
        flow = flows.get(start_us(day))
        numbers = {name: 0 if flow is None else int(flow[name]) for name in FLOWS}
        unsettled_before = unsettled - numbers.pop("net")
        found.append((day, *numbers.values(), unsettled))
        unsettled = unsettled_before
    return found[::-1]


def _flows(filters: Filters, since_us: int, by: str | None) -> sa.Select[Any]:
    """By day the sums of the flows, of all or of each rule or unit."""
    table = finding_day.c
    of = table[by] if by else sa.literal("")
    sums = [sa.func.sum(table[name]).label(name) for name in FLOWS]
    query = sa.select(table.day_us, of.label("of"), *sums).where(table.day_us >= since_us)
    if (rules := filters.chosen_rules) is not None:
        query = query.where(table.rule.in_(list(rules)))
    if filters.units:
        query = query.where(table.unit.in_(list(filters.units)))
    return query.group_by(table.day_us, *([of] if by else []))


def _unsettled(filters: Filters, by: str | None) -> sa.Select[Any]:
    of = finding_count.c[by] if by else sa.literal("")
    number = sa.func.sum(finding_count.c.number).label("number")
    query = counted(replace(filters, states=UNSETTLED), of.label("of"), number)
    return query.group_by(of) if by else query


def _refuse_uncounted(filters: Filters) -> None:
    if not filters.has_counter:
        raise KhopError(
            "findings are counted by rule, unit, severity, state and who acts; leave out codes, "
            "times and days, or ask for a page, which counts up to a limit"
        )


def _refuse_days(filters: Filters, first: date, last: date) -> None:
    for name, day in (("first", first), ("last", last)):
        check_day(name, day)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise KhopError(f"ask for 1 to {MOST_DAYS} days, the first one first")
    _refuse_uncounted(filters)
    if filters.severities or set(filters.chosen_states) != set(UNSETTLED):
        raise KhopError("what changed on a day is counted by rule and unit, not by severity, state")
