"""Which findings are wanted: filters, checked, and as SQL says them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypedDict

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Instant
from khop.mappings.units.names import UnitNames
from khop.sync.ledger.finding_counts import NO_UNIT
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import UNSETTLED_ROWS, discrepancy, source_record
from khop.sync.reconciling.rules import RULES, Severity
from khop.sync.results import UNSETTLED, Finding, FindingState
from khop.text.choices import check_day, check_moment, check_text, check_words


class FindingFilters(TypedDict, total=False):
    """The fields of ``Filters``, each optional."""

    rules: Sequence[str]
    units: Sequence[str]
    severities: Sequence[str]
    states: Sequence[str]
    acts: Sequence[str]
    code_begins: str
    code_ends: str
    since: datetime | None
    until: datetime | None
    event_since: date | None
    event_until: date | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which findings are wanted. An empty filter sets no limit.

    ``units``: "" means findings without a unit. ``acts``: who has to act, by the rule.
    ``code_begins``, ``code_ends``: the first and the last characters of a dossier's code; the first
    ones also of ``row:KEY``. ``since``, ``until``: first seen at or after the one, and before the
    other; aware. ``event_since``, ``event_until``: the first and the last day of
    ``Finding.event``; findings without an event are left out then.
    """

    rules: Sequence[str] = ()
    units: Sequence[str] = ()
    severities: Sequence[str] = ()
    states: Sequence[str] = UNSETTLED
    acts: Sequence[str] = ()
    code_begins: str = ""
    code_ends: str = ""
    since: datetime | None = None
    until: datetime | None = None
    event_since: date | None = None
    event_until: date | None = None

    def __post_init__(self) -> None:
        """Raises KhopError for a filter that no finding can meet."""
        check_words("rules", self.rules, RULES)
        check_words("severities", self.severities, [severity.value for severity in Severity])
        check_words("states", self.states, [state.value for state in FindingState])
        check_words("units", self.units)
        check_words("acts", self.acts, sorted({rule.acts for rule in RULES.values()}))
        check_text("code_begins", self.code_begins)
        check_text("code_ends", self.code_ends)
        check_moment("since", self.since)
        check_moment("until", self.until)
        check_day("event_since", self.event_since)
        check_day("event_until", self.event_until)

    def of_units(self, connection: sa.Connection, names: UnitNames) -> Filters:
        """The same, with the units named as findings name them. Raises KhopError."""
        return replace(self, units=chosen_units(connection, self.units, names))

    @property
    def chosen_rules(self) -> Sequence[str] | None:
        """The rules wanted, those that ``acts`` leaves of them; None for all."""
        if not self.acts:
            return self.rules or None
        return [rule for rule in self.rules or RULES if RULES[rule].acts in self.acts]

    @property
    def chosen_states(self) -> Sequence[str]:
        return [str(state) for state in self.states or FindingState]

    @property
    def begins(self) -> str:
        """The beginning of the subject, as it is stored; empty for any."""
        text = self.code_begins.strip()
        return text.lower() if text.lower().startswith(ROW) else canonical_code(text)

    @property
    def ends(self) -> str:
        """The end of the code from its last character on, as ``reversed_code``; empty for any."""
        return canonical_code(self.code_ends)[::-1]

    @property
    def has_counter(self) -> bool:
        """Whether ``finding_count`` says how many there are."""
        return not (self.begins or self.ends or self.since or self.until or self.of_days)

    @property
    def of_days(self) -> bool:
        """Whether days of events limit them, which only the finding itself says."""
        return self.event_since is not None or self.event_until is not None

    def times(self) -> Iterator[sa.ColumnElement[bool]]:
        """The limits of when they were first seen."""
        if self.since is not None:
            yield discrepancy.c.first_seen_us >= Instant.of(self.since).us
        if self.until is not None:
            yield discrepancy.c.first_seen_us < Instant.of(self.until).us

    def limits(self) -> Iterator[sa.ColumnElement[bool]]:
        """All but the days of events, for a query that reads all that is wanted."""
        if (rules := self.chosen_rules) is not None:
            yield discrepancy.c.rule.in_(list(rules))
        if self.severities:
            yield discrepancy.c.severity.in_(list(self.severities))
        yield from self.whose()
        yield of_states(self.chosen_states)
        yield from self.codes()
        yield from self.times()

    def whose(self) -> Iterator[sa.ColumnElement[bool]]:
        """The limits of units."""
        if self.units:
            named = discrepancy.c.unit.in_([unit for unit in self.units if unit])
            none = discrepancy.c.unit.is_(None)
            yield sa.or_(named, none) if NO_UNIT in self.units else named

    def codes(self) -> Iterator[sa.ColumnElement[bool]]:
        """The limits of codes."""
        for column, start in ((discrepancy.c.subject, self.begins), (_REVERSED, self.ends)):
            if start:
                yield begins_with(column, start)

    def has_event(self, finding: Finding) -> bool:
        """Whether the event of a finding is within the days wanted."""
        if not self.of_days:
            return True
        if finding.event is None:
            return False
        day = date.fromisoformat(finding.event[:10])
        return (self.event_since or day) <= day <= (self.event_until or day)


_REVERSED = discrepancy.c.reversed_code


def of_states(states: Sequence[str]) -> sa.ColumnElement[bool]:
    """Findings in these states. Those that need work are named as their index names them."""
    if set(states) == set(UNSETTLED):
        return UNSETTLED_ROWS  # type: ignore[return-value]
    if len(states) == 1:
        return discrepancy.c.state == states[0]
    return discrepancy.c.state.in_(list(states))


def begins_with(column: sa.Column[str], start: str) -> sa.ColumnElement[bool]:
    """Texts that begin so, as a range of an index: texts are in the order of their bytes."""
    return sa.and_(column >= start, column < f"{start}\U0010ffff")


def chosen_units(connection: sa.Connection, units: Iterable[str], names: UnitNames) -> list[str]:
    """The units that a person asks for, by their names in findings; "" stays.

    Raises KhopError for a unit that the table of units does not know, and that no finding and no
    dossier has: a mistyped name would otherwise look like a unit without findings.
    """
    chosen = {unit: names.chosen(unit) if unit else unit for unit in units}
    _check_units(connection, [unit for unit in chosen if names.unit(unit) is None])
    return list(chosen.values())


def _check_units(connection: sa.Connection, units: Iterable[str]) -> None:
    for unit in filter(None, units):
        if not any(_names(connection, table, unit) for table in (discrepancy, source_record)):
            known = connection.scalars(sa.select(discrepancy.c.unit).distinct())
            near = get_close_matches(unit, [name for name in known if name], n=1, cutoff=0.5)
            hint = f", did you mean {near[0]}?" if near else ""
            raise KhopError(f"no dossier and no finding names the unit {unit}{hint}")


def _names(connection: sa.Connection, table: sa.Table, unit: str) -> bool:
    query = sa.select(table.c.unit).where(table.c.unit == unit).limit(1)
    return connection.scalar(query) is not None
