"""What a list of findings is based on: as of when, from which sources, how complete each is."""

from __future__ import annotations

from dataclasses import dataclass

from khop.sync.results.plain_json import Result


@dataclass(frozen=True, slots=True)
class SourceFreshness(Result):
    """One source. ``last_success``: ISO 8601, the end of the last run that read it without an
    error; None when none of the latest runs did. ``error``: why a later run failed.

    ``read``: what is in the ledger: dossiers, rows of paper, events, answered
    look-ups; of a file of codes those that the last run read.
    ``known``: all there are as far as khop knows: ``read``, those in quarantine, those that the
    list counts and khop did not see, look-ups without an answer, and cells that are no code.
    ``complete``: the list was read to its end once; None for sources without a list.
    """

    source: str
    role: str | None
    last_success: str | None
    error: str | None
    read: int
    known: int
    quarantined: int
    complete: bool | None = None


@dataclass(frozen=True, slots=True)
class Freshness(Result):
    """``as_of``: ISO 8601, ``now`` of the last reconcile; None before the first. ``dossiers``:
    how many it compared. ``unmapped``: those of them with a state that no table knows; no rule is
    applied to them. ``quarantined``: open records in quarantine, of all sources."""

    as_of: str | None
    dossiers: int
    unmapped: int
    quarantined: int
    sources: tuple[SourceFreshness, ...] = ()
