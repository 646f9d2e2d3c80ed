"""The engine: everything khop does, behind one object.

::

    pull -> reconcile -> plan -> apply -> pull -> reconcile ...

It knows ports and records; which systems are behind the ports is in the configuration. The work
is done by the functions of the rooms (``reading``, ``reconciling``, ``repairing``, ``findings``);
the engine gives each operation its lease, its row in the table of runs, and its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Self, Unpack

import sqlalchemy as sa

from khop.adapters.ports import (
    Adapter,
    CatalogueSource,
    Context,
    DossierSource,
    EvidenceSource,
    IdentityCheck,
    PaperSource,
    WindowSource,
)
from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.errors import ConfigError
from khop.mappings.records import Instant
from khop.sync.exports.operations import Exports
from khop.sync.findings import log_check, views
from khop.sync.findings.anchors import write_anchors
from khop.sync.findings.case_view import case_view
from khop.sync.findings.decisions import Decisions
from khop.sync.findings.filters import Filters, FindingFilters
from khop.sync.findings.freshness import freshness
from khop.sync.findings.lists import FindingLists
from khop.sync.findings.notices import NoticeSummary, notice_client, preview, send_notices
from khop.sync.findings.work import Task, work_list
from khop.sync.ledger import Ledger, audit_log
from khop.sync.ledger.sealed.chain import Verified
from khop.sync.operations import Operations
from khop.sync.privacy import Privacy
from khop.sync.reading import quarantine
from khop.sync.reading.catalogue import read_catalogue
from khop.sync.reading.identity import check_applicant, checker_of
from khop.sync.reading.pull import pull_files, pull_sources, sweep_sources
from khop.sync.reading.system_check import system_checks
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.reconciling.rules.checks import check_rules
from khop.sync.reconciling.rules.excuses import spans_us
from khop.sync.repairing.apply import apply_items
from khop.sync.repairing.by_policy import RepairPolicies
from khop.sync.repairing.guard import Guard, agreed
from khop.sync.repairing.plan import make_plan
from khop.sync.repairing.pushes import Pushes, portal_of
from khop.sync.results import (
    UNSETTLED,
    ApplySummary,
    CaseView,
    CatalogueSummary,
    Finding,
    Freshness,
    IdentityView,
    Plan,
    Progress,
    PullSummary,
    QuarantineRow,
    ReconcileSummary,
    RetrySummary,
    SystemCheck,
)
from khop.sync.systems import Systems, of_port, pulls_of
from khop.text.choices import check_moment

#: Days: about a hundred years.
_LONGEST_SWEEP = 36_500


class Engine:
    """What ``open_engine`` returns. Methods raise ConfigError and LedgerError (after
    ``close``, always); errors of a system are in the summaries.

    ``lists``: findings in pages, for reports, and counted. ``decisions``: what people decide about
    findings. ``repair_policies``: what khop repairs without being asked. ``exports``: what is
    handed to a body that compares several provinces, and that comparison.
    """

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        privacy: Privacy,
        tables: Tables,
        adapters: Sequence[Adapter],
        clock: Callable[[], datetime],
        *,
        accept_clock: bool = False,
    ) -> None:
        self.config = config
        self.ledger = ledger
        self.tables = tables
        self._privacy = privacy
        self._systems = Systems(config, adapters)
        self._clock = clock
        key, calendar = privacy.matching_key, tables.calendar
        self._context = Context(key, config.base_dir, clock, calendar, codes=tables.codes)
        ledger.use(privacy, clock)
        self._operations = Operations(
            config, ledger, privacy, tables, self._systems, clock, accept_clock
        )
        self.lists = FindingLists(ledger, tables.unit_names, self._known)
        self.decisions = Decisions(ledger, clock)
        self.repair_policies = RepairPolicies(self._operations)
        self.exports = Exports(self._operations)
        check_rules(config)

    @property
    def last_run(self) -> int | None:
        """Number of the run that was begun last, in the table of runs."""
        return self._operations.last_run

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of ledger and adapters."""
        self._systems.close()
        self.ledger.close()

    def pull(
        self, names: Sequence[str] = (), *, full: bool = False, progress: Progress | None = None
    ) -> PullSummary:
        """Pull all sources, or those named.

        ``full``: read whole lists, not only what is new; of a source that is named, make every
        look-up again too.
        """
        chosen, again = self._systems.chosen(names), full and bool(names)
        with self._operations.begin("pull", pulls_of(chosen), progress) as (context, run):
            lookup = self._systems.lookup()
            sources = pull_sources(context, chosen, lookup, full=full, again=again)
            return run.done(PullSummary(run.id, sources))

    def import_files(
        self,
        build: Callable[[Context], Sequence[Adapter]],
        *,
        full: bool = False,
        progress: Progress | None = None,
    ) -> PullSummary:
        """Read files that no source of khop.toml names: those of the adapters ``build`` makes.

        Their names begin with ``import_``; they count as sources from then on. ``full``: read
        unchanged files again. Raises ConfigError for another name.
        """
        with self._operations.begin("import", "pull:import", progress) as (context, run):
            adapters = build(self._context)
            self._systems.check_imported(adapters)
            sources = pull_files(context, adapters, self._systems.lookup(), full=full)
            return run.done(PullSummary(run.id, sources))

    def preview_files(self, build: Callable[[Context], Sequence[Adapter]]) -> list[SystemCheck]:
        """What ``import_files`` would read of files; nothing is stored."""
        return system_checks(self.ledger, build(self._context))

    def sweep(
        self, names: Sequence[str] = (), *, days: int, progress: Progress | None = None
    ) -> PullSummary:
        """Read again the dossiers with a date within the last ``days`` days, changed or not.

        For lists that can be asked by dates; sources without such a list are left out. Raises
        ConfigError when a named source has none.
        """
        if not isinstance(days, int) or not 1 <= days <= _LONGEST_SWEEP:
            raise ConfigError(f"a sweep reads 1 to {_LONGEST_SWEEP} days, not {days!r}")
        chosen = of_port(self._systems.chosen(names), WindowSource)
        if without := set(names) - {source.name for source in chosen}:
            raise ConfigError(
                f"{', '.join(sorted(without))} cannot be asked by dates; leave it out"
            )
        last = Instant.of(self._clock()).local_date
        first = last - timedelta(days=days - 1)
        with self._operations.begin("sweep", pulls_of(chosen), progress) as (context, run):
            return run.done(PullSummary(run.id, sweep_sources(context, chosen, first, last)))

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
        sources = of_port(self._systems.chosen(names), CatalogueSource)
        with self._operations.begin("catalogue", "catalogue", progress) as (context, run):
            summaries = [
                read_catalogue(context, source, every=every, older_than=older_than)
                for source in sources
            ]
            run.summary = {"sources": [summary.as_json() for summary in summaries]}
        return summaries

    def check_identity(self, code: str, *, officer: str, source: str | None = None) -> IdentityView:
        """Ask the population database about the applicant of one dossier, and store the verdict.

        ``officer``: the account of the person who asks. There is no way to ask about many: each
        question needs a reason and is logged. Raises KhopError when it cannot be asked,
        ConnectorError when it was not answered.
        """
        checker = checker_of(self._systems.of_port(IdentityCheck), source)
        sources, now_us = self._systems.of_port(DossierSource), Instant.of(self._clock()).us
        with self._operations.run("identity") as run:
            view = check_applicant(self.ledger, sources, checker, code, officer, now_us)
            run.summary = {"code": view.code, "verdict": view.verdict}
        return view

    def quarantine(
        self, state: str = "open", source: str | None = None, limit: int = 1000
    ) -> list[QuarantineRow]:
        """Bad records, oldest first."""
        return quarantine.listed(self.ledger, state, source, limit)

    def quarantine_row(self, row_id: int) -> QuarantineRow | None:
        """One bad record; None when there is no such row."""
        return quarantine.one(self.ledger, row_id)

    def quarantine_payload(
        self, row_id: int, *, reason: str, actor: str = audit_log.KHOP
    ) -> object | None:
        """A bad record as it came: personal data. Who reads it gives a reason; both are logged.

        None when it was too large to keep. Raises KhopError when there is no such row.
        """
        reader = quarantine.Reader(actor, reason, Instant.of(self._clock()).us)
        return quarantine.payload(self.ledger, self._privacy, row_id, reader)

    def quarantine_retry(
        self, ids: Sequence[int] = (), progress: Progress | None = None
    ) -> RetrySummary:
        """Read and map bad records again: these, which have to be open, or all that are open."""
        ports = (DossierSource, EvidenceSource, PaperSource)
        sources = [source for port in ports for source in self._systems.of_port(port)]
        self._operations.check_clock()
        with self._operations.lease("pull", progress) as context:
            return quarantine.retry(context, sources, ids)

    def check_clock(self) -> None:
        """Raises WrongClock when this machine's clock cannot be right (``sync.clock_guard``)."""
        self._operations.check_clock()

    def check(self) -> list[SystemCheck]:
        """Each system: reachable, login, one harmless read, clock skew, unmapped states."""
        return system_checks(self.ledger, self._systems.all)

    def reconcile(
        self,
        now: datetime | None = None,
        *,
        whole: bool = False,
        force: bool = False,
        progress: Progress | None = None,
    ) -> ReconcileSummary:
        """Run the rules at ``now`` (aware; default: the clock).

        Only cases that changed, or whose age crossed a limit, are looked at where that finds the
        same; ``whole``: all of them. A ``now`` before that of the last reconcile runs on a copy of
        the ledger, and findings stay as they are; ``force``: in the ledger itself.
        """
        from khop.sync.reconciling.operation import reconcile_copy, reconcile_ledger

        check_moment("now", now)
        fixed = now or self._clock()
        if now is not None and not force and self._is_past(now):
            return reconcile_copy(self._operations, now, progress)
        done = reconcile_ledger(self._operations, fixed, whole=whole, progress=progress)
        write_anchors(self.ledger, self.config, self._clock)
        return done

    def was_compared(self) -> bool:
        """Whether the sources were ever compared. Before that no list of findings says anything."""
        with self.ledger.read() as connection:
            return read_last_reconcile(connection) is not None

    def _is_past(self, now: datetime) -> bool:
        with self.ledger.read() as connection:
            last = read_last_reconcile(connection)
        return last is not None and Instant.of(now).us < last.now_us

    def findings(self, **wanted: Unpack[FindingFilters]) -> Iterator[Finding]:
        """Discrepancies, gravest first: those that are not settled, if no states are given.

        They are read some at a time, each as it is then; memory does not grow with their number,
        and no transaction is open meanwhile. One that begins or ends while they are read may be
        among them or not. ``lists.whole`` has them of one moment.
        """
        return views.findings(self.ledger, Filters(**wanted), self.tables.unit_names)

    def changes_between(
        self, start: datetime, end: datetime, **wanted: Unpack[FindingFilters]
    ) -> list[tuple[str, Finding]]:
        """("new" or "gone", finding): what needs work at ``end`` and did not at ``start`` (both
        aware), and what needed work at ``start`` and does not at ``end``; gravest first."""
        names = self.tables.unit_names
        return views.changes_between(self.ledger, start, end, Filters(**wanted), names)

    def freshness(self) -> Freshness:
        """As of when the findings are, from which sources, and how complete each is."""
        with self.ledger.read() as connection:
            return self._known(connection)

    def _known(self, connection: sa.Connection) -> Freshness:
        return freshness(connection, self._systems.roles(connection))

    def show(self, code: str) -> CaseView | None:
        """Everything known of one dossier, by its code or an alias, or of a row of paper, by
        ``row:KEY``; None if nothing is known."""
        return case_view(
            self.ledger,
            code,
            self._operations.source_names(),
            self.tables.unit_names,
            spans_us(self.config.rules.migrations),
        )

    def verify_log(self, anchor: str | None = None) -> Verified:
        """Whether log, findings, exclusions and pushes are as khop wrote them. Raises KhopError."""
        return log_check.verify(self.ledger, self._privacy, self.config, anchor)

    def plan(self, rules: Sequence[str] | None = None) -> Plan:
        """What ``apply`` would do, for all findings or those of some rules."""
        return make_plan(self._operations, rules)

    def apply(
        self,
        plan: Plan | None = None,
        *,
        rules: Sequence[str] | None = None,
        confirm: Callable[[str], bool],
        progress: Progress | None = None,
    ) -> ApplySummary:
        """Do a plan: the one given, else one made now.

        ``confirm`` is asked with a sentence when the plan is large. Raises KhopError: ``agreed``.
        """
        if not isinstance(plan, Plan | None):
            raise ConfigError(
                "apply needs a plan as Engine.plan makes it; read a file with its JSON"
            )
        with self._operations.begin("apply", "apply", progress) as (context, run):
            now = self.plan(plan.rules if plan is not None else rules)
            portal = portal_of(self._systems.sink())
            guard = Guard(portal, self.config.repair, confirm, self._clock())
            todo = agreed(self.ledger, plan, now, guard)
            one_stops = self._systems.of_port(DossierSource)
            pushes = Pushes(context, one_stops, portal, self.tables.codes)
            return run.done(ApplySummary(run.id, apply_items(pushes, todo.items), todo.work))

    def notify(
        self, *, dry_run: bool = False, again: bool = False, progress: Progress | None = None
    ) -> NoticeSummary:
        """Send the findings that are new, reopened or resolved to the receiver of ``[notices]``.

        ``dry_run``: send nothing, return what would be sent. ``again``: also send what it refused
        before. Raises ConfigError when no receiver is configured; its errors are in the summary.
        """
        settings = self.config.notices
        if dry_run:
            return preview(self.ledger, settings, self._clock())
        with (
            closing(notice_client(settings, self.config.base_dir, self._clock)) as client,
            self._operations.begin("notify", "notify", progress) as (context, run),
        ):
            return run.done(send_notices(context, settings, client, again=again))

    def work(self, units: Sequence[str] = ()) -> list[Task]:
        """What people have to do: the findings that no machine may repair, by unit.

        ``units``: only these, by any name or code; "" for findings without one. Raises KhopError.
        """
        plan, pages = self.plan(), self._systems.dossier_pages()
        return work_list(self.findings(states=UNSETTLED, units=units), plan, pages)
