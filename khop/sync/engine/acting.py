"""Acting: comparing, and what is done about what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

from khop.adapters.links import DossierPages
from khop.adapters.ports import (
    DossierLookup,
    DossierSource,
    Role,
)
from khop.errors import ConfigError, KhopError
from khop.mappings.records import Instant
from khop.sync.engine.asking import Asking
from khop.sync.engine.base import of_port
from khop.sync.findings.notices import NoticeSummary, Sender, notice_client, preview
from khop.sync.findings.views import check_units
from khop.sync.findings.work import Task, work_list
from khop.sync.ledger import acquire, outbox
from khop.sync.reconciling.reconcile import Reconciled, Scope, reconcile
from khop.sync.repairing.apply import Applier, Portal
from khop.sync.repairing.plan import make_plan
from khop.sync.results import (
    UNSETTLED,
    ApplySummary,
    NoProgress,
    Plan,
    Progress,
    ReconcileSummary,
)
from khop.text.local_time import local_text

_APPLY = "apply"
_RECONCILE = "reconcile"
_NOTIFY = "notify"


class Acting(Asking):
    """Reconciles, plans, repairs, work for people, notices."""

    def reconcile(self, now: datetime | None = None, *, whole: bool = False) -> ReconcileSummary:
        """Run the rules at ``now`` (aware; default: the clock).

        Only cases that changed, or whose age crossed a limit, are looked at where that finds the
        same; ``whole``: all of them.
        """
        fixed = now or self._clock()
        with acquire(self.ledger, _RECONCILE, self._clock), self._run(_RECONCILE, fixed) as run:
            done = reconcile(
                self.ledger,
                self.config.rules,
                self.tables,
                fixed,
                scope=self._scope(),
                whole=whole,
                on_write=lambda connection, found: run.finish(
                    connection, _reconcile_summary(run.id, fixed, found).as_json()
                ),
            )
        return _reconcile_summary(run.id, fixed, done)

    def _scope(self) -> Scope:
        """The configured sources and the imported files: what others once said does not count
        any more."""
        one_stops = [name for name, role in self._roles.items() if role is Role.ONE_STOP]
        return Scope(sources=self._sources(), one_stops=sorted(one_stops))

    def plan(self, rules: Sequence[str] | None = None) -> Plan:
        """What ``apply`` would do, for all findings or those of some rules."""
        return make_plan(self.ledger, self._sink(), self._clock(), rules, self._sources())

    def apply(
        self,
        plan: Plan | None = None,
        *,
        rules: Sequence[str] | None = None,
        confirm: Callable[[str], bool],
        progress: Progress | None = None,
    ) -> ApplySummary:
        """Do a plan: the one given, else one made now.

        ``confirm`` is asked with a sentence when the plan is large. Raises KhopError when it
        says no, and when the plan given is no longer what the ledger calls for.
        """
        with acquire(self.ledger, _APPLY, self._clock) as lease, self._run(_APPLY) as run:
            now = self.plan(plan.rules if plan is not None else rules)
            todo = now if plan is None else self._still_current(plan, now)
            if todo.items:
                self._guard(todo, confirm)
            applier = Applier(
                self.ledger,
                of_port(self._adapters, DossierSource),
                self._portal(),
                lease,
                self._clock,
                progress or NoProgress(),
            )
            applied = applier.run(todo.items) if todo.items else ()
            summary = ApplySummary(run.id, applied, todo.work)
            run.summary = summary.as_json()
        return summary

    def notify(
        self, *, dry_run: bool = False, again: bool = False, progress: Progress | None = None
    ) -> NoticeSummary:
        """Tell the receiver of ``[notices]`` what is new, reopened and resolved since it was told.

        ``dry_run``: only say what would be told. ``again``: also send what it refused. Raises
        ConfigError when no receiver is configured; what it does wrong is in the summary.
        """
        settings = self.config.notices
        if dry_run:
            return preview(self.ledger, settings, self._clock())
        with (
            closing(notice_client(settings, self.config.base_dir, self._clock)) as client,
            acquire(self.ledger, _NOTIFY, self._clock) as lease,
            self._run(_NOTIFY) as run,
        ):
            shown = progress or NoProgress()
            sender = Sender(self.ledger, settings, client, lease, self._clock, shown)
            summary = sender.run(again=again)
            run.summary = summary.as_json()
        return summary

    def work(self, units: Sequence[str] = ()) -> list[Task]:
        """What people have to do: the findings that no machine may repair, by unit.

        ``units``: of these alone, as the findings name them; "" for what names no unit. Raises
        KhopError for a unit that nothing names.
        """
        with self.ledger.read() as connection:
            check_units(connection, units)
        pages = {
            name: source.dossier_url
            for name, source in self.config.sources.items()
            if isinstance(source, DossierPages) and source.dossier_url is not None
        }
        return work_list(self.findings(states=UNSETTLED), self.plan(), pages, units)

    def _still_current(self, plan: Plan, now: Plan) -> Plan:
        """The plan without what is settled already. Raises KhopError when it is stale."""
        current = {item.version: item for item in now.items}
        with self.ledger.read() as connection:
            settled = outbox.ended_versions(connection, self._portal().sink.name)
        fresh = current.keys() | settled.keys()
        stale = [item.code for item in plan.items if item.version not in fresh]
        if stale:
            raise KhopError(
                f"the plan is stale: {len(stale)} of its {len(plan.items)} dossiers changed "
                f"since it was made (first: {stale[0]}); run `khop plan` again"
            )
        items = tuple(current[i.version] for i in plan.items if i.version in current)
        return Plan(plan.made_at, now.cases, plan.rules, plan.basis, items, plan.work)

    def _guard(self, plan: Plan, confirm: Callable[[str], bool]) -> None:
        """Stop and ask when a plan touches suspiciously much (docs/rules.md)."""
        limits = self.config.repair
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

    def _portal(self) -> Portal:
        sink = self._sink()
        if sink is None or not isinstance(sink, DossierLookup):
            raise ConfigError(
                'there is no source with role = "portal" that can be pushed to; '
                "configure one in khop.toml"
            )
        return Portal(lookup=sink, sink=sink)


def _reconcile_summary(run_id: int, now: datetime, done: Reconciled) -> ReconcileSummary:
    return ReconcileSummary(
        run=run_id,
        now=local_text(Instant.of(now).us),
        cases=done.cases,
        unmapped=done.unmapped,
        counts=done.counts,
        whole=done.subjects is None,
        examined=done.cases if done.subjects is None else done.subjects,
        excused=done.excused,
    )
