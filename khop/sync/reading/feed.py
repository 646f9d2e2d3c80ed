"""Feeds of events that are evidence of what happened to dossiers.

Each page of a feed, its quarantine rows and the position commit in one transaction. An event
that comes again, or later than a newer one, changes nothing but its own row.
"""

from __future__ import annotations

import sqlalchemy as sa

from khop.adapters.ports import DossierLookup, EvidencePage, EvidenceSource
from khop.errors import Unreadable
from khop.sync.ledger import presence, quarantine, records
from khop.sync.ledger.schema import feed
from khop.sync.reading.adapter_bugs import check_events, own_part
from khop.sync.results import FeedSummary
from khop.sync.run_context import RunContext


def pull_feed(
    context: RunContext,
    source: EvidenceSource,
    lookup: DossierLookup | None,
    *,
    full: bool = False,
) -> FeedSummary:
    """Read a feed from where the last pull ended to its end; with ``full``, the whole feed.

    ``lookup``: the system that is then asked about the codes the feed names. The summary carries
    an error.
    """
    summary = FeedSummary(source.name)
    context.progress.start(source.name)
    with context.read() as connection:
        stored = sa.select(feed.c.position).where(feed.c.source == source.name)
        position = None if full else connection.scalar(stored)
    with own_part(summary):
        while True:
            page = source.events(position)
            check_events(source.name, page.records)
            _store(context, source, page, lookup, summary)
            context.progress.advance(source.name, page.fetched)
            if page.last:
                break
            position = _next_position(source, page, position)
    if lookup is not None:
        _name_earlier_codes(context, source.name, lookup.name)
    context.progress.finish(source.name)
    return summary


def _name_earlier_codes(context: RunContext, source: str, lookup: str) -> None:
    """Once for each system that is asked: queue look-ups of the codes of earlier events too."""
    with context.read() as connection:
        named = sa.select(feed.c.named_for).where(feed.c.source == source)
        if connection.scalar(named) == lookup:
            return
    with context.write() as connection:
        presence.name_evidence(connection, lookup, source)
        connection.execute(sa.update(feed).where(feed.c.source == source).values(named_for=lookup))


def _next_position(source: EvidenceSource, page: EvidencePage, position: str | None) -> str:
    """Where the next page starts. Raises Unreadable when it would be this page again."""
    if page.position is None or page.position == position:
        raise Unreadable(
            source.name, "events", detail="the feed says that it has more, but repeats its position"
        )
    return page.position


def _store(
    context: RunContext,
    source: EvidenceSource,
    page: EvidencePage,
    lookup: DossierLookup | None,
    summary: FeedSummary,
) -> None:
    name, now_us = source.name, context.now_us()
    with context.write() as connection:
        stored = records.store_events(connection, page.records)
        asked = None if lookup is None else lookup.name
        presence.name_codes(connection, asked, [record.code for record in page.records])
        quarantine.release(connection, name, [record.entry_id for record in page.records])
        quarantine.put(connection, name, page.rejects, context.privacy, now_us)
        if page.position is not None:
            connection.execute(_MOVE, {"source": name, "position": page.position})
    summary.pages += 1
    summary.fetched += page.fetched
    summary.stored += stored
    summary.unchanged += len(page.records) - stored
    summary.quarantined += len(page.rejects)


_MOVE = sa.text(
    f"INSERT INTO {feed.name} (source, position) VALUES (:source, :position) "
    "ON CONFLICT (source) DO UPDATE SET position = excluded.position"
)
