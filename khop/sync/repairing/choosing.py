"""What a policy may push now, and why it may not push the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khop.config.repair import RepairPolicy, RepairSettings
from khop.mappings.records import Instant
from khop.sync.ledger import outbox
from khop.sync.ledger.schema import dirty, discrepancy, presence
from khop.sync.reconciling.batches import batches
from khop.sync.reconciling.rules import RULES
from khop.sync.repairing.standing import Standing
from khop.sync.results import FindingState, Plan, PlanItem

_DAY = timedelta(hours=24)
#: A reason that the next look-up and reconcile may take away.
NOT_CONFIRMED = "not_confirmed"

_REPAIRABLE = [rule.id for rule in RULES.values() if rule.repairable]


@dataclass(slots=True)
class Choice:
    """``begun``: pushes of the policy that an earlier run began. ``new``: what it may begin.
    ``left``: what it may not, by reason. ``unconfirmed``: the codes to ask the portal about.
    ``too_many``: a sentence when a person has to look first."""

    begun: tuple[PlanItem, ...] = ()
    new: tuple[PlanItem, ...] = ()
    left: Counter[str] = field(default_factory=Counter)
    unconfirmed: tuple[str, ...] = ()
    too_many: str | None = None

    @property
    def items(self) -> tuple[PlanItem, ...]:
        return (*self.begun, *self.new)


class Chooser:
    """Chooses for one policy. ``sink``: the portal's name; None: only to count pushes."""

    def __init__(
        self, policy: RepairPolicy, settings: RepairSettings, sink: str | None, now: datetime
    ) -> None:
        self._policy = policy
        self._settings = settings
        self._sink = sink
        self._rules = frozenset(policy.rules)
        self._now_us = Instant.of(now).us
        self._since_us = Instant.of(now - _DAY).us

    def choose(self, connection: sa.Connection, plan: Plan) -> Choice:
        """What the policy may push of a plan of everything.

        What was begun goes on whatever the limits say. New pushes come in an order that has
        nothing to do with their codes, so that the first ones are a sample of all; those that an
        earlier run wrote down and did not send come first.
        """
        begun = {push.version: push for push in outbox.unfinished(connection, self._sink)}
        choice = Choice(begun=tuple(self._own(plan.items, begun)))
        mine = [
            item
            for item in plan.items
            if item.version not in begun and self._rules.intersection(item.rules)
        ]
        share = len(mine) / plan.cases if plan.cases else 1.0
        if mine and share > self._settings.max_share:
            why = (
                f"{len(mine)} dossiers, {share:.1%} of all {plan.cases} cases, have findings of "
                f"this policy (limit: {self._settings.max_share:.0%}); look at `khop plan`"
            )
            choice.too_many = why
            return choice
        reasons = self._reasons(connection, mine)
        waiting = outbox.pending(connection, self._sink, self._policy.name)
        allowed = sorted(
            (item for item in mine if reasons[item.code] is None),
            key=lambda item: (item.version not in waiting, item.version),
        )
        choice.left.update(reason for reason in reasons.values() if reason is not None)
        choice.unconfirmed = tuple(c for c, reason in reasons.items() if reason == NOT_CONFIRMED)
        limit, number = self._limit(connection)
        choice.new = tuple(allowed[:number])
        if len(allowed) > number:
            choice.left[limit] = len(allowed) - number
        return choice

    def reason_against(self, connection: sa.Connection, item: PlanItem) -> str | None:
        """Why a dossier that was chosen may not be pushed any more; None when it still may."""
        return self._reasons(connection, [item])[item.code]

    def may_go_on(self, connection: sa.Connection, code: str) -> bool:
        """Whether a push that was begun may go on: nobody has ruled its findings out since."""
        states = _findings(connection, [code])[code]
        return all(row.state != FindingState.EXCLUDED for row in states)

    def pushed(self, connection: sa.Connection) -> int:
        """The dossiers that were pushed under the policy in the last 24 hours."""
        since_us, name = self._since_us, self._policy.name
        return len(outbox.pushed_since(connection, self._sink, since_us, name))

    def _own(
        self, items: Iterable[PlanItem], begun: Mapping[str, outbox.Push]
    ) -> Iterator[PlanItem]:
        for item in items:
            push = begun.get(item.version)
            ours = push is not None and push.policy == self._policy.name
            if ours and self._rules.issuperset(item.rules):
                yield item

    def _limit(self, connection: sa.Connection) -> tuple[str, int]:
        """The narrowest limit, and how many dossiers it allows now."""
        everything = len(outbox.pushed_since(connection, self._sink, self._since_us))
        limits = {
            "max_per_run": self._policy.max_per_run,
            "max_per_day": self._policy.max_per_day - self.pushed(connection),
            "max_changes": self._settings.max_changes - everything,
        }
        name = min(limits, key=lambda each: limits[each])
        return name, max(limits[name], 0)

    def _reasons(
        self, connection: sa.Connection, items: Sequence[PlanItem]
    ) -> dict[str, str | None]:
        codes = [item.code for item in items]
        standing = Standing(connection, self._now_us)
        found, changed = _findings(connection, codes), _changed(connection, codes)
        checked = self._checked(connection, codes)
        # A push of the same version was written down when its findings stood.
        stood = outbox.pending(connection, self._sink, self._policy.name)
        reasons: dict[str, str | None] = {}
        for item in items:
            reason = "changed" if item.code in changed else self._reason(found[item.code])
            if reason is None and item.version not in stood:
                opened = [row.opened_us for row in found[item.code]]
                if not all(standing.stood(us, checked.get(item.code)) for us in opened):
                    reason = NOT_CONFIRMED
            reasons[item.code] = reason
        return reasons

    def _reason(self, found: Sequence[Any]) -> str | None:
        states = {row.state for row in found}
        if FindingState.EXCLUDED in states:
            return "excluded"
        if not self._rules.issuperset(row.rule for row in found):
            return "other_rules"
        if states - {FindingState.OPEN}:
            return "with_people"
        return None if found else "changed"

    def _checked(self, connection: sa.Connection, codes: Sequence[str]) -> dict[str, int | None]:
        """When the portal last answered about these codes."""
        query = sa.select(presence.c.code, presence.c.checked_us).where(
            presence.c.source == self._sink
        )
        return {
            row.code: row.checked_us
            for part in batches(codes)
            for row in connection.execute(query.where(presence.c.code.in_(part)))
        }


def _findings(connection: sa.Connection, codes: Sequence[str]) -> dict[str, list[Any]]:
    """The repairable findings of these dossiers that are not resolved."""
    query = sa.select(
        discrepancy.c.subject, discrepancy.c.rule, discrepancy.c.state, discrepancy.c.opened_us
    ).where(discrepancy.c.rule.in_(_REPAIRABLE), discrepancy.c.state != FindingState.RESOLVED.value)
    found: dict[str, list[Any]] = {code: [] for code in codes}
    for part in batches(codes):
        for row in connection.execute(query.where(discrepancy.c.subject.in_(part))):
            found[row.subject].append(row)
    return found


def _changed(connection: sa.Connection, codes: Collection[str]) -> set[str]:
    """Those of these codes that changed since the last reconcile."""
    return {
        code
        for part in batches(list(codes))
        for code in connection.scalars(sa.select(dirty.c.code).where(dirty.c.code.in_(part)))
    }
