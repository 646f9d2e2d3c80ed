"""One run of one policy: its pushes one after the other, each seen on the portal by a look-up.

::

    what was begun ─► the first five ─► the rest          each: allowed still? push, look up
          └───────────────┴───────────────┴──► a bad answer: the policy pauses itself (canary)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from khop.config.repair import RepairPolicy, RepairSettings
from khop.errors import ConnectorError, KhopError, RecordError
from khop.mappings.records import DossierRecord
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.sync.ledger import presence
from khop.sync.ledger.audit_log import KHOP
from khop.sync.ledger.look_ups import ask_now
from khop.sync.ledger.pauses import Cause, Pause, pause, paused
from khop.sync.reading.adapter_bugs import bug_of
from khop.sync.repairing.apply import apply_one
from khop.sync.repairing.canary import Canary
from khop.sync.repairing.choosing import Choice, Chooser
from khop.sync.repairing.comparing import agrees
from khop.sync.repairing.pushes import Pushes
from khop.sync.results import Applied, Outcome, Plan, PlanItem, PolicyRepair, PolicyState
from khop.text.local_time import LOCAL
from khop.text.logs import Log

#: The name of the pause of all policies; ``repair:POLICY`` is that of one.
ALL = "repair"
#: After so many dossiers in a row that could not be reached, the run ends.
_UNREACHABLE = 3

log = Log(__name__)


def pause_name(policy: str | None) -> str:
    """The name of the pause of one policy, or of all."""
    return ALL if policy is None else f"{ALL}:{policy}"


def pause_of(connection: sa.Connection, policy: str) -> Pause | None:
    """The pause that holds for a policy: its own, or that of all; None when it may go on."""
    found = paused(connection)
    return found.get(pause_name(policy)) or found.get(ALL)


def in_hours(policy: RepairPolicy, now: datetime, calendar: WorkingCalendar) -> bool:
    """Whether the policy may push at this time."""
    local = now.astimezone(LOCAL)
    first, end = policy.minutes
    if not first <= local.hour * 60 + local.minute < end:
        return False
    try:
        return not policy.working_days or calendar.is_working(local.date())
    except DayError:
        return False


@dataclass(frozen=True, slots=True)
class Policies:
    """What the runs of all policies share. ``plan``: of everything. ``stop``: asked before each
    push."""

    pushes: Pushes
    plan: Plan
    settings: RepairSettings
    calendar: WorkingCalendar
    stop: Callable[[], bool]

    def run(self, policy: RepairPolicy) -> PolicyRepair:
        """Push what the policy may push now."""
        return _PolicyRun(self, policy).run()


class _PolicyRun:
    def __init__(self, shared: Policies, policy: RepairPolicy) -> None:
        self._shared = shared
        self._pushes = shared.pushes
        self._context = shared.pushes.context
        self._policy = policy
        self._canary = Canary()
        self._applied: list[Applied] = []
        self._unreachable = 0

    def run(self) -> PolicyRepair:
        with self._context.read() as connection:
            choice = self._chooser().choose(connection, self._shared.plan)
        if choice.unconfirmed:
            with self._context.write() as connection:
                ask_now(connection, choice.unconfirmed[: self._policy.max_per_day])
        self._context.progress.start("apply", len(choice.items))
        state, why = self._push_all(choice)
        self._context.progress.finish("apply")
        if state is PolicyState.DONE and choice.too_many is not None:
            state, why = PolicyState.TOO_MANY, choice.too_many
        locked_out = self._pushes.locked_out
        return PolicyRepair(
            self._policy.name,
            state,
            why,
            choice.items,
            tuple(self._applied),
            dict(choice.left),
            None if locked_out is None else locked_out.system,
        )

    def _chooser(self) -> Chooser:
        now, sink = self._context.clock(), self._pushes.portal.sink.name
        return Chooser(self._policy, self._shared.settings, sink, now)

    def _push_all(self, choice: Choice) -> tuple[PolicyState, str | None]:
        """How the run ended, and why."""
        for item in choice.items:
            ended = self._ended() or self._push(item, choice)
            if ended is not None:
                return ended
            self._context.progress.advance("apply")
        return PolicyState.DONE, None

    def _ended(self) -> tuple[PolicyState, str | None] | None:
        """Why no further push may begin; None when one may."""
        if self._shared.stop():
            return PolicyState.STOPPED, None
        if not in_hours(self._policy, self._context.clock(), self._shared.calendar):
            return PolicyState.OFF_HOURS, None
        with self._context.read() as connection:
            held = pause_of(connection, self._policy.name) or self._pause_of_source(connection)
        return None if held is None else (PolicyState.PAUSED, held.why)

    def _pause_of_source(self, connection: sa.Connection) -> Pause | None:
        """The pause of a source that the pushes call: the portal, or a one-stop."""
        found = paused(connection)
        used = (self._pushes.portal.sink.name, *self._pushes.sources)
        return next((found[name] for name in used if name in found), None)

    def _push(self, item: PlanItem, choice: Choice) -> tuple[PolicyState, str | None] | None:
        """Push one dossier and see it on the portal; how that ends the run, if it does."""
        begun = item in choice.begun
        reason = self._reason_against(item, begun=begun)
        if reason is not None:
            choice.left[reason] += 1
            return None
        applied, unseen = self._seen(item, apply_one(self._pushes, item, self._policy.name))
        self._applied.append(applied)
        # Steps that were under way when a process ended are no answer of the portal.
        aborted = begun and applied.outcome is Outcome.STEPS_UNKNOWN
        why = None if aborted else self._canary.alarm(applied)
        if why is not None:
            self._pause(why)
            return PolicyState.PAUSED, why
        self._unreachable = self._unreachable + 1 if applied.outcome is Outcome.UNREACHABLE else 0
        if unseen or self._pushes.locked_out or self._unreachable >= _UNREACHABLE:
            return PolicyState.UNREACHABLE, unseen or applied.detail
        return None

    def _reason_against(self, item: PlanItem, *, begun: bool) -> str | None:
        """Why the dossier may not be pushed by now: a person excluded or took its finding, or it
        changed since it was chosen."""
        chooser = self._chooser()
        with self._context.read() as connection:
            if begun:
                return None if chooser.may_go_on(connection, item.code) else "excluded"
            return chooser.reason_against(connection, item)

    def _seen(self, item: PlanItem, applied: Applied) -> tuple[Applied, str | None]:
        """The outcome after a look-up; and why there was no answer to it."""
        sent = self._pushes.taken.get(item.version)
        if applied.outcome is not Outcome.DONE or sent is None:
            return applied, None
        try:
            if self._shows(item.code, sent):
                return applied, None
            detail = "the portal took it, and a look-up does not show it"
        except RecordError as error:
            detail = str(error)
        except ConnectorError as error:
            self._pushes.note(error)
            return applied, str(error)
        except KhopError:
            raise
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            return applied, str(bug_of(self._pushes.portal.lookup.name, error))
        return replace(applied, outcome=Outcome.NOT_SHOWN, detail=detail), None

    def _shows(self, code: str, sent: DossierRecord) -> bool:
        lookup = self._pushes.portal.lookup
        asked_us = self._context.now_us()
        found = lookup.look_up(code)
        with self._context.write() as connection:
            answers, ages = [(code, found)], self._context.ages
            presence.answered(connection, lookup.name, answers, asked_us, ages)
        return agrees(sent, found)

    def _pause(self, why: str) -> None:
        name = pause_name(self._policy.name)
        asked = Pause(name, self._context.now_us(), Cause.CANARY, KHOP, why)
        with self._context.write() as connection:
            pause(connection, asked)
        log.warning("repair_paused", policy=self._policy.name, error=why)
