"""One pull of several sources, port by port.

Lists come first and look-ups last, so that every code is known before it is looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from khop.adapters.ports import (
    Adapter,
    CodeSource,
    DossierLookup,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    PaperSource,
    WindowSource,
)
from khop.sync.reading.adapter_bugs import own_part
from khop.sync.reading.evidence import look_up_evidence
from khop.sync.reading.feed import pull_feed
from khop.sync.reading.list_pull import pull_list
from khop.sync.reading.paper_files import one_per_source, pull_paper
from khop.sync.reading.presence import look_up_codes, name_codes
from khop.sync.reading.sweep import sweep_list
from khop.sync.results import PaperSummary, SourceSummary
from khop.sync.run_context import RunContext
from khop.sync.systems import of_port


def pull_sources(
    context: RunContext,
    chosen: Sequence[Adapter],
    lookup: DossierLookup | None,
    *,
    full: bool,
    again: bool = False,
) -> tuple[SourceSummary, ...]:
    """Pull these sources. ``lookup``: the system that is asked about the codes that files and feeds
    name. ``again``: make every look-up, whether there is a reason or not."""
    return (
        *[pull_list(context, source, full=full) for source in of_port(chosen, DossierSource)],
        *[name_codes(context, source, lookup) for source in of_port(chosen, CodeSource)],
        *[_paper(context, s, lookup, full=full) for s in of_port(chosen, PaperSource)],
        *[pull_feed(context, s, lookup, full=full) for s in of_port(chosen, EvidenceSource)],
        *[look_up_evidence(context, s, again=again) for s in of_port(chosen, EvidenceLookup)],
        *[look_up_codes(context, s, again=again) for s in of_port(chosen, DossierLookup)],
    )


def pull_files(
    context: RunContext,
    adapters: Sequence[Adapter],
    lookup: DossierLookup | None,
    *,
    full: bool,
) -> tuple[SourceSummary, ...]:
    """Pull imported files: those that name codes, and those of rows."""
    papers = (_paper(context, s, lookup, full=full) for s in of_port(adapters, PaperSource))
    return (
        *[name_codes(context, source, lookup) for source in of_port(adapters, CodeSource)],
        *one_per_source(papers),
    )


def _paper(
    context: RunContext, source: PaperSource, lookup: DossierLookup | None, *, full: bool
) -> PaperSummary:
    """Pull one source of files; a bug of its adapter ends only this."""
    failed = PaperSummary(source.name)
    with own_part(failed):
        return pull_paper(context, source, lookup, full=full)
    return failed


def sweep_sources(
    context: RunContext, windows: Sequence[WindowSource], first: date, last: date
) -> tuple[SourceSummary, ...]:
    """Sweep the lists among these sources."""
    return tuple(
        sweep_list(context, source, source, first, last)
        for source in windows
        if isinstance(source, DossierSource)
    )
