"""How many findings there are, and how many changed on each day, without reading the findings.

::

    findings ──► Change(rule, before, after), counted ──► move ──► finding_count (now)
    (any writer)                                              └──► finding_day (flows)

The counts are moved in the transaction that writes the findings, by reconciles and by decisions
alike. ``khop log verify`` compares them with the rows (``differences``). A whole reconcile counts
again what there is now; past days stay as they were counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from khop.sync.ledger.schema import discrepancy, finding_count, finding_day
from khop.sync.results import UNSETTLED, FindingState
from khop.text.local_time import day_start_us

#: The unit of findings without one, in both tables.
NO_UNIT = ""


class Place(NamedTuple):
    """Where a finding is counted, beside its rule."""

    unit: str | None
    severity: str
    state: str

    @property
    def unsettled(self) -> bool:
        return self.state in UNSETTLED


class Change(NamedTuple):
    """From where to where a finding of a rule moves; ``before``: None for a new finding."""

    rule: str
    before: Place | None
    after: Place


def move(connection: sa.Connection, changes: Mapping[Change, int], now_us: int) -> None:
    """Move the counts of now, and those of the local day of ``now_us``.

    ``changes``: how many findings moved in each way. A finding that stays in its place need not be
    among them. Called in the transaction that writes the findings.
    """
    moved = {change: number for change, number in changes.items() if change.before != change.after}
    numbers: Counter[tuple[str, str, str, str]] = Counter()
    days: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for change, number in moved.items():
        for place, sign in ((change.before, -1), (change.after, 1)):
            if place is not None:
                key = change.rule, place.unit or NO_UNIT, place.severity, place.state
                numbers[key] += sign * number
        for unit, name, by in _flows(change):
            days[change.rule, unit][name] += by * number
    _move_numbers(connection, numbers)
    _add_days(connection, day_start_us(now_us), days)


def _move_numbers(
    connection: sa.Connection, numbers: Mapping[tuple[str, str, str, str], int]
) -> None:
    """Where nothing is left, no row is."""
    names = ("rule", "unit", "severity", "state")
    rows: list[dict[str, Any]] = [
        {**dict(zip(names, key, strict=True)), "number": number}
        for key, number in sorted(numbers.items())
        if number
    ]
    if rows:
        connection.execute(_NUMBERS, rows)
    if fewer := [row for row in rows if row["number"] < 0]:
        connection.execute(_EMPTY, fewer)


def _add_days(
    connection: sa.Connection, day_us: int, days: Mapping[tuple[str, str], Counter[str]]
) -> None:
    rows = [
        {"day_us": day_us, "rule": rule, "unit": unit, **{name: flow[name] for name in FLOWS}}
        for (rule, unit), flow in sorted(days.items())
        if any(flow.values())
    ]
    if rows:
        connection.execute(_DAYS, rows)


#: The columns of ``finding_day``. ``net``: by how much the number of unsettled findings grew.
FLOWS = ("found", "reopened", "resolved", "excluded", "net")


def _flows(change: Change) -> Iterator[tuple[str, str, int]]:
    """(unit, column of ``finding_day``, by how much) for one finding."""
    before, after = change.before, change.after
    unit = after.unit or NO_UNIT
    was = None if before is None else before.state
    if before is None:
        yield unit, "found", 1
    elif was == FindingState.RESOLVED:
        yield unit, "reopened", 1
    elif after.state == FindingState.RESOLVED:
        yield unit, "resolved", 1
    if after.state == FindingState.EXCLUDED and was != FindingState.EXCLUDED:
        yield unit, "excluded", 1
    if before is not None and before.unsettled:
        yield before.unit or NO_UNIT, "net", -1
    if after.unsettled:
        yield unit, "net", 1


def by_rule(connection: sa.Connection) -> Counter[tuple[str, str]]:
    """The findings of now by (rule, state)."""
    place = finding_count.c.rule, finding_count.c.state
    counted = sa.select(*place, sa.func.sum(finding_count.c.number).label("number"))
    rows = connection.execute(counted.group_by(*place))
    return Counter({(row.rule, row.state): int(row.number) for row in rows if row.number})


def recount(connection: sa.Connection) -> None:
    """Count all findings of now again."""
    connection.execute(sa.delete(finding_count))
    names = ["rule", "unit", "severity", "state", "number"]
    connection.execute(sa.insert(finding_count).from_select(names, _ROWS))


class Difference(NamedTuple):
    """A count that is not what the rows of the findings say.

    ``what``: a severity and a state; or a column of ``finding_day``, whose days are summed up.
    ``unit``: empty for findings without one, and for a sum over all units.
    """

    rule: str
    unit: str
    what: str
    counted: int
    rows: int


def differences(connection: sa.Connection) -> Iterator[Difference]:
    """Compare the counts with the rows.

    Of the days: what is unsettled by now, of each unit; and over all units, since a finding may
    pass to another, how many were found, were resolved and came back.
    """
    for counted, rows in ((_COUNTED, _ROWS), (_DAY_NET, _ROW_NET), (_DAY_SUMS, _ROW_SUMS)):
        left, right = _numbers(connection, counted), _numbers(connection, rows)
        for key in sorted(left.keys() | right.keys()):
            if left[key] != right[key]:
                rule, unit, *what = key
                yield Difference(rule, unit, " ".join(what), left[key], right[key])


def _numbers(connection: sa.Connection, query: sa.Executable) -> Counter[tuple[str, ...]]:
    return Counter({tuple(row[:-1]): int(row[-1]) for row in connection.execute(query)})


_NUMBERS = sa.text(
    "INSERT INTO finding_count (rule, unit, severity, state, number) "
    "VALUES (:rule, :unit, :severity, :state, :number) "
    "ON CONFLICT (rule, unit, severity, state) "
    "DO UPDATE SET number = finding_count.number + excluded.number"
)
_EMPTY = sa.text(
    "DELETE FROM finding_count WHERE rule = :rule AND unit = :unit AND severity = :severity "
    "AND state = :state AND number = 0"
)
_DAYS = sa.text(
    f"INSERT INTO finding_day (day_us, rule, unit, {', '.join(FLOWS)}) "
    f"VALUES (:day_us, :rule, :unit, {', '.join(f':{name}' for name in FLOWS)}) "
    "ON CONFLICT (day_us, rule, unit) DO UPDATE SET "
    + ", ".join(f"{name} = finding_day.{name} + excluded.{name}" for name in FLOWS)
)

_UNIT = sa.func.coalesce(discrepancy.c.unit, NO_UNIT)
_ROW = discrepancy.c.rule, _UNIT, discrepancy.c.severity, discrepancy.c.state
_ROWS = sa.select(*_ROW, sa.func.count()).group_by(*_ROW)
_COUNTED = sa.select(
    *(finding_count.c[name] for name in ("rule", "unit", "severity", "state", "number"))
)
_DAY_NET = sa.select(
    finding_day.c.rule, finding_day.c.unit, sa.literal("net"), sa.func.sum(finding_day.c.net)
).group_by(finding_day.c.rule, finding_day.c.unit)
_ROW_NET = (
    sa.select(discrepancy.c.rule, _UNIT, sa.literal("net"), sa.func.count())
    .where(discrepancy.c.state.in_(UNSETTLED))
    .group_by(discrepancy.c.rule, _UNIT)
)
_NOW_RESOLVED = sa.func.sum(sa.case((discrepancy.c.state == FindingState.RESOLVED, 1), else_=0))
_DAY_SUMS = sa.union_all(
    *(
        sa.select(
            finding_day.c.rule, sa.literal(""), sa.literal(name), sa.func.sum(finding_day.c[name])
        ).group_by(finding_day.c.rule)
        for name in ("found", "reopened", "resolved")
    )
)
_ROW_SUMS = sa.union_all(
    *(
        sa.select(discrepancy.c.rule, sa.literal(""), sa.literal(name), number).group_by(
            discrepancy.c.rule
        )
        for name, number in (
            ("found", sa.func.count()),
            ("reopened", sa.func.sum(discrepancy.c.reopened)),
            ("resolved", sa.func.sum(discrepancy.c.reopened) + _NOW_RESOLVED),
        )
    )
)
