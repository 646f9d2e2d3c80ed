"""What khop repairs without being asked: the policies of khop.toml, run, paused and resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from khop.adapters.ports import DossierSource
from khop.config.repair import RepairPolicy
from khop.errors import ConfigError, KhopError
from khop.sync.ledger import outbox
from khop.sync.ledger.pauses import Cause, Pause, given, pause, paused, resume
from khop.sync.operations import Operations
from khop.sync.repairing.apply import end_steps_of_before
from khop.sync.repairing.choosing import Chooser
from khop.sync.repairing.plan import make_plan
from khop.sync.repairing.policy_run import ALL, Policies, in_hours, pause_name, pause_of
from khop.sync.repairing.pushes import Portal, Pushes, portal_of
from khop.sync.results import (
    Plan,
    PolicyRepair,
    PolicyState,
    PolicyStatus,
    Progress,
    RepairSummary,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _never() -> bool:
    return False


class RepairPolicies:
    """The policies of ``[[repair.policy]]``: ``Engine.repair_policies``, which makes it."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._config = operations.config
        self._ledger = operations.ledger

    def run(
        self,
        *,
        stop: Callable[[], bool] = _never,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> RepairSummary:
        """Push what the policies of khop.toml allow now, and nothing else; called after a
        reconcile.

        ``stop``: asked before each push; true ends the run after the push under way. ``dry_run``:
        send and write nothing, return what would be pushed. A policy with bad answers pauses
        itself. Raises ConfigError when there is no portal to push to, LedgerError when another
        apply runs.
        """
        with self._ledger.read() as connection:
            idle = {one.name: self._idle(connection, one) for one in self._config.repair.policy}
        if None not in idle.values():
            return RepairSummary(None, tuple(each for each in idle.values() if each is not None))
        portal = portal_of(self._operations.systems.sink())
        if dry_run:
            plan = make_plan(self._operations)
            return self._summary(None, idle, lambda policy: self._planned(policy, plan, portal))
        with self._operations.begin("repair", "apply", progress) as (context, run):
            one_stops = self._operations.systems.of_port(DossierSource)
            pushes = Pushes(context, one_stops, portal, self._operations.tables.codes)
            end_steps_of_before(pushes)
            settings, calendar = self._config.repair, self._operations.tables.calendar
            policies = Policies(pushes, make_plan(self._operations), settings, calendar, stop)
            return run.done(self._summary(run.id, idle, policies.run))

    def pause(self, policy: str | None = None, *, by: str, why: str) -> Pause:
        """Pause a policy, or all repair by policy; returns the pause that holds, which may be an
        earlier one. ``by``: the account of the person. Raises ConfigError for an unknown policy."""
        self._check(policy)
        name, who, reason = pause_name(policy), given(by), given(why)
        asked = Pause(name, self._operations.now_us(), Cause.PERSON, who, reason)
        with self._ledger.write() as connection:
            return pause(connection, asked)

    def resume(self, policy: str | None = None, *, by: str, why: str) -> Pause:
        """End the pause of a policy, or that of all repair by policy; returns it. A policy that
        paused itself begins with its first pushes again. Raises KhopError when there is none,
        ConfigError for a policy that is neither paused nor in khop.toml."""
        name, who, reason = pause_name(policy), given(by), given(why)
        with self._ledger.write() as connection:
            if name not in paused(connection):
                self._check(policy)
            ended = resume(connection, name, by=who, why=reason, now_us=self._operations.now_us())
            names = [name for name in paused(connection) if name.split(":")[0] == ALL]
        if ended is None:
            there = ", ".join(names) or "nothing"
            raise KhopError(f"{name} is not paused; paused: {there}")
        return ended

    def status(self) -> list[PolicyStatus]:
        """Each policy as it is now."""
        with self._ledger.read() as connection:
            return [self._status(connection, policy) for policy in self._config.repair.policy]

    def _idle(self, connection: sa.Connection, policy: RepairPolicy) -> PolicyRepair | None:
        """Why a policy may push nothing now; None when it may."""
        held = pause_of(connection, policy.name)
        if held is not None:
            return PolicyRepair(policy.name, PolicyState.PAUSED, held.why)
        if in_hours(policy, self._operations.clock(), self._operations.tables.calendar):
            return None
        return PolicyRepair(policy.name, PolicyState.OFF_HOURS)

    def _summary(
        self,
        run_id: int | None,
        idle: dict[str, PolicyRepair | None],
        do: Callable[[RepairPolicy], PolicyRepair],
    ) -> RepairSummary:
        policies = self._config.repair.policy
        return RepairSummary(run_id, tuple(idle[one.name] or do(one) for one in policies))

    def _planned(self, policy: RepairPolicy, plan: Plan, portal: Portal) -> PolicyRepair:
        with self._ledger.read() as connection:
            choice = self._chooser(policy, portal.sink.name).choose(connection, plan)
        state = PolicyState.READY if choice.too_many is None else PolicyState.TOO_MANY
        left = dict(choice.left)
        return PolicyRepair(policy.name, state, choice.too_many, choice.items, left=left)

    def _status(self, connection: sa.Connection, policy: RepairPolicy) -> PolicyStatus:
        begun = Counter(push.policy for push in outbox.unfinished(connection, None))
        held, idle = pause_of(connection, policy.name), self._idle(connection, policy)
        return PolicyStatus(
            policy=policy.name,
            rules=policy.rules,
            state=PolicyState.READY if idle is None else idle.state,
            hours=policy.hours,
            working_days=policy.working_days,
            pushed=self._chooser(policy, None).pushed(connection),
            max_per_day=policy.max_per_day,
            unfinished=begun[policy.name],
            since=None if held is None else _EPOCH + timedelta(microseconds=held.since_us),
            by=None if held is None else held.by,
            why=None if held is None else held.why,
        )

    def _chooser(self, policy: RepairPolicy, sink: str | None) -> Chooser:
        return Chooser(policy, self._config.repair, sink, self._operations.clock())

    def _check(self, policy: str | None) -> None:
        known = [each.name for each in self._config.repair.policy]
        if policy is not None and policy not in known:
            there = ", ".join(known) or "none"
            raise ConfigError(f"there is no policy {policy}; there is {there}", key="repair.policy")
