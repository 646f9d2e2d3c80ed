"""Plans, and the results of applying them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from khop.sync.results.plain_json import OfSubject, Result


@dataclass(frozen=True, slots=True)
class PlanChange(Result):
    """One field that a push would change on the portal: the name of a state as its number, a time
    in ISO 8601. ``old`` is null where the portal has nothing."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    field: str
    old: int | str | None
    new: int | str | None


@dataclass(frozen=True, slots=True)
class PlanItem(Result):
    """One dossier a machine may push. ``action``: ``create`` or ``update``, as the portal was
    last seen (decided again at send time). ``version``: digest of what the push is based on.
    ``changes``: as the one-stop and the portal were last seen; none for a push that an earlier
    apply began."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    code: str
    native_id: str
    source: str
    action: str
    rules: tuple[str, ...]
    version: str
    changes: tuple[PlanChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem(OfSubject):
    """What is left for people. ``reason``: ``not_repairable`` (the rule is for people), or why
    the machine may not (``portal_born``, ``would_lower``, ``done_without_end``, …). ``code`` is
    null where a row of paper names no dossier; ``row`` says where that row is."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    subject: str = ""
    code: str | None
    row: str | None = None
    rules: tuple[str, ...]
    unit: str | None
    acts: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Plan(Result):
    """What ``apply`` would do. ``basis``: digest of the items; a plan whose basis is no longer
    what the ledger gives is stale. ``cases``: cases in the ledger, for the guard."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    made_at: str
    cases: int
    rules: tuple[str, ...] | None
    basis: str
    items: tuple[PlanItem, ...]
    work: tuple[WorkItem, ...]


class Outcome(StrEnum):
    """The result of one item of a plan."""

    DONE = "done"
    ALREADY = "already"  # the portal says the same by now; nothing was sent
    STEPS_UNKNOWN = "steps_unknown"  # pushed; whether some progress steps arrived is not known
    CHANGED = "changed"  # the dossier or the portal changed since the plan; pull and plan again
    NOT_SENT = "not_sent"  # a check before sending failed; for people
    REFUSED = "refused"
    UNKNOWN = "unknown"  # it is not known whether the write took effect
    UNREACHABLE = "unreachable"
    NOT_SHOWN = "not_shown"  # the portal took it, and a look-up does not show it


#: Outcomes after which nothing is left to do for the machine.
SETTLED = frozenset({Outcome.DONE, Outcome.ALREADY})


@dataclass(frozen=True, slots=True)
class Applied(Result):
    """One item of a plan and its result. ``steps``: progress steps sent."""

    code: str
    action: str
    outcome: Outcome
    steps: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ApplySummary(Result):
    """One ``khop apply``."""

    run: int
    applied: tuple[Applied, ...]
    work: tuple[WorkItem, ...] = ()

    json_names: ClassVar[tuple[str, ...]] = ("run", "ok", "applied", "work")

    @property
    def ok(self) -> bool:
        return all(a.outcome in SETTLED for a in self.applied)
