"""Look-ups of evidence, where a system has no feed of events."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import EvidenceLookup
from khop.errors import ConfigError, ConnectorError, RecordError
from khop.mappings.records import Instant, StatusRecord
from khop.sync.ledger import records
from khop.sync.ledger.schema import evidence_asked
from khop.sync.reading.asking import Answer, Asker, fatal_error
from khop.sync.results import EvidenceSummary
from khop.sync.run_context import RunContext

_BATCH = 200
#: How long after its return a dossier is still asked about: a delivery may be entered late.
_LOOK_BACK = timedelta(days=30)


def look_up_evidence(context: RunContext, source: EvidenceLookup) -> EvidenceSummary:
    """Ask about the dossiers whose result may be in delivery: finished ones, and those returned
    within the last 30 days. The summary carries an error."""
    since_us = Instant.of(context.clock() - _LOOK_BACK).us
    with context.read() as connection:
        codes = _candidates(connection, source, since_us)
    summary = EvidenceSummary(source.name)
    context.progress.start(source.name, len(codes))
    asker = Asker(source.evidence_of, ConnectorError, RecordError, ConfigError)
    with ThreadPoolExecutor(source.connections) as workers:
        for start in range(0, len(codes), _BATCH):
            answers = list(workers.map(asker.ask, codes[start : start + _BATCH]))
            _store(context, source.name, answers, summary)
            context.progress.advance(source.name, len(answers))
            if (error := fatal_error(answers)) is not None:
                summary.error = str(error)
                break
    context.progress.finish(source.name)
    return summary


def _store(
    context: RunContext,
    source: str,
    answers: Sequence[Answer[tuple[StatusRecord, ...]]],
    summary: EvidenceSummary,
) -> None:
    found = [record for answer in answers for record in answer.found or ()]
    now_us = context.now_us()
    asked = [
        {
            "source": source,
            "code": a.code,
            "asked_us": now_us,
            "failure": None if a.failure is None else str(a.failure),
        }
        for a in answers
    ]
    with context.write() as connection:
        stored = records.store_events(connection, found)
        connection.execute(_ASKED, asked)
    summary.asked += len(answers)
    summary.events += len(found)
    summary.stored += stored
    summary.failed += sum(a.failure is not None for a in answers)


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

_ASKED = sa.text(
    f"INSERT INTO {evidence_asked.name} (source, code, asked_us, failure) "
    "VALUES (:source, :code, :asked_us, :failure) ON CONFLICT (source, code) "
    "DO UPDATE SET asked_us = excluded.asked_us, failure = excluded.failure"
)
