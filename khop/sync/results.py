"""What the engine's operations answer: plain values that the command line, the reports and an
importing program read. Each has ``as_json``: a mapping of JSON values with stable names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Progress(Protocol):
    """Where long work reports how far it is. ``total`` None: not known (yet)."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...


class NoProgress:
    """Reports to nobody."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ListSummary:
    """One pull of one source's list. ``error`` is the sentence that ended it early, if any.

    ``history_missing``: dossiers whose detail could not be read; the next pull tries again.
    ``short_pages``: pages that came with too few rows however often they were read.
    ``missing``: rows that the list counts and that were not seen, after reading it again.
    """

    source: str
    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    history_missing: int = 0
    short_pages: int = 0
    missing: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: fetched = stored + unchanged + quarantined."""
        return self.fetched == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "list",
            "pages": self.pages,
            "fetched": self.fetched,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "history_missing": self.history_missing,
            "short_pages": self.short_pages,
            "missing": self.missing,
            "adds_up": self.adds_up,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class LookupSummary:
    """The look-ups of one pull. ``due``: codes that wait for a look-up and did not fit the
    budget. ``unknown``: look-ups that got no usable answer."""

    source: str
    asked: int = 0
    present: int = 0
    absent: int = 0
    unknown: int = 0
    waiting: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.asked == self.present + self.absent + self.unknown

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "lookups",
            "asked": self.asked,
            "present": self.present,
            "absent": self.absent,
            "unknown": self.unknown,
            "waiting": self.waiting,
            "adds_up": self.adds_up,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class CodesSummary:
    """Codes a file named: ``read`` in all, ``new`` ones the ledger did not know."""

    source: str
    read: int = 0
    new: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.new <= self.read

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "codes",
            "read": self.read,
            "new": self.new,
            "adds_up": self.adds_up,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """One pull of one feed of events. ``error`` is the sentence that ended it early, if any."""

    source: str
    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: fetched = stored + unchanged + quarantined."""
        return self.fetched == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "feed",
            "pages": self.pages,
            "fetched": self.fetched,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "adds_up": self.adds_up,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class EvidenceSummary:
    """Look-ups of what happened to dossiers: ``asked`` codes, ``events`` that were told of them,
    ``stored`` those that were new, ``failed`` look-ups without a usable answer."""

    source: str
    asked: int = 0
    events: int = 0
    stored: int = 0
    failed: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.stored <= self.events

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "evidence",
            "asked": self.asked,
            "events": self.events,
            "stored": self.stored,
            "failed": self.failed,
            "adds_up": self.adds_up,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class PaperSummary:
    """One reading of a source's files of paper rows.

    ``files`` there were; ``unchanged_files`` are as they were when they were read last and were
    not read again; ``failed_files`` could not be read, ``error`` says why. ``rows``: those of the
    files that were read. ``deleted``: rows of the ledger that left their file.
    """

    source: str
    files: int = 0
    unchanged_files: int = 0
    failed_files: int = 0
    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: rows = stored + unchanged + quarantined."""
        return self.rows == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": "paper",
            "files": self.files,
            "unchanged_files": self.unchanged_files,
            "failed_files": self.failed_files,
            "rows": self.rows,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "deleted": self.deleted,
            "quarantined": self.quarantined,
            "adds_up": self.adds_up,
            "error": self.error,
        }


SourceSummary = (
    ListSummary | LookupSummary | CodesSummary | FeedSummary | EvidenceSummary | PaperSummary
)


@dataclass(frozen=True, slots=True)
class PullSummary:
    """One ``khop pull``."""

    run: int
    sources: tuple[SourceSummary, ...]

    @property
    def ok(self) -> bool:
        return all(s.error is None for s in self.sources)

    def as_json(self) -> dict[str, Any]:
        return {"run": self.run, "ok": self.ok, "sources": [s.as_json() for s in self.sources]}


@dataclass(frozen=True, slots=True)
class CatalogueSummary:
    """One reading of a catalogue. ``procedures``: read now; ``unknown``: the catalogue has none
    such; ``failed``: it gave no usable answer."""

    source: str
    units: int = 0
    sectors: int = 0
    procedures: int = 0
    unknown: int = 0
    failed: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "units": self.units,
            "sectors": self.sectors,
            "procedures": self.procedures,
            "unknown": self.unknown,
            "failed": self.failed,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class IdentityView:
    """What a check of a dossier's applicant said. ``verdict``: ``match``, ``mismatch``,
    ``unknown``. ``warnings``: stable words for what looks odd about the number."""

    code: str
    source: str
    verdict: str
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "source": self.source,
            "verdict": self.verdict,
            "warnings": list(self.warnings),
        }


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
    """How far a finding is on its way (rules.md 5)."""

    OPEN = "open"
    ASSIGNED = "assigned"
    EXPLAINED = "explained"
    RESOLVED = "resolved"
    EXCLUDED = "excluded"


#: The states of findings that somebody still has to do something about.
UNSETTLED = (FindingState.OPEN, FindingState.ASSIGNED, FindingState.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One discrepancy: a sign to be explained, not a verdict (rules.md section 5).

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
class PlanItem:
    """One dossier a machine may push. ``action``: ``create`` or ``update``, as the portal was
    last seen (decided again at send time). ``version``: digest of what the push is based on."""

    code: str
    native_id: str
    source: str
    action: str
    rules: tuple[str, ...]
    version: str

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "native_id": self.native_id,
            "source": self.source,
            "action": self.action,
            "rules": list(self.rules),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class WorkItem:
    """What is left for people. ``reason``: ``not_repairable`` (the rule is for people), or why
    the machine may not (``portal_born``, ``would_lower``, ``done_without_end``, …). ``code`` is
    null where a row of paper names no dossier; ``row`` says where that row is."""

    code: str | None
    rules: tuple[str, ...]
    unit: str | None
    acts: tuple[str, ...]
    reason: str
    subject: str = ""
    row: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "subject": self.subject or self.code,
            "code": self.code,
            "row": self.row,
            "rules": list(self.rules),
            "unit": self.unit,
            "acts": list(self.acts),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``apply`` would do. ``basis``: digest of the items; a plan whose basis is no longer
    what the ledger gives is stale. ``cases``: cases in the ledger, for the guard."""

    made_at: str
    cases: int
    rules: tuple[str, ...] | None
    basis: str
    items: tuple[PlanItem, ...]
    work: tuple[WorkItem, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "made_at": self.made_at,
            "cases": self.cases,
            "rules": list(self.rules) if self.rules is not None else None,
            "basis": self.basis,
            "items": [item.as_json() for item in self.items],
            "work": [item.as_json() for item in self.work],
        }


class Outcome(StrEnum):
    """What became of one item of a plan."""

    DONE = "done"
    ALREADY = "already"  # the portal says the same by now; nothing was sent
    STEPS_UNKNOWN = "steps_unknown"  # pushed; whether some progress steps arrived is not known
    CHANGED = "changed"  # the dossier or the portal changed since the plan; pull and plan again
    NOT_SENT = "not_sent"  # a check before sending failed; for people
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no look-up could tell what became of the write
    UNREACHABLE = "unreachable"


#: Outcomes after which nothing is left to do for the machine.
SETTLED = frozenset({Outcome.DONE, Outcome.ALREADY})


@dataclass(frozen=True, slots=True)
class Applied:
    """One item of a plan and what became of it. ``steps``: progress steps sent."""

    code: str
    action: str
    outcome: Outcome
    steps: int = 0
    detail: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "action": self.action,
            "outcome": self.outcome.value,
            "steps": self.steps,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class ApplySummary:
    """One ``khop apply``."""

    run: int
    applied: tuple[Applied, ...]
    work: tuple[WorkItem, ...] = ()

    @property
    def ok(self) -> bool:
        return all(a.outcome in SETTLED for a in self.applied)

    def as_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "ok": self.ok,
            "applied": [a.as_json() for a in self.applied],
            "work": [w.as_json() for w in self.work],
        }


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One bad record. ``state``: ``open`` or ``released`` (its source is good again)."""

    id: int
    source: str
    native_id: str | None
    code: str | None
    field: str
    reason: str
    first_seen: str
    last_seen: str
    state: str
    has_payload: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "source": self.source,
            "native_id": self.native_id,
            "code": self.code,
            "field": self.field,
            "reason": self.reason,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "state": self.state,
            "has_payload": self.has_payload,
        }


@dataclass(frozen=True, slots=True)
class RetrySummary:
    """One ``khop quarantine retry``."""

    tried: int
    released: int
    still_bad: int
    unreachable: int

    def as_json(self) -> dict[str, Any]:
        return {
            "tried": self.tried,
            "released": self.released,
            "still_bad": self.still_bad,
            "unreachable": self.unreachable,
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


@dataclass(frozen=True, slots=True)
class SystemCheck:
    """``khop check`` of one source. ``unmapped``: labels of its records no table knows, with
    how many dossiers carry each."""

    source: str
    role: str
    ok: bool
    steps: tuple[Mapping[str, Any], ...]
    clock_skew: float | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "role": self.role,
            "ok": self.ok,
            "steps": [dict(s) for s in self.steps],
            "clock_skew": self.clock_skew,
            "unmapped": dict(self.unmapped),
        }
