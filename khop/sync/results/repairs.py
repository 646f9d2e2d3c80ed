"""The results of repair by policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from khop.sync.results.plain_json import Result
from khop.sync.results.plans import SETTLED, Applied, PlanItem


class PolicyState(StrEnum):
    """How a policy is, or how its run ended."""

    READY = "ready"  # it may push now
    DONE = "done"  # all that it may push now was tried
    OFF_HOURS = "off_hours"  # outside of its hours
    PAUSED = "paused"  # by a person, or by itself after bad answers
    TOO_MANY = "too_many"  # more dossiers than max_share: a person has to look
    STOPPED = "stopped"  # it was asked to stop
    UNREACHABLE = "unreachable"  # the portal or the one-stop gave no answers; the next run tries


#: Ends of a run after which a person has to do something.
_FOR_PEOPLE = frozenset({PolicyState.PAUSED, PolicyState.TOO_MANY})


@dataclass(frozen=True, slots=True)
class PolicyRepair(Result):
    """What one policy did in a run, or would do.

    ``why``: a sentence, where ``state`` needs one. ``planned``: what it may push now. ``left``: how
    many dossiers with findings of its rules it may not push now, by reason: ``not_confirmed`` (not
    found by two reconciles with a look-up between), ``other_rules``, ``excluded``, ``with_people``,
    ``changed`` (since the last reconcile), ``max_per_run``, ``max_per_day``, ``max_changes``.
    ``login_refused_by``: the source that did not accept the account, which ended the run.
    """

    policy: str
    state: PolicyState
    why: str | None = None
    planned: tuple[PlanItem, ...] = ()
    applied: tuple[Applied, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    login_refused_by: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nobody has to look at it."""
        return self.state not in _FOR_PEOPLE and all(a.outcome in SETTLED for a in self.applied)


@dataclass(frozen=True, slots=True)
class RepairSummary(Result):
    """One run of all policies. ``run``: None when no policy could push anything, and for what
    would be done."""

    run: int | None
    policies: tuple[PolicyRepair, ...]

    json_names: ClassVar[tuple[str, ...]] = ("run", "ok", "policies")

    @property
    def ok(self) -> bool:
        return all(each.ok for each in self.policies)


@dataclass(frozen=True, slots=True)
class PolicyStatus(Result):
    """A policy as it is now. ``since``, ``by``, ``why``: of its pause. ``pushed``: dossiers in the
    last 24 hours. ``unfinished``: pushes that were begun and have not ended."""

    policy: str
    rules: tuple[str, ...]
    state: PolicyState
    hours: str
    working_days: bool
    pushed: int
    max_per_day: int
    unfinished: int
    since: datetime | None = None
    by: str | None = None
    why: str | None = None
