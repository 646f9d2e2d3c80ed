"""Results of comparing the sources: findings, and all that is known of one dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from khop.sync.results.plain_json import OfSubject, Result


@dataclass(frozen=True, slots=True)
class RuleCount(Result):
    """The findings of one rule after a reconcile. ``open``: findings that are not settled, whether
    this run looked at their cases or not; ``new``, ``reopened``, ``resolved``: changed by this
    run; ``excluded``: ruled out by a person."""

    rule: str
    open: int
    new: int
    reopened: int
    resolved: int
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class ReconcileSummary(Result):
    """One ``khop reconcile``. ``now`` is ISO 8601; ``unmapped``: cases whose one-stop state no
    table knows (they fire no rule); ``counts``: one per rule that was run.

    ``whole``: every case was looked at. Otherwise ``examined`` of them were, those that changed
    or whose age crossed a limit, and ``cases`` and ``unmapped`` are of the last whole run.
    ``excused``: cases that would fire a rule but for an exception, outage or migration on file.
    ``on_copy``: a run in the past, on a copy of the ledger that is deleted; ``run`` is 0.
    """

    run: int
    now: str
    cases: int
    unmapped: int
    counts: tuple[RuleCount, ...] = field(metadata={"json": "rules"})
    whole: bool = True
    examined: int = 0
    excused: int = 0
    on_copy: bool = False

    json_names: ClassVar[tuple[str, ...]] = (
        "run",
        "now",
        "cases",
        "unmapped",
        "whole",
        "examined",
        "excused",
        "on_copy",
        "open",
        "counts",
    )

    @property
    def open(self) -> int:
        return sum(count.open for count in self.counts)


class FindingState(StrEnum):
    """The state of a finding (docs/rules.md)."""

    OPEN = "open"
    ASSIGNED = "assigned"
    EXPLAINED = "explained"
    RESOLVED = "resolved"
    EXCLUDED = "excluded"


#: States of findings that still need work.
UNSETTLED = (FindingState.OPEN, FindingState.ASSIGNED, FindingState.EXPLAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(OfSubject):
    """One discrepancy: a sign to be explained, not a verdict (docs/rules.md).

    ``subject``: the dossier's code, or ``row:KEY`` for a row of paper that names no dossier;
    ``code`` is null then. ``first_seen``/``last_seen``: ISO 8601 of the runs' ``now``.
    ``values``: what the rule saw. ``assignee``: who has to answer, until the end of the day
    ``answer_due``; ``explanation``: what was answered. ``exclusion``: who ruled it out (``by``),
    why (``reason``), since when (``made``), up to which day (``until``, null: until taken back).
    ``event``: when it happened, ISO 8601 or a day: the first time among ``values`` that is no due
    date and no time of a change. ``resolved``: when it was no longer found.
    """

    rule: str
    subject: str = ""
    code: str | None
    severity: str
    state: FindingState
    unit: str | None
    acts: str
    first_seen: str
    last_seen: str
    assignee: str | None = None
    answer_due: str | None = None
    explanation: str | None = None
    exclusion: Mapping[str, Any] | None = None
    event: str | None = None
    resolved: str | None = None
    values: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class FindingPage(Result):
    """A page of a list of findings.

    ``number``: findings of the whole list; with ``more``, there are more than that. ``previous``,
    ``next``: for ``before`` and ``after`` of ``Engine.lists.page``, which then gives the page
    beside this one; None where there is none.
    """

    findings: tuple[Finding, ...]
    number: int
    more: bool
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class FindingCount(Result):
    """How many findings of a rule there are in one unit, with one severity, in one state."""

    rule: str
    unit: str | None
    severity: str
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class FindingDay(Result):
    """What changed on one local day: how many findings were found for the first time, came back,
    were no longer found, were excluded by people. ``open``: how many needed work at its end.
    ``rule``, ``unit``: where the days are told by one of them."""

    day: date
    rule: str | None
    unit: str | None
    found: int
    reopened: int
    resolved: int
    excluded: int
    open: int


@dataclass(frozen=True, slots=True)
class CaseView(Result):
    """Everything known of one dossier. Each part is a list of plain rows, times ISO 8601.

    ``case``: the row the rules read (``os_…``, ``po_…`` columns). ``records``: what each source
    says. ``history``: status records. ``changes``: what the one-stop said before (``field``,
    ``old``, ``new``) of a record, or of an entry of its history (``entry_id``, and its ``event_at``
    before); when khop saw it, and ``changed_at`` of the new record. ``presence``: look-ups.
    ``findings``; ``pushes``: outbox
    rows; ``steps``: progress steps that were sent. ``identity``: verdicts on the applicant.
    ``paper``: rows of paper that name it. ``candidates``: rows without a code that are like it, and
    rows, look-ups and events under a code that is near its own, with their ``reasons``; they are
    suggestions, and no evidence until a person decides.
    """

    code: str
    case: Mapping[str, Any]
    records: tuple[Mapping[str, Any], ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()
    presence: tuple[Mapping[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()
    pushes: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()
    identity: tuple[Mapping[str, Any], ...] = ()
    paper: tuple[Mapping[str, Any], ...] = ()
    candidates: tuple[Mapping[str, Any], ...] = ()
