"""The engine: everything khop does, behind one object.

::

    pull -> reconcile -> plan -> apply -> pull -> reconcile ...

It knows ports and records; which systems stand behind them is the configuration's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Any

from khop.adapters.links import DossierPages
from khop.adapters.ports import (
    Adapter,
    AdapterType,
    CatalogueSource,
    CodeSource,
    Context,
    DossierLookup,
    DossierSink,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    IdentityCheck,
    PaperSource,
    Role,
    WindowSource,
)
from khop.adapters.registry import build_adapters
from khop.config import Config
from khop.faults import ConfigError, KhopError
from khop.mappings.codes import canonical_code
from khop.mappings.records import Instant
from khop.sync import decisions, lookups, quarantine, views
from khop.sync.apply import Applier, Portal
from khop.sync.book import LedgerBook
from khop.sync.catalogue import CatalogueRead
from khop.sync.evidence import FeedPull, look_up_evidence
from khop.sync.finding_history import FindingEvent, history_of
from khop.sync.identity import check_applicant
from khop.sync.ledger import Lease, Ledger, acquire, audit_log, outbox, paper
from khop.sync.ledger.audit_log import Verified
from khop.sync.notices import NoticeSummary, Sender, notice_client, preview
from khop.sync.paper import PaperPull, joined
from khop.sync.plan import make_plan
from khop.sync.privacy import Privacy
from khop.sync.pull import ListPull
from khop.sync.reconcile import Reconciled, Scope, reconcile, shown_time
from khop.sync.results import (
    UNSETTLED,
    ApplySummary,
    CaseView,
    CatalogueSummary,
    CodesSummary,
    EvidenceSummary,
    FeedSummary,
    Finding,
    IdentityView,
    NoProgress,
    PaperSummary,
    Plan,
    Progress,
    PullSummary,
    QuarantineRow,
    ReconcileSummary,
    RetrySummary,
    SourceSummary,
    SystemCheck,
)
from khop.sync.rules.settings import check_rules
from khop.sync.runs import Run, running
from khop.sync.work import Task, work_list
from khop.tables import Tables

_PULL = "pull"
_APPLY = "apply"
_RECONCILE = "reconcile"
_NOTIFY = "notify"

#: Sources whose bad records can be tried again.
_RETRIED = (DossierSource, EvidenceSource, PaperSource)

#: What the names of sources begin with that are no part of khop.toml: files that were imported.
IMPORTED = "import_"


def open_engine(
    config: Config,
    adapters: Mapping[str, AdapterType],
    *,
    clock: Callable[[], datetime] | None = None,
    sources: Sequence[str] | None = None,
) -> Engine:
    """The engine of a configuration; close it when done, or use it in a ``with`` block.

    ``sources``: build only these. Raises ConfigError, LedgerError.
    """
    now = clock or _utc_now
    tables = Tables.of(config)
    privacy = Privacy(config.key_path)
    ledger = Ledger(config.ledger_url)
    book = LedgerBook(ledger, privacy.matching_key, now)
    context = Context(privacy.matching_key, config.base_dir, now, tables.calendar, book=book)
    try:
        built = build_adapters(config, context, sources, types=adapters)
    except KhopError:
        ledger.close()
        raise
    return Engine(config, ledger, privacy, tables, built, now)


class Engine:
    """What ``open_engine`` gives. Methods raise ConfigError and LedgerError; what a system does
    wrong is in the summaries."""

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        privacy: Privacy,
        tables: Tables,
        adapters: Sequence[Adapter],
        clock: Callable[[], datetime],
    ) -> None:
        self.config = config
        self.ledger = ledger
        self._privacy = privacy
        self.tables = tables
        self._adapters = tuple(adapters)
        self._roles = {adapter.name: adapter.role for adapter in adapters} | {
            name: source.role for name, source in config.sources.items()
        }
        self._clock = clock
        check_rules(config)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections."""
        for adapter in self._adapters:
            adapter.close()
        self.ledger.close()

    # --- pull ---------------------------------------------------------------------------------

    def pull(
        self,
        names: Sequence[str] = (),
        *,
        full: bool = False,
        progress: Progress | None = None,
    ) -> PullSummary:
        """Pull all sources, or those named. ``full``: read whole lists, not only what is new."""
        shown = progress or NoProgress()
        chosen = self._chosen(names)
        with acquire(self.ledger, _PULL, self._clock) as lease, self._run(_PULL) as run:
            summaries: list[SourceSummary] = []
            for source in _of(chosen, DossierSource):
                puller = ListPull(self.ledger, source, self._privacy, lease, self._clock, shown)
                summaries.append(puller.run(full=full))
            summaries += self._pull_codes(chosen, lease)
            summaries += self._pull_paper(chosen, lease, full, shown)
            summaries += self._pull_evidence(chosen, lease, full, shown)
            for lookup in _of(chosen, DossierLookup):
                summaries.append(
                    lookups.look_up_codes(self.ledger, lookup, lease, self._clock, shown)
                )
            summary = PullSummary(run.id, tuple(summaries))
            run.summary = summary.as_json()
        return summary

    def import_files(
        self,
        build: Callable[[Context], Sequence[Adapter]],
        *,
        full: bool = False,
        progress: Progress | None = None,
    ) -> PullSummary:
        """Read files that no source of khop.toml names: those of the adapters ``build`` makes.

        Their names begin with ``import_``; what they say counts from then on. ``full``: read a
        file again that is as it was. Raises ConfigError for another name.
        """
        shown = progress or NoProgress()
        with acquire(self.ledger, _PULL, self._clock) as lease, self._run("import") as run:
            adapters = build(self._context())
            _check_imported(adapters, self.config)
            summary = PullSummary(
                run.id,
                (
                    *self._pull_codes(adapters, lease),
                    *joined(self._pull_paper(adapters, lease, full, shown)),
                ),
            )
            run.summary = summary.as_json()
        return summary

    def _context(self) -> Context:
        key, folder = self._privacy.matching_key, self.config.base_dir
        return Context(key, folder, self._clock, self.tables.calendar)

    def _pull_paper(
        self, chosen: Sequence[Adapter], lease: Lease, full: bool, progress: Progress
    ) -> Iterator[PaperSummary]:
        asked = next(iter(_of(self._adapters, DossierLookup)), None)
        for source in _of(chosen, PaperSource):
            puller = PaperPull(
                self.ledger, source, asked, self._privacy, lease, self._clock, progress
            )
            yield puller.run(full=full)

    def _pull_codes(self, chosen: Sequence[Adapter], lease: Lease) -> list[CodesSummary]:
        asked = next(iter(_of(self._adapters, DossierLookup)), None)
        return [
            lookups.name_codes(self.ledger, source, asked, lease)
            for source in _of(chosen, CodeSource)
        ]

    def _pull_evidence(
        self, chosen: Sequence[Adapter], lease: Lease, full: bool, progress: Progress
    ) -> Iterator[FeedSummary | EvidenceSummary]:
        asked = next(iter(_of(self._adapters, DossierLookup)), None)
        for feed in _of(chosen, EvidenceSource):
            puller = FeedPull(self.ledger, feed, asked, self._privacy, lease, self._clock, progress)
            yield puller.run(full=full)
        for source in _of(chosen, EvidenceLookup):
            yield look_up_evidence(self.ledger, source, lease, self._clock, progress)

    def sweep(
        self, names: Sequence[str] = (), *, days: int, progress: Progress | None = None
    ) -> PullSummary:
        """Read again what has a date within the last ``days`` days, changed or not.

        For lists that can be asked by dates; sources without such a list are left out. Raises
        ConfigError when a named source has none.
        """
        shown = progress or NoProgress()
        chosen = [a for a in self._chosen(names) if isinstance(a, WindowSource)]
        if without := set(names) - {a.name for a in chosen}:
            raise ConfigError(
                f"{', '.join(sorted(without))} cannot be asked by dates; leave it out"
            )
        last = Instant.of(self._clock()).local_date
        with acquire(self.ledger, _PULL, self._clock) as lease, self._run("sweep") as run:
            summaries = [
                ListPull(self.ledger, source, self._privacy, lease, self._clock, shown).sweep(
                    source, last - timedelta(days=days - 1), last
                )
                for source in _of(chosen, DossierSource)
            ]
            summary = PullSummary(run.id, tuple(summaries))
            run.summary = summary.as_json()
        return summary

    def read_catalogues(
        self,
        names: Sequence[str] = (),
        *,
        every: bool = False,
        older_than: timedelta = timedelta(days=30),
        progress: Progress | None = None,
    ) -> list[CatalogueSummary]:
        """Read units, sectors and procedures of the systems that publish them.

        Procedures: those that dossiers use and that were not read within ``older_than``; with
        ``every`` all that are published.
        """
        shown = progress or NoProgress()
        sources = _of(self._chosen(names), CatalogueSource)
        with acquire(self.ledger, "catalogue", self._clock), self._run("catalogue") as run:
            summaries = [
                CatalogueRead(self.ledger, source, self._clock, shown).run(
                    every=every, older_than=older_than
                )
                for source in sources
            ]
            run.summary = {"sources": [summary.as_json() for summary in summaries]}
        return summaries

    def check_identity(self, code: str, *, officer: str, source: str | None = None) -> IdentityView:
        """Ask the population database about the applicant of one dossier, and keep the verdict.

        ``officer``: the account of the person who asks. There is no way to ask about many: each
        question needs a reason and is logged. Raises KhopError when it cannot be asked,
        ConnectorError when it was not answered.
        """
        checkers = {c.name: c for c in _of(self._adapters, IdentityCheck)}
        if (source is not None and source not in checkers) or not checkers:
            raise ConfigError(
                'no configured source checks persons; configure one with role = "population"'
            )
        checker = checkers[source] if source is not None else next(iter(checkers.values()))
        readers = {s.name: s for s in _of(self._adapters, DossierSource)}
        with self._run("identity") as run:
            view = check_applicant(
                self.ledger,
                readers,
                checker,
                canonical_code(code),
                officer,
                Instant.of(self._clock()).us,
            )
            run.summary = {"code": view.code, "verdict": view.verdict}
        return view

    def verify_log(self, anchor: str | None = None) -> Verified:
        """Read the audit log's chain; ``anchor``: a head noted earlier. Raises KhopError."""
        noted = audit_log.read_head(anchor) if anchor is not None else None
        with self.ledger.read() as connection:
            return audit_log.verify(connection, noted)

    def _chosen(self, names: Sequence[str]) -> Sequence[Adapter]:
        known = {adapter.name: adapter for adapter in self._adapters}
        missing = [name for name in names if name not in known]
        if missing:
            raise ConfigError(
                f"there is no source {', '.join(missing)}; configured: {', '.join(known)}"
            )
        return [known[name] for name in names] if names else self._adapters

    # --- reconcile, plan, apply ---------------------------------------------------------------

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
                _of(self._adapters, DossierSource),
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

        ``units``: of these alone, as the findings name them; "" for what names no unit.
        """
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
        """Stop and ask when a plan touches suspiciously much (rules.md section 6)."""
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

    def _sink(self) -> DossierSink | None:
        return next(iter(_of(self._adapters, DossierSink)), None)

    def _scope(self) -> Scope:
        """The configured sources and the imported files: what others once said does not count
        any more."""
        one_stops = [name for name, role in self._roles.items() if role is Role.ONE_STOP]
        return Scope(sources=self._sources(), one_stops=sorted(one_stops))

    def _sources(self) -> list[str]:
        with self.ledger.read() as connection:
            imported = paper.sources_named(connection, IMPORTED)
        return sorted({*self._roles, *imported})

    # --- what people ask ----------------------------------------------------------------------

    def findings(
        self,
        *,
        rules: Sequence[str] = (),
        units: Sequence[str] = (),
        severities: Sequence[str] = (),
        since: datetime | None = None,
        states: Sequence[str] = UNSETTLED,
    ) -> list[Finding]:
        """Discrepancies, gravest first; ``since``: first seen at or after."""
        return views.findings(
            self.ledger,
            rules=rules,
            units=units,
            severities=severities,
            since=since,
            states=states,
        )

    def show(self, code: str) -> CaseView | None:
        """Everything known of one dossier, by its code or an alias, or of a row of paper, by
        ``row:KEY``; None if nothing is."""
        return views.case_view(self.ledger, views.named(code), self._sources())

    def assign(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        assignee: str,
        answer_due: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Have somebody answer for findings: those of some rules, or all that are not settled.

        ``subjects``: codes of dossiers, or ``row:KEY``. ``actor``: the account of the person who
        decides. This and the decisions below raise DecisionError, and then nothing is written.
        """
        return decisions.assign(
            self.ledger,
            self._clock(),
            actor,
            subjects,
            rules=rules,
            assignee=assignee,
            answer_due=answer_due,
        )

    def explain(
        self, subjects: Sequence[str], *, actor: str, text: str, rules: Sequence[str] = ()
    ) -> list[Finding]:
        """Write down what is answered for findings."""
        return decisions.explain(
            self.ledger, self._clock(), actor, subjects, rules=rules, text=text
        )

    def exclude(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        reason: str,
        until: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Rule findings out, up to the end of a local day or until taken back."""
        return decisions.exclude(
            self.ledger, self._clock(), actor, subjects, rules=rules, reason=reason, until=until
        )

    def take_back(
        self, subjects: Sequence[str], *, actor: str, reason: str = "", rules: Sequence[str] = ()
    ) -> list[Finding]:
        """End exclusions; their findings are open again."""
        return decisions.take_back(
            self.ledger, self._clock(), actor, subjects, rules=rules, reason=reason
        )

    def history_of(self, subject: str) -> list[FindingEvent]:
        """What happened to the findings of a dossier or a row of paper, oldest first."""
        return history_of(self.ledger, subject)

    def quarantine(
        self, state: str = "open", source: str | None = None, limit: int = 1000
    ) -> list[QuarantineRow]:
        """Bad records, oldest first."""
        return quarantine.listed(self.ledger, state, source, limit)

    def quarantine_row(self, row_id: int) -> QuarantineRow | None:
        """One bad record; None when there is no such row."""
        return quarantine.one(self.ledger, row_id)

    def quarantine_payload(self, row_id: int, *, reason: str) -> object | None:
        """A bad record as it came: personal data. Who reads it gives a reason, which is kept.

        None when it was too large to keep. Raises KhopError when there is no such row.
        """
        if not reason.strip():
            raise KhopError("reading a quarantined record needs a reason; nothing was shown")
        with self._run("disclosure") as run:
            run.summary = {"quarantine": row_id, "reason": reason}
            return quarantine.payload(self.ledger, self._privacy, row_id)

    def quarantine_retry(
        self, ids: Sequence[int] = (), progress: Progress | None = None
    ) -> RetrySummary:
        """Read and map bad records again: these, or all that are open."""
        with acquire(self.ledger, _PULL, self._clock) as lease:
            retry = quarantine.Retry(
                self.ledger,
                [a for port in _RETRIED for a in _of(self._adapters, port)],
                self._privacy,
                lease,
                self._clock,
                progress or NoProgress(),
            )
            return retry.run(ids)

    def check(self) -> list[SystemCheck]:
        """Each system: reachable, login, one harmless read, clock skew, unmapped states."""
        return [
            views.system_check(self.ledger, adapter.name, adapter.role, adapter.check())
            for adapter in self._adapters
        ]

    def _run(self, kind: str, now: datetime | None = None) -> AbstractContextManager[Run]:
        return running(self.ledger, kind, self._clock, now)


def _reconcile_summary(run_id: int, now: datetime, done: Reconciled) -> ReconcileSummary:
    return ReconcileSummary(
        run=run_id,
        now=shown_time(Instant.of(now).us),
        cases=done.cases,
        unmapped=done.unmapped,
        counts=done.counts,
        whole=done.subjects is None,
        examined=done.cases if done.subjects is None else done.subjects,
        excused=done.excused,
    )


def _of(adapters: Sequence[Adapter], port: type[Any]) -> list[Any]:
    return [adapter for adapter in adapters if isinstance(adapter, port)]


def _check_imported(adapters: Sequence[Adapter], config: Config) -> None:
    """Raises ConfigError for a name that would not count, or means a configured source."""
    for name in (adapter.name for adapter in adapters):
        if name in config.sources:
            raise ConfigError(
                f"{name} is a source of khop.toml; import under another name", key="sources"
            )
        if not name.startswith(IMPORTED):
            raise ConfigError(f"the name of imported files begins with {IMPORTED}: {name}")


def _utc_now() -> datetime:
    return datetime.now(UTC)
