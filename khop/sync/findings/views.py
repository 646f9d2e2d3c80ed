"""The findings of the ledger, as people ask for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypedDict

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.mappings.units.names import UnitNames
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import (
    audit_log,
    dirty,
    discrepancy,
    exclusion,
    presence,
    source_record,
)
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.reconciling.rules import RULES, Severity, place
from khop.sync.results import UNSETTLED, Finding, FindingState
from khop.text.choices import check_day, check_words
from khop.text.local_time import local_text

#: What actions about findings begin with in the audit log.
FINDING_ACTION = "finding."

#: Times in a finding that are no event: when something is due, was entered, changed or read.
_NO_EVENTS = ("_due", "_changed", "_entered", "_first_seen", "_first_absent", "_checked")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
_BATCH = 500
_EXCLUSION = ("actor", "reason", "made_us", "until_us")


class FindingFilters(TypedDict, total=False):
    """The fields of ``Filters``, each optional."""

    rules: Sequence[str]
    units: Sequence[str]
    severities: Sequence[str]
    states: Sequence[str]
    since: datetime | None
    until: datetime | None
    event_since: date | None
    event_until: date | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which findings are wanted. An empty filter sets no limit.

    ``since``, ``until``: first seen at or after the one, and before the other; aware.
    ``event_since``, ``event_until``: the first and the last day of ``Finding.event``; findings
    without an event are left out then.
    """

    rules: Sequence[str] = ()
    units: Sequence[str] = ()
    severities: Sequence[str] = ()
    states: Sequence[str] = UNSETTLED
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
        check_day("event_since", self.event_since)
        check_day("event_until", self.event_until)

    def query(self) -> sa.Select[Any]:
        """All but the days of events, which are among the values of a finding."""
        query = sa.select(discrepancy)
        chosen = {
            "rule": self.rules,
            "unit": self.units,
            "severity": self.severities,
            "state": self.states,
        }
        for column, wanted in chosen.items():
            if wanted:
                query = query.where(discrepancy.c[column].in_(list(wanted)))
        if self.since is not None:
            query = query.where(discrepancy.c.first_seen_us >= Instant.of(self.since).us)
        if self.until is not None:
            query = query.where(discrepancy.c.first_seen_us < Instant.of(self.until).us)
        return query

    def has_event(self, finding: Finding) -> bool:
        """Whether the event of a finding is within the days wanted."""
        if self.event_since is None and self.event_until is None:
            return True
        if finding.event is None:
            return False
        day = date.fromisoformat(finding.event[:10])
        return (self.event_since or day) <= day <= (self.event_until or day)


def findings(ledger: Ledger, filters: Filters, names: UnitNames) -> list[Finding]:
    """Findings, the gravest first, then by rule and code. ``names``: of the province's units, by
    any of which units may be asked for."""
    with ledger.read() as connection:
        filters = replace(filters, units=chosen_units(connection, filters.units, names))
        found = _findings(connection, filters.query())
    return _ordered(filter(filters.has_event, found))


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
        filters = replace(filters, units=chosen_units(connection, filters.units, names))
        before, after = (_unsettled_at(connection, us) for us in (at_start, at_end))
        found = {
            (each.rule, each.subject): each
            for each in _findings(connection, replace(filters, states=()).query())
            if filters.has_event(each)
        }
    keys = [(key, "new") for key in after - before] + [(key, "gone") for key in before - after]
    change = {key: word for key, word in keys if key in found}
    return [(change[f.rule, f.subject], f) for f in _ordered(found[key] for key in change)]


#: Events after which a finding needs work, and after which it does not.
_NEEDS_WORK = frozenset({"open", "reopen", "exclusion_end", "take_back", "assign", "explain"})
_SETTLES = frozenset({"resolve", "exclude"})


def _unsettled_at(connection: sa.Connection, us: int) -> set[tuple[str, str]]:
    """The (rule, subject) of the findings that needed work at a time, by the audit log."""
    query = (
        sa.select(audit_log.c.action, audit_log.c.code, audit_log.c.detail)
        .where(audit_log.c.action.startswith(FINDING_ACTION), audit_log.c.at_us <= us)
        .order_by(audit_log.c.id)
    )
    found: set[tuple[str, str]] = set()
    for action, subject, detail in connection.execute(query):
        event, key = action.removeprefix(FINDING_ACTION), (json.loads(detail)["rule"], subject)
        if event in _NEEDS_WORK:
            found.add(key)
        elif event in _SETTLES:
            found.discard(key)
    return found


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


def findings_of(connection: sa.Connection, keys: Iterable[tuple[str, str]]) -> list[Finding]:
    """The findings of these (rule, subject), in the order of ``findings``."""
    each = sa.select(discrepancy).where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.subject == sa.bindparam("of_subject"),
    )
    found = [
        finding
        for rule, subject in keys
        for finding in _findings(connection, each.params(of_rule=rule, of_subject=subject))
    ]
    return _ordered(found)


def findings_of_subject(connection: sa.Connection, subject: str) -> tuple[Finding, ...]:
    """All findings of a dossier's code or a row of paper, by rule."""
    query = sa.select(discrepancy).where(discrepancy.c.subject == subject)
    return tuple(_findings(connection, query.order_by(discrepancy.c.rule)))


def _ordered(found: Iterable[Finding]) -> list[Finding]:
    return sorted(found, key=lambda f: (f.severity, place(f.rule), f.code or "", f.subject))


def _findings(connection: sa.Connection, query: sa.Select[Any]) -> list[Finding]:
    last = read_last_reconcile(connection)
    last_us = None if last is None else last.now_us
    columns = [exclusion.c[name].label(f"exclusion_{name}") for name in _EXCLUSION]
    beside = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
        discrepancy.c.state == FindingState.EXCLUDED.value,
    )
    whole = query.add_columns(*columns).join(exclusion, beside, isouter=True)
    found = [_finding(row, last_us) for row in connection.execute(whole)]
    _show_last_look_ups(connection, found)
    return found


def _show_last_look_ups(connection: sa.Connection, found: Sequence[Finding]) -> None:
    """Put the time of the last answer into the evidence of look-ups: a finding is not written
    again when an answer says the same again."""
    parts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for finding in found:
        for part in finding.evidence if finding.state in UNSETTLED else ():
            if isinstance(part, dict) and part.get("kind") == "look_up":
                parts.setdefault((part["source"], part["code"]), []).append(part)
    codes = sorted({code for _, code in parts})
    for start in range(0, len(codes), _BATCH):
        query = sa.select(presence.c.source, presence.c.code, presence.c.checked_us).where(
            presence.c.code.in_(codes[start : start + _BATCH]),
            presence.c.checked_us.is_not(None),
            # What an answer changed is not compared yet.
            presence.c.code.not_in(sa.select(dirty.c.code)),
        )
        for row in connection.execute(query):
            for part in parts.get((row.source, row.code), ()):
                part["checked_at"] = local_text(row.checked_us)


def _finding(row: sa.Row[Any], last_us: int | None) -> Finding:
    # A finding that is not resolved counts as seen by the last reconcile, even if that run did not
    # look at it.
    seen_us = row.last_seen_us if row.resolved_us is not None or last_us is None else last_us
    values = json.loads(row.values_json)
    return Finding(
        rule=row.rule,
        subject=row.subject,
        code=row.code,
        severity=row.severity,
        state=FindingState(row.state),
        unit=row.unit,
        acts=row.acts,
        first_seen=local_text(row.first_seen_us),
        last_seen=local_text(seen_us),
        event=event_of(values),
        resolved=None if row.resolved_us is None else local_text(row.resolved_us),
        values=values,
        evidence=tuple(json.loads(row.evidence_json)),
        assignee=row.assignee,
        answer_due=_day(row.answer_due_us),
        explanation=row.explanation,
        exclusion=_exclusion(row),
    )


def event_of(values: Mapping[str, Any]) -> str | None:
    """When it happened: the first time among what a rule shows that is an event; else that of the
    first time the systems or khop noted; None without any time."""
    times = {
        name: value
        for name, value in values.items()
        if isinstance(value, str) and _TIME.fullmatch(value)
    }
    events = [value for name, value in times.items() if not name.endswith(_NO_EVENTS)]
    return next(iter((*events, *times.values())), None)


def _exclusion(row: sa.Row[Any]) -> dict[str, Any] | None:
    if row.exclusion_made_us is None:
        return None
    return {
        "by": row.exclusion_actor,
        "reason": row.exclusion_reason,
        "made": local_text(row.exclusion_made_us),
        "until": _day(row.exclusion_until_us),
    }


def _day(us: int | None) -> str | None:
    return None if us is None else local_text(us, day=True)
