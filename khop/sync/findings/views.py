"""The findings of the ledger, as people ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from khop.mappings.records import Instant
from khop.mappings.units.names import UnitNames
from khop.sync.findings.filters import Filters
from khop.sync.findings.finding_rows import read_findings
from khop.sync.findings.listing import cells, walk
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log, discrepancy
from khop.sync.reconciling.batches import batches
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding

#: What actions about findings begin with in the audit log.
FINDING_ACTION = "finding."

#: (rule, subject)
_Key = tuple[str, str]


def findings(ledger: Ledger, filters: Filters, names: UnitNames) -> Iterator[Finding]:
    """Findings, the gravest first, then by rule and code. ``names``: of the province's units, by
    any of which units may be asked for. Raises KhopError at once for a unit that nobody knows.

    They are read some at a time, each time in a transaction of its own: none is open while the
    caller works with a finding, for however long.
    """
    with ledger.read() as connection:
        filters = filters.of_units(connection, names)
        there = cells(connection, filters)

    def ask(query: sa.Select[Finding]) -> list[Finding]:
        with ledger.read() as connection:
            return read_findings(connection, query)

    return walk(ask, there, filters)


def changes_between(
    ledger: Ledger, start: datetime, end: datetime, filters: Filters, names: UnitNames
) -> list[tuple[str, Finding]]:
    """("new" or "gone", finding): what needed work at ``end`` and not at ``start``, and the other
    way round. The times of a run count, not those at which it was made.

    A finding that was excluded or resolved at a time did not need work then. The states of
    ``filters`` are ignored.
    """
    at_start, at_end = Instant.of(start).us, Instant.of(end).us
    with ledger.read() as connection:
        filters = filters.of_units(connection, names)
        before, after = (_unsettled_at(connection, us) for us in (at_start, at_end))
        change = dict.fromkeys(after - before, "new") | dict.fromkeys(before - after, "gone")
        found = _ordered(filter(filters.has_event, _of_keys(connection, change, filters)))
    return [(change[each.rule, each.subject], each) for each in found]


def _of_keys(
    connection: sa.Connection, keys: Mapping[_Key, str], filters: Filters
) -> Iterator[Finding]:
    """The findings of these keys that ``filters`` want, in any state."""
    limits = list(replace(filters, states=()).limits())
    for part in batches(sorted({subject for _, subject in keys})):
        query = sa.select(discrepancy).where(discrepancy.c.subject.in_(part), *limits)
        found = read_findings(connection, query)
        yield from (each for each in found if (each.rule, each.subject) in keys)


#: Events after which a finding needs work, and after which it does not.
_NEEDS_WORK = frozenset({"open", "reopen", "exclusion_end", "take_back", "assign", "explain"})
_SETTLES = frozenset({"resolve", "exclude"})


def _unsettled_at(connection: sa.Connection, us: int) -> set[_Key]:
    """The (rule, subject) of the findings that needed work at a time, by the audit log."""
    query = (
        sa.select(audit_log.c.action, audit_log.c.code, audit_log.c.detail)
        .where(audit_log.c.action.startswith(FINDING_ACTION), audit_log.c.at_us <= us)
        .order_by(audit_log.c.id)
    )
    found: set[_Key] = set()
    for action, subject, detail in connection.execute(query):
        event, key = action.removeprefix(FINDING_ACTION), (json.loads(detail)["rule"], subject)
        if event in _NEEDS_WORK:
            found.add(key)
        elif event in _SETTLES:
            found.discard(key)
    return found


def findings_of(connection: sa.Connection, keys: Iterable[_Key]) -> list[Finding]:
    """The findings of these (rule, subject), in the order of ``findings``."""
    each = sa.select(discrepancy).where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.subject == sa.bindparam("of_subject"),
    )
    found = [
        finding
        for rule, subject in keys
        for finding in read_findings(connection, each.params(of_rule=rule, of_subject=subject))
    ]
    return _ordered(found)


def findings_of_subject(connection: sa.Connection, subject: str) -> tuple[Finding, ...]:
    """All findings of a dossier's code or a row of paper, by rule."""
    query = sa.select(discrepancy).where(discrepancy.c.subject == subject)
    return tuple(read_findings(connection, query.order_by(discrepancy.c.rule)))


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.severity, place(f.rule), f.subject))
