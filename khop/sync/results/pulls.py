"""What reading the sources answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class ListSummary:
    """One pull of one source's list. ``error`` is the sentence that ended it early, if any.

    ``history_missing``: dossiers whose detail could not be read; the next pull tries again.
    ``short_pages``: pages that came with too few rows however often they were read.
    ``missing``: rows that the list counts and that were not seen, after reading it again.
    """

    source: str
    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    history_missing: int = 0
    short_pages: int = 0
    missing: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: fetched = stored + unchanged + quarantined."""
        return self.fetched == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "list")


@dataclass(frozen=True, slots=True)
class LookupSummary:
    """The look-ups of one pull. ``due``: codes that wait for a look-up and did not fit the
    budget. ``unknown``: look-ups that got no usable answer."""

    source: str
    asked: int = 0
    present: int = 0
    absent: int = 0
    unknown: int = 0
    waiting: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.asked == self.present + self.absent + self.unknown

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "lookups")


@dataclass(frozen=True, slots=True)
class CodesSummary:
    """Codes a file named: ``read`` in all, ``new`` ones the ledger did not know."""

    source: str
    read: int = 0
    new: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.new <= self.read

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "codes")


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """One pull of one feed of events. ``error`` is the sentence that ended it early, if any."""

    source: str
    pages: int = 0
    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    quarantined: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: fetched = stored + unchanged + quarantined."""
        return self.fetched == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "feed")


@dataclass(frozen=True, slots=True)
class EvidenceSummary:
    """Look-ups of what happened to dossiers: ``asked`` codes, ``events`` that were told of them,
    ``stored`` those that were new, ``failed`` look-ups without a usable answer."""

    source: str
    asked: int = 0
    events: int = 0
    stored: int = 0
    failed: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        return self.stored <= self.events

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "evidence")


@dataclass(frozen=True, slots=True)
class PaperSummary:
    """One reading of a source's files of paper rows.

    ``files`` there were; ``unchanged_files`` are as they were when they were read last and were
    not read again; ``failed_files`` could not be read, ``error`` says why. ``rows``: those of the
    files that were read. ``deleted``: rows of the ledger that left their file.
    """

    source: str
    files: int = 0
    unchanged_files: int = 0
    failed_files: int = 0
    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    error: str | None = None

    @property
    def adds_up(self) -> bool:
        """Nothing was dropped: rows = stored + unchanged + quarantined."""
        return self.rows == self.stored + self.unchanged + self.quarantined

    def as_json(self) -> dict[str, Any]:
        return _as_json(self, "paper")


SourceSummary = (
    ListSummary | LookupSummary | CodesSummary | FeedSummary | EvidenceSummary | PaperSummary
)


@dataclass(frozen=True, slots=True)
class PullSummary:
    """One ``khop pull``."""

    run: int
    sources: tuple[SourceSummary, ...]

    @property
    def ok(self) -> bool:
        return all(s.error is None for s in self.sources)

    def as_json(self) -> dict[str, Any]:
        return {"run": self.run, "ok": self.ok, "sources": [s.as_json() for s in self.sources]}


@dataclass(frozen=True, slots=True)
class CatalogueSummary:
    """One reading of a catalogue. ``procedures``: read now; ``unknown``: the catalogue has none
    such; ``failed``: it gave no usable answer."""

    source: str
    units: int = 0
    sectors: int = 0
    procedures: int = 0
    unknown: int = 0
    failed: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "units": self.units,
            "sectors": self.sectors,
            "procedures": self.procedures,
            "unknown": self.unknown,
            "failed": self.failed,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class IdentityView:
    """What a check of a dossier's applicant said. ``verdict``: ``match``, ``mismatch``,
    ``unknown``. ``warnings``: stable words for what looks odd about the number."""

    code: str
    source: str
    verdict: str
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "source": self.source,
            "verdict": self.verdict,
            "warnings": list(self.warnings),
        }


def _as_json(summary: SourceSummary, kind: str) -> dict[str, Any]:
    """A summary of one source, its numbers in the order of its fields."""
    numbers = {field.name: getattr(summary, field.name) for field in fields(summary)}
    source, error = numbers.pop("source"), numbers.pop("error")
    told = {"source": source, "kind": kind, **numbers}
    return {**told, "adds_up": summary.adds_up, "error": error}
