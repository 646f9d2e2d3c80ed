"""Checks before a plan is applied: it is current, and it is not too large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from khop.config.repair import RepairSettings
from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger, outbox
from khop.sync.repairing.pushes import Portal
from khop.sync.results import Plan, PlanItem

#: How long a push counts for ``max_changes``.
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a plan is measured by. ``confirm`` is asked with a sentence when a plan is large."""

    portal: Portal
    limits: RepairSettings
    confirm: Callable[[str], bool]
    at: datetime


def agreed(ledger: Ledger, given: Plan | None, now: Plan, guard: Guard) -> Plan:
    """What is to be done: the given plan without what has ended since, else the plan ``now``.

    Raises KhopError when dossiers of the given plan changed since it was made, when the plan
    was edited, and when a plan is
    large and the answer is no.
    """
    todo = now if given is None else _still_current(ledger, given, now, guard.portal)
    if todo.items:
        _confirm_size(ledger, todo, guard)
    return todo


def _still_current(ledger: Ledger, plan: Plan, now: Plan, portal: Portal) -> Plan:
    """The plan without the items whose push has ended since, each item once. ``now``: the plan as
    it would be made now."""
    current = {item.version: item for item in now.items}
    with ledger.read() as connection:
        ended = outbox.ended_versions(connection, portal.sink.name)
    known = current.keys() | ended.keys()
    stale = [item.code for item in plan.items if item.version not in known]
    if stale:
        raise KhopError(
            f"the plan is stale: {len(stale)} of its {len(plan.items)} dossiers changed "
            f"since it was made (first: {stale[0]}); run `khop plan` again"
        )
    edited = [
        item.code
        for item in plan.items
        if item.version in current and _dossier(item) != _dossier(current[item.version])
    ]
    if edited:
        raise KhopError(
            f"this plan was changed after khop wrote it (first: {edited[0]} has the version of "
            "another dossier); run `khop plan` again"
        )
    versions = dict.fromkeys(item.version for item in plan.items)
    items = tuple(current[version] for version in versions if version in current)
    return Plan(plan.made_at, now.cases, plan.rules, plan.basis, items, plan.work)


def _dossier(item: PlanItem) -> tuple[str, str, str]:
    return item.code, item.source, item.native_id


def _confirm_size(ledger: Ledger, plan: Plan, guard: Guard) -> None:
    """Ask when a plan changes suspiciously many dossiers, with those that were pushed in the last
    24 hours (docs/rules.md)."""
    limits = guard.limits
    codes = {item.code for item in plan.items}
    since_us = Instant.of(guard.at - _DAY).us
    with ledger.read() as connection:
        pushed = outbox.pushed_since(connection, guard.portal.sink.name, since_us)
    touched, before = len(codes), len(pushed - codes)
    share = touched / plan.cases if plan.cases else 1.0
    if touched + before <= limits.max_changes and share <= limits.max_share:
        return
    earlier = f", beside {before} in the last 24 hours" if before else ""
    sentence = (
        f"this plan changes {touched} dossiers on the portal{earlier}, {share:.1%} of all "
        f"{plan.cases} cases (limits: {limits.max_changes} dossiers, {limits.max_share:.0%})"
    )
    if not guard.confirm(sentence):
        raise KhopError(f"{sentence}; nothing was changed")
