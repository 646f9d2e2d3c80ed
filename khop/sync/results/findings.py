"""What comparing the sources answers: findings, and one dossier from every side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one reconcile came to for one rule. ``open``: findings that are not settled, whether
    this run looked at their cases or not; ``new``, ``reopened``, ``resolved``: what this run
    changed; ``excluded``: ruled out by a person."""

    rule: str
    open: int
    new: int
    reopened: int
    resolved: int
    excluded: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "open": self.open,
            "new": self.new,
            "reopened": self.reopened,
            "resolved": self.resolved,
            "excluded": self.excluded,
        }


@dataclass(frozen=True, slots=True)
class ReconcileSummary:
    """One ``khop reconcile``. ``now`` is ISO 8601; ``unmapped``: cases whose one-stop state no
    table knows (they fire no rule); ``counts``: one per rule that was run.

    ``whole``: every case was looked at. Otherwise ``examined`` of them were, those that changed
    or whose age crossed a limit, and ``cases`` and ``unmapped`` are of the last whole run.
    ``excused``: what would have fired but for an exception, outage or migration on file.
    """

    run: int
    now: str
    cases: int
    unmapped: int
    counts: tuple[RuleCount, ...]
    whole: bool = True
    examined: int = 0
    excused: int = 0

    @property
    def open(self) -> int:
        return sum(count.open for count in self.counts)

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "now": self.now,
            "cases": self.cases,
            "unmapped": self.unmapped,
            "whole": self.whole,
            "examined": self.examined,
            "excused": self.excused,
            "open": self.open,
            "rules": [count.as_json() for count in self.counts],
        }


class FindingState(StrEnum):
    """How far a finding is on its way (docs/rules.md)."""

    OPEN = "open"
    ASSIGNED = "assigned"
    EXPLAINED = "explained"
    RESOLVED = "resolved"
    EXCLUDED = "excluded"


#: The states of findings that somebody still has to do something about.
UNSETTLED = (FindingState.OPEN, FindingState.ASSIGNED, FindingState.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One discrepancy: a sign to be explained, not a verdict (docs/rules.md).

    ``subject``: the dossier's code, or ``row:KEY`` for a row of paper that names no dossier;
    ``code`` is null then. ``first_seen``/``last_seen``: ISO 8601 of the runs' ``now``.
    ``values``: what the rule saw. ``assignee``: who has to answer, until the end of the day
    ``answer_due``; ``explanation``: what was answered. ``exclusion``: who ruled it out (``by``),
    why (``reason``), since when (``made``), up to which day (``until``, null: until taken back).
    """

    rule: str
    code: str | None
    severity: str
    state: FindingState
    unit: str | None
    acts: str
    first_seen: str
    last_seen: str
    values: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...] = ()
    subject: str = ""
    assignee: str | None = None
    answer_due: str | None = None
    explanation: str | None = None
    exclusion: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "subject": self.subject or self.code,
            "code": self.code,
            "severity": self.severity,
            "state": self.state.value,
            "unit": self.unit,
            "acts": self.acts,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "assignee": self.assignee,
            "answer_due": self.answer_due,
            "explanation": self.explanation,
            "exclusion": None if self.exclusion is None else dict(self.exclusion),
            "values": dict(self.values),
            "evidence": [dict(item) for item in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything known of one dossier. Each part is a list of plain rows, times ISO 8601.

    ``case``: the row the rules read (``os_…``, ``po_…`` columns). ``records``: what each source
    says. ``history``: status records. ``presence``: look-ups. ``findings``; ``pushes``: outbox
    rows; ``steps``: progress steps that were sent. ``identity``: verdicts on the applicant.
    ``paper``: rows of paper that name it. ``candidates``: rows without a code that are like it,
    with their ``reasons``; they are evidence of nothing until a person says so.
    """

    code: str
    case: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()
    presence: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()
    pushes: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    identity: tuple[Mapping[str, Any], ...] = ()
    paper: tuple[Mapping[str, Any], ...] = ()
    candidates: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "case": dict(self.case),
            "records": [dict(r) for r in self.records],
            "history": [dict(r) for r in self.history],
            "presence": [dict(r) for r in self.presence],
            "findings": [f.as_json() for f in self.findings],
            "pushes": [dict(r) for r in self.pushes],
            "steps": [dict(r) for r in self.steps],
            "identity": [dict(r) for r in self.identity],
            "paper": [dict(r) for r in self.paper],
            "candidates": [dict(r) for r in self.candidates],
        }
