"""Checks before a plan is applied: it is current, and it is not too large."""

from __future__ import annotations

from collections.abc import Callable

from khop.config.model import RepairSettings
from khop.errors import KhopError
from khop.sync.ledger import Ledger, outbox
from khop.sync.repairing.pushes import Portal
from khop.sync.results import Plan


def still_current(ledger: Ledger, plan: Plan, now: Plan, portal: Portal) -> Plan:
    """The plan without the items whose push has ended since. ``now``: the plan as it would be
    made now. Raises KhopError when dossiers of the plan changed since it was made."""
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
    items = tuple(current[i.version] for i in plan.items if i.version in current)
    return Plan(plan.made_at, now.cases, plan.rules, plan.basis, items, plan.work)


def confirm_size(plan: Plan, limits: RepairSettings, confirm: Callable[[str], bool]) -> None:
    """Ask when a plan changes suspiciously many dossiers (docs/rules.md). Raises KhopError when
    the answer is no."""
    touched = len({item.code for item in plan.items})
    share = touched / plan.cases if plan.cases else 1.0
    if touched <= limits.max_changes and share <= limits.max_share:
        return
    sentence = (
        f"this plan changes {touched} dossiers on the portal, {share:.1%} of all "
        f"{plan.cases} cases (limits: {limits.max_changes} dossiers, {limits.max_share:.0%})"
    )
    if not confirm(sentence):
        raise KhopError(f"{sentence}; nothing was changed")
