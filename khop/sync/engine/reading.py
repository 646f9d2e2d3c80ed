"""Reading: what the sources say, into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from khop.adapters.ports import (
    Adapter,
    CatalogueSource,
    CodeSource,
    Context,
    DossierLookup,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    IdentityCheck,
    PaperSource,
    WindowSource,
)
from khop.config.model import Config
from khop.errors import ConfigError, KhopError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.records import Instant
from khop.sync.engine.base import IMPORTED, EngineBase, of_port
from khop.sync.findings import views
from khop.sync.ledger import Lease, acquire
from khop.sync.reading import presence as lookups
from khop.sync.reading import quarantine
from khop.sync.reading.catalogue import CatalogueRead
from khop.sync.reading.feed import FeedPull, look_up_evidence
from khop.sync.reading.identity import check_applicant
from khop.sync.reading.list_pull import ListPull
from khop.sync.reading.paper_files import PaperPull, joined
from khop.sync.results import (
    CatalogueSummary,
    CodesSummary,
    EvidenceSummary,
    FeedSummary,
    IdentityView,
    NoProgress,
    PaperSummary,
    Progress,
    PullSummary,
    QuarantineRow,
    RetrySummary,
    SourceSummary,
    SystemCheck,
)

_PULL = "pull"

#: Sources whose bad records can be tried again.
_RETRIED = (DossierSource, EvidenceSource, PaperSource)


class Reading(EngineBase):
    """Pulls, imports, sweeps, catalogues, checks of persons, and bad records tried again."""

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
            for source in of_port(chosen, DossierSource):
                puller = ListPull(self.ledger, source, self._privacy, lease, self._clock, shown)
                summaries.append(puller.run(full=full))
            summaries += self._pull_codes(chosen, lease)
            summaries += self._pull_paper(chosen, lease, full, shown)
            summaries += self._pull_evidence(chosen, lease, full, shown)
            for lookup in of_port(chosen, DossierLookup):
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
        asked = next(iter(of_port(self._adapters, DossierLookup)), None)
        for source in of_port(chosen, PaperSource):
            puller = PaperPull(
                self.ledger, source, asked, self._privacy, lease, self._clock, progress
            )
            yield puller.run(full=full)

    def _pull_codes(self, chosen: Sequence[Adapter], lease: Lease) -> list[CodesSummary]:
        asked = next(iter(of_port(self._adapters, DossierLookup)), None)
        return [
            lookups.name_codes(self.ledger, source, asked, lease)
            for source in of_port(chosen, CodeSource)
        ]

    def _pull_evidence(
        self, chosen: Sequence[Adapter], lease: Lease, full: bool, progress: Progress
    ) -> Iterator[FeedSummary | EvidenceSummary]:
        asked = next(iter(of_port(self._adapters, DossierLookup)), None)
        for feed in of_port(chosen, EvidenceSource):
            puller = FeedPull(self.ledger, feed, asked, self._privacy, lease, self._clock, progress)
            yield puller.run(full=full)
        for source in of_port(chosen, EvidenceLookup):
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
                for source in of_port(chosen, DossierSource)
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
        sources = of_port(self._chosen(names), CatalogueSource)
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
        checkers = {c.name: c for c in of_port(self._adapters, IdentityCheck)}
        if (source is not None and source not in checkers) or not checkers:
            raise ConfigError(
                'no configured source checks persons; configure one with role = "population"'
            )
        checker = checkers[source] if source is not None else next(iter(checkers.values()))
        readers = {s.name: s for s in of_port(self._adapters, DossierSource)}
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
                [a for port in _RETRIED for a in of_port(self._adapters, port)],
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


def _check_imported(adapters: Sequence[Adapter], config: Config) -> None:
    """Raises ConfigError for a name that would not count, or means a configured source."""
    for name in (adapter.name for adapter in adapters):
        if name in config.sources:
            raise ConfigError(
                f"{name} is a source of khop.toml; import under another name", key="sources"
            )
        if not name.startswith(IMPORTED):
            raise ConfigError(f"the name of imported files begins with {IMPORTED}: {name}")
