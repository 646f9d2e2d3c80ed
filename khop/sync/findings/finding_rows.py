"""Rows of the table of findings as ``Finding``: times as text, exclusions, the last look-ups."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger.schema import dirty, discrepancy, exclusion, presence
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.results import UNSETTLED, Finding, FindingState
from khop.text.local_time import local_text

#: Times in a finding that are no event: when something is due, was entered, changed or read.
_NO_EVENTS = ("_due", "_changed", "_entered", "_first_seen", "_first_absent", "_checked")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
_BATCH = 500
_EXCLUSION = ("actor", "reason", "made_us", "until_us")


def read_findings(connection: sa.Connection, query: sa.Select[Any]) -> list[Finding]:
    """The findings of a query of the table, in its order; all of them are in memory."""
    last = read_last_reconcile(connection)
    last_us = None if last is None else last.now_us
    found = [_finding(row, last_us) for row in connection.execute(with_exclusions(query))]
    _show_last_look_ups(connection, found)
    return found


def with_exclusions(query: sa.Select[Any]) -> sa.Select[Any]:
    """The query, with the exclusion beside each finding that is excluded."""
    columns = [exclusion.c[name].label(f"exclusion_{name}") for name in _EXCLUSION]
    beside = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
        discrepancy.c.state == FindingState.EXCLUDED.value,
    )
    return query.add_columns(*columns).join(exclusion, beside, isouter=True)


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
