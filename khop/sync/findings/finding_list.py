"""A list of findings of one moment: what a report says first, and the findings, some at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.sync.findings.filters import Filters, begins_with
from khop.sync.findings.finding_rows import read_findings
from khop.sync.findings.listing import cells, walk
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy
from khop.sync.reconciling.rules import RULES
from khop.sync.results import UNSETTLED, Finding, FindingState, Freshness

#: (findings, dossiers and rows of paper among them)
Numbers: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Totals:
    """What is said of a list of findings before the first of them.

    ``dossiers``: how many have a finding; ``paper_rows``: how many rows of paper without a code.
    ``by_rule``: findings by (severity, rule). ``acts``: who acts. ``filled``: which of the columns
    assignee, answer_due, explanation and resolved have something in them. ``unsettled``: whether a
    finding needs work.
    """

    findings: int = 0
    dossiers: int = 0
    paper_rows: int = 0
    by_rule: dict[tuple[str, str], int] = field(default_factory=dict)
    acts: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    unsettled: bool = False

    def add(self, finding: Finding) -> None:
        """Count a finding; not its dossier, which may have another."""
        self.findings += 1
        key = finding.severity, finding.rule
        self.by_rule[key] = self.by_rule.get(key, 0) + 1
        self.acts.add(finding.acts)
        said = {
            "assignee": finding.assignee,
            "answer_due": finding.answer_due,
            "explanation": finding.explanation or finding.exclusion,
            "resolved": finding.resolved,
        }
        self.filled.update(name for name, value in said.items() if value)
        self.unsettled = self.unsettled or finding.state in UNSETTLED


def totals_of(findings: Iterable[Finding]) -> Totals:
    """The totals of a list. Any but a ``FindingList`` is read for it, and its subjects kept."""
    if isinstance(findings, FindingList) and not findings.must_be_read:
        return findings.totals
    totals = Totals()
    dossiers: set[str] = set()
    rows: set[str] = set()
    for finding in findings:
        totals.add(finding)
        (dossiers if finding.code else rows).add(finding.subject)
    totals.dossiers, totals.paper_rows = len(dossiers), len(rows)
    return totals


def units_of(findings: Iterable[Finding]) -> Mapping[str | None, Numbers]:
    """By unit: findings, and the dossiers and rows of paper among them."""
    if isinstance(findings, FindingList) and not findings.must_be_read:
        return findings.units
    numbers: defaultdict[str | None, int] = defaultdict(int)
    subjects: defaultdict[str | None, set[str]] = defaultdict(set)
    for finding in findings:
        numbers[finding.unit] += 1
        subjects[finding.unit].add(finding.subject)
    return {unit: (number, len(subjects[unit])) for unit, number in numbers.items()}


class FindingList:
    """The findings that ``filters`` want, gravest first, as one transaction sees them.

    Each iteration reads them anew, some at a time: memory does not grow with the list. What is
    said of all of them is counted by the database.
    """

    def __init__(
        self,
        connection: sa.Connection,
        filters: Filters,
        known: Callable[[sa.Connection], Freshness],
    ) -> None:
        self._known = known
        self._connection = connection
        self._filters = filters
        self._cells = cells(connection, filters)
        #: Days of events are only in the findings themselves.
        self.must_be_read = filters.of_days

    def __iter__(self) -> Iterator[Finding]:
        return walk(partial(read_findings, self._connection), self._cells, self._filters)

    @cached_property
    def freshness(self) -> Freshness:
        """As of when the findings are, and how complete each source is, in the same moment."""
        return self._known(self._connection)

    @cached_property
    def totals(self) -> Totals:
        found = discrepancy.c.severity, discrepancy.c.rule
        query = self._query(*found, sa.func.count()).group_by(*found)
        by_rule = {(row[0], row[1]): int(row[2]) for row in self._connection.execute(query)}
        subjects = self._number(sa.func.count(discrepancy.c.subject.distinct()))
        rows = self._number(
            sa.func.count(discrepancy.c.subject.distinct()), begins_with(discrepancy.c.subject, ROW)
        )
        return Totals(
            findings=sum(by_rule.values()),
            dossiers=subjects - rows,
            paper_rows=rows,
            by_rule=by_rule,
            acts={RULES[rule].acts for _, rule in by_rule if rule in RULES},
            filled={name for name, filled in _FILLED.items() if self._any(_ANSWERED, filled)},
            unsettled=self._any(UNSETTLED),
        )

    @cached_property
    def units(self) -> Mapping[str | None, Numbers]:
        subjects = sa.func.count(discrepancy.c.subject.distinct())
        query = self._query(discrepancy.c.unit, sa.func.count(), subjects)
        rows = self._connection.execute(query.group_by(discrepancy.c.unit))
        return {unit: (int(number), int(among)) for unit, number, among in rows}

    def _query(self, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*columns).select_from(discrepancy).where(*self._filters.limits())

    def _number(self, number: sa.ColumnElement[Any], *where: sa.ColumnElement[bool]) -> int:
        return int(self._connection.scalar(self._query(number).where(*where)) or 0)

    def _any(self, states: Sequence[str], *where: sa.ColumnElement[bool]) -> bool:
        """Whether there is one in one of these states."""
        some = [state for state in states if state in self._filters.chosen_states]
        if not some:
            return False
        limits = replace(self._filters, states=some).limits()
        query = sa.select(discrepancy.c.rule).where(*limits, *where).limit(1)
        return self._connection.scalar(query) is not None


#: An open finding has no answer, no exclusion and no end.
_ANSWERED = tuple(state for state in FindingState if state is not FindingState.OPEN)
_FILLED = {
    "assignee": discrepancy.c.assignee.is_not(None),
    "answer_due": discrepancy.c.answer_due_us.is_not(None),
    "explanation": sa.or_(
        discrepancy.c.explanation.is_not(None), discrepancy.c.state == FindingState.EXCLUDED.value
    ),
    "resolved": discrepancy.c.resolved_us.is_not(None),
}
