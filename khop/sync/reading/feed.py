"""Evidence of what happened to dossiers: feeds of events, and look-ups where there is no feed.

Each page of a feed, its quarantine rows and the position commit in one transaction. An event
that comes again, or later than a newer one, changes nothing but its own row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import (
    DossierLookup,
    EvidenceLookup,
    EvidencePage,
    EvidenceSource,
)
from khop.errors import ConfigError, ConnectorError, RecordError, Unauthorised, Unreadable
from khop.mappings.records import Instant, StatusRecord
from khop.sync.ledger import Lease, Ledger, presence, quarantine, records
from khop.sync.ledger.schema import evidence_asked, feed
from khop.sync.privacy import Privacy
from khop.sync.reading.presence import is_silence
from khop.sync.results import EvidenceSummary, FeedSummary, Progress

_BATCH = 200
#: How long after its return a dossier is still asked about: a delivery may be entered late.
_LOOK_BACK = timedelta(days=30)


class FeedPull:
    """One pull of one feed, from where the last one ended to the feed's end."""

    def __init__(
        self,
        ledger: Ledger,
        source: EvidenceSource,
        asked: DossierLookup | None,
        privacy: Privacy,
        lease: Lease,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        """``asked``: the system that is then asked about the codes the feed names."""
        self._ledger = ledger
        self._source = source
        self._asked = asked
        self._privacy = privacy
        self._lease = lease
        self._clock = clock
        self._progress = progress

    def run(self, *, full: bool = False) -> FeedSummary:
        """Read what is new; with ``full``, the whole feed. The summary carries a fault."""
        name = self._source.name
        summary = FeedSummary(name)
        self._progress.start(name)
        try:
            position = None if full else self._position()
            while True:
                page = self._source.events(position)
                summary = self._store(page, summary)
                self._progress.advance(name, page.fetched)
                if page.last:
                    break
                position = self._further(page, position)
        except (ConnectorError, ConfigError) as error:
            # A secret that is missing here is no reason not to ask the others.
            summary = replace(summary, error=str(error))
        self._name_codes()
        self._progress.finish(name)
        return summary

    def _name_codes(self) -> None:
        """Have the portal asked about all codes of the feed: those of earlier pulls too, which
        may have come out of quarantine since, or before there was a portal to ask."""
        if self._asked is None:
            return
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            presence.name_evidence(connection, self._asked.name, self._source.name)

    def _position(self) -> str | None:
        with self._ledger.read() as connection:
            query = sa.select(feed.c.position).where(feed.c.source == self._source.name)
            return connection.scalar(query)

    def _further(self, page: EvidencePage, position: str | None) -> str:
        """Where the next page starts. Raises Unreadable when it would be this one again."""
        if page.position is None or page.position == position:
            raise Unreadable(
                self._source.name, "events", detail="the feed says there is more, and stands still"
            )
        return page.position

    def _store(self, page: EvidencePage, summary: FeedSummary) -> FeedSummary:
        name, now_us = self._source.name, Instant.of(self._clock()).us
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            stored = records.store_events(connection, page.records)
            quarantine.release(connection, name, [record.entry_id for record in page.records])
            quarantine.put(connection, name, page.rejects, self._privacy, now_us)
            if page.position is not None:
                connection.execute(_MOVE, {"source": name, "position": page.position})
        return replace(
            summary,
            pages=summary.pages + 1,
            fetched=summary.fetched + page.fetched,
            stored=summary.stored + stored,
            unchanged=summary.unchanged + len(page.records) - stored,
            quarantined=summary.quarantined + len(page.rejects),
        )


_Failure = ConnectorError | RecordError | ConfigError


@dataclass(frozen=True, slots=True)
class _Answer:
    code: str
    found: tuple[StatusRecord, ...] = ()
    failure: _Failure | None = None


def look_up_evidence(
    ledger: Ledger,
    source: EvidenceLookup,
    lease: Lease,
    clock: Callable[[], datetime],
    progress: Progress,
) -> EvidenceSummary:
    """Ask about the dossiers whose result may be on its way: finished, or returned of late."""
    now = clock()
    with ledger.read() as connection:
        codes = _candidates(connection, source, Instant.of(now - _LOOK_BACK).us)
    summary = EvidenceSummary(source.name)
    progress.start(source.name, len(codes))
    with ThreadPoolExecutor(source.connections) as workers:
        for start in range(0, len(codes), _BATCH):
            answers = list(workers.map(_asker(source), codes[start : start + _BATCH]))
            summary = _kept(ledger, source.name, answers, lease, Instant.of(clock()).us, summary)
            progress.advance(source.name, len(answers))
            if (error := _fatal(answers)) is not None:
                summary = replace(summary, error=str(error))
                break
    progress.finish(source.name)
    return summary


def _asker(source: EvidenceLookup) -> Callable[[str], _Answer]:
    refused: list[_Failure] = []

    def ask(code: str) -> _Answer:
        if refused:
            return _Answer(code, failure=refused[0])
        try:
            return _Answer(code, source.evidence_of(code))
        except (ConnectorError, RecordError, ConfigError) as error:
            if _shut_out(error):
                refused.append(error)
            return _Answer(code, failure=error)

    return ask


def _kept(
    ledger: Ledger,
    source: str,
    answers: Sequence[_Answer],
    lease: Lease,
    now_us: int,
    summary: EvidenceSummary,
) -> EvidenceSummary:
    found = [record for answer in answers for record in answer.found]
    asked = [
        {
            "source": source,
            "code": a.code,
            "asked_us": now_us,
            "failure": None if a.failure is None else str(a.failure),
        }
        for a in answers
    ]
    with ledger.write() as connection:
        lease.renew(connection)
        stored = records.store_events(connection, found)
        connection.execute(_ASKED, asked)
    return replace(
        summary,
        asked=summary.asked + len(answers),
        events=summary.events + len(found),
        stored=summary.stored + stored,
        failed=summary.failed + sum(a.failure is not None for a in answers),
    )


def _shut_out(error: _Failure) -> bool:
    """Whether no further look-up can go better."""
    return isinstance(error, ConfigError) or (isinstance(error, Unauthorised) and error.at_login)


def _fatal(answers: Sequence[_Answer]) -> _Failure | None:
    """The account is refused or not set up, or nothing answers."""
    faults = [a.failure for a in answers if a.failure and not isinstance(a.failure, RecordError)]
    refused = next((f for f in faults if _shut_out(f)), None)
    silent = faults[-1] if len(faults) == len(answers) and is_silence(faults) else None
    return refused or silent


def _candidates(connection: sa.Connection, source: EvidenceLookup, since_us: int) -> Sequence[str]:
    values: dict[str, Any] = {
        "source": source.name,
        "since_us": since_us,
        "limit": source.lookup_budget,
    }
    return connection.scalars(sa.text(CANDIDATES), values).all()


CANDIDATES = """
    SELECT r.code FROM source_record r
    LEFT JOIN evidence_asked e ON e.source = :source AND e.code = r.code
    WHERE r.role = 'one_stop'
      AND (r.status = 9 OR (r.status = 10 AND COALESCE(r.returned_us, r.changed_us) >= :since_us))
      AND NOT EXISTS (SELECT 1 FROM status_record s
                      WHERE s.code = r.code AND s.source = :source AND s.kind = 'delivered')
    GROUP BY r.code
    ORDER BY COALESCE(MAX(e.asked_us), 0), r.code
    LIMIT :limit
"""

_MOVE = sa.text(
    f"INSERT INTO {feed.name} (source, position) VALUES (:source, :position) "
    "ON CONFLICT (source) DO UPDATE SET position = excluded.position"
)
_ASKED = sa.text(
    f"INSERT INTO {evidence_asked.name} (source, code, asked_us, failure) "
    "VALUES (:source, :code, :asked_us, :failure) ON CONFLICT (source, code) "
    "DO UPDATE SET asked_us = excluded.asked_us, failure = excluded.failure"
)
