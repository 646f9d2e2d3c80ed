"""What is to be done, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
