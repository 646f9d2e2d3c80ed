"""Results of reading the sources.

The summaries of one source are counted in place while the source is read, and handed out when
the reading has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from khop.sync.results.plain_json import Result, to_json

#: At most this many unusable cells are named; the others are counted.
_NAMED_PLACES = 5


@dataclass(slots=True)
class _OfOneSource(Result):
    """A summary of one source. ``error``: the sentence of the error that ended it early;
    ``login_refused``: that error was the system's refusal of the account."""

    kind: ClassVar[str]

    source: str
    login_refused: bool = field(default=False, kw_only=True)

    @property
    def adds_up(self) -> bool:
        """Whether every row that was read is counted in one of the outcomes."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        counts = {field.name: to_json(getattr(self, field.name)) for field in fields(self)}
        last = {name: counts.pop(name) for name in ("error", "login_refused")}
        source = {"source": counts.pop("source"), "kind": self.kind}
        return {**source, **counts, "adds_up": self.adds_up, **last}


@dataclass(slots=True)
class _OfPages(_OfOneSource):
    """A summary of one source that is read page by page."""

    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: fetched = stored + unchanged + quarantined."""
        return self.fetched == self.stored + self.unchanged + self.quarantined


@dataclass(slots=True)
class ListSummary(_OfPages):
    """One pull of one source's list. ``error`` is the sentence that ended it early, if any.

    ``history_missing``: dossiers whose detail could not be read; the next pull tries again.
    ``short_pages``: pages that came with too few rows however often they were read.
    ``missing``: rows that the list counts and that were not seen, after reading it again; of a
    list without a count, as many as it showed twice instead of others. ``undated``: dossiers
    without a change time.
    """

    kind: ClassVar[str] = "list"

    history_missing: int = 0
    short_pages: int = 0
    missing: int = 0
    undated: int = 0
    error: str | None = None

    @property
    def without_times(self) -> bool:
        """Whether no dossier that was read has a change time: a pull then reads the whole list."""
        return 0 < self.undated == self.stored + self.unchanged


@dataclass(slots=True)
class LookupSummary(_OfOneSource):
    """The look-ups of one pull. ``waiting``: codes that were never answered and did not fit the
    budget. ``unknown``: look-ups that got no usable answer."""

    kind: ClassVar[str] = "lookups"

    asked: int = 0
    present: int = 0
    absent: int = 0
    unknown: int = 0
    waiting: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.asked == self.present + self.absent + self.unknown


@dataclass(slots=True)
class CodesSummary(_OfOneSource):
    """Codes a file named: ``read`` in all, ``new`` ones the ledger did not know. ``unusable``:
    cells that are no usable code; ``places``: the first of them, with the reason.
    ``sheets_unread``: sheets that were passed over, with their file."""

    kind: ClassVar[str] = "codes"

    read: int = 0
    new: int = 0
    unusable: int = 0
    places: tuple[str, ...] = ()
    sheets_unread: list[str] = field(default_factory=list)
    error: str | None = None

    def add_unusable(self, place: str) -> None:
        """Count a cell, and keep its place if it is among the first."""
        self.unusable += 1
        if len(self.places) < _NAMED_PLACES:
            self.places += (place,)

    @property
    def adds_up(self) -> bool:
        return self.new <= self.read


@dataclass(slots=True)
class FeedSummary(_OfPages):
    """One pull of one feed of events. ``error`` is the sentence that ended it early, if any."""

    kind: ClassVar[str] = "feed"

    error: str | None = None


@dataclass(slots=True)
class EvidenceSummary(_OfOneSource):
    """Look-ups of what happened to dossiers: ``asked`` codes, ``events`` in the answers,
    ``stored`` those that were new, ``failed`` look-ups without a usable answer."""

    kind: ClassVar[str] = "evidence"

    asked: int = 0
    events: int = 0
    stored: int = 0
    failed: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.stored <= self.events


@dataclass(slots=True)
class PaperSummary(_OfOneSource):
    """One reading of a source's files of paper rows.

    ``files`` there were; ``unchanged_files`` are as they were when they were read last and were
    not read again; ``failed_files`` could not be read, ``error`` says why. ``lines``: those with
    content in the files that were read; ``rows``: of them the rows of tables, ``no_rows``: the
    others, by kind (titles, headers, sums …). ``deleted``: rows of the ledger that left their
    file. ``documents``: rows of registers of all outgoing documents that are no results, and so
    evidence of nothing. ``columns_unread``, ``sheets_unread``: what was passed over, with its file.
    ``cells_unread``: cells of good rows that could not be read, with row and header.
    """

    kind: ClassVar[str] = "paper"

    files: int = 0
    unchanged_files: int = 0
    failed_files: int = 0
    lines: int = 0
    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    documents: int = 0
    no_rows: dict[str, int] = field(default_factory=dict)
    columns_unread: list[str] = field(default_factory=list)
    sheets_unread: list[str] = field(default_factory=list)
    cells_unread: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: lines = stored + unchanged + quarantined + lines that are no
        rows."""
        used = self.stored + self.unchanged + self.quarantined
        return self.rows == used and self.lines == used + sum(self.no_rows.values())


SourceSummary = (
    ListSummary | LookupSummary | CodesSummary | FeedSummary | EvidenceSummary | PaperSummary
)


@dataclass(frozen=True, slots=True)
class PullSummary(Result):
    """One ``khop pull``."""

    run: int
    sources: tuple[SourceSummary, ...]

    json_names: ClassVar[tuple[str, ...]] = ("run", "ok", "sources")

    @property
    def ok(self) -> bool:
        return all(s.error is None for s in self.sources)


@dataclass(slots=True)
class CatalogueSummary(Result):
    """One reading of a catalogue. ``procedures``: read now; ``unknown``: codes that the catalogue
    does not have; ``failed``: procedures without a usable answer."""

    source: str
    units: int = 0
    sectors: int = 0
    procedures: int = 0
    unknown: int = 0
    failed: int = 0
    error: str | None = None
    login_refused: bool = False


@dataclass(frozen=True, slots=True)
class IdentityView(Result):
    """What a check of a dossier's applicant said. ``verdict``: ``match``, ``mismatch``,
    ``unknown``. ``warnings``: stable words for what looks odd about the number."""

    code: str
    source: str
    verdict: str
    warnings: tuple[str, ...] = ()
