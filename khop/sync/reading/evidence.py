"""Look-ups of evidence, where a system has no feed of events."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import EvidenceLookup
from khop.errors import AdapterError, ConfigError, ConnectorError, RecordError
from khop.mappings.records import Instant, StatusRecord
from khop.sync.ledger import look_ups, records
from khop.sync.ledger.schema import evidence_asked
from khop.sync.reading.adapter_bugs import check_events, own_part
from khop.sync.reading.asking import Answer, Asker, fatal_error, first_bug
from khop.sync.results import EvidenceSummary
from khop.sync.run_context import RunContext
from khop.text.logs import as_here

_BATCH = 200
#: How long after its return a dossier is still asked about: a delivery may be entered late.
_LOOK_BACK = timedelta(days=30)


def look_up_evidence(
    context: RunContext, source: EvidenceLookup, *, again: bool = False
) -> EvidenceSummary:
    """Ask about the dossiers whose result may be in delivery, where there is a reason
    (``sync.ledger.look_ups``): finished ones, and those returned within the last 30 days.

    ``again``: of all of them. The summary carries an error.
    """
    with context.write() as connection:
        codes = _chosen(connection, context, source, again)
    summary = EvidenceSummary(source.name)
    context.progress.start(source.name, len(codes))
    with own_part(summary):
        _ask(context, source, codes, summary)
    context.progress.finish(source.name)
    return summary


def _ask(
    context: RunContext, source: EvidenceLookup, codes: Sequence[str], summary: EvidenceSummary
) -> None:
    def evidence_of(code: str) -> tuple[StatusRecord, ...]:
        events = source.evidence_of(code)
        check_events(source.name, events)
        return events

    expected = ConnectorError, RecordError, ConfigError, AdapterError
    asker = Asker(source.name, evidence_of, *expected)
    bug = None
    with ThreadPoolExecutor(source.connections, initializer=as_here()) as workers:
        for start in range(0, len(codes), _BATCH):
            answers = list(workers.map(asker.ask, codes[start : start + _BATCH]))
            _store(context, source.name, answers, summary)
            context.progress.advance(source.name, len(answers))
            bug = bug or first_bug(answers)
            if (error := fatal_error(answers)) is not None:
                raise error
    if bug is not None:
        raise bug


def _chosen(
    connection: sa.Connection, context: RunContext, source: EvidenceLookup, again: bool
) -> list[str]:
    """The codes of this pull, after the changes of dossiers were taken over."""
    now_us, name = context.now_us(), source.name
    values: dict[str, Any] = {
        "source": name,
        "now_us": now_us,
        "since_us": Instant.of(context.clock() - _LOOK_BACK).us,
        "limit": source.lookup_budget,
    }
    before = look_ups.change_no_before(connection, name, look_ups.EVIDENCE)
    connection.execute(_NEW, {**values, "change_no": -1 if before is None else before})
    connection.execute(_AGAIN if again else _FORGET_LATER, values)
    newest = look_ups.newest_change(connection)
    look_ups.save_state(connection, name, look_ups.EVIDENCE, newest, str(context.ages))
    chosen: list[str] = []
    while len(chosen) < source.lookup_budget:
        due = connection.execute(sa.text(DUE), values).all()
        over = [{"of_source": name, "of_code": row.code} for row in due if not row.wanted]
        if over:
            connection.execute(_NOT_AGAIN, over)
        chosen = [row.code for row in due if row.wanted]
        if not over:
            break
    return chosen


def _store(
    context: RunContext,
    source: str,
    answers: Sequence[Answer[tuple[StatusRecord, ...]]],
    summary: EvidenceSummary,
) -> None:
    found = [record for answer in answers for record in answer.found or ()]
    now_us = context.now_us()
    ages = context.ages
    asked = [
        {
            "source": source,
            "code": a.code,
            "asked_us": now_us,
            "ask_us": now_us if a.failure else ages.next_us(a.code, now_us, ended=False),
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


_WANTED = """
    (r.status = 9 OR (r.status = 10 AND COALESCE(r.returned_us, r.changed_us) >= :since_us))
"""
_DELIVERED = """
    SELECT 1 FROM status_record s
    WHERE s.code = e.code AND s.source = :source AND s.kind = 'delivered'
"""

DUE = f"""
    SELECT e.code,
           EXISTS (SELECT 1 FROM source_record r
                   WHERE r.code = e.code AND r.role = 'one_stop' AND {_WANTED})
           AND NOT EXISTS ({_DELIVERED}) AS wanted
    FROM evidence_asked e WHERE e.source = :source AND e.ask_us <= :now_us
    ORDER BY e.ask_us, e.code LIMIT :limit
"""

# An expression, so that the planner takes the index of change_no and not that of the code.
NEW = f"""
    SELECT DISTINCT r.code || '' AS code FROM source_record r
    WHERE r.role = 'one_stop' AND r.change_no > :change_no AND {_WANTED}
"""

_NEW = sa.text(
    f"INSERT INTO {evidence_asked.name} (source, code, asked_us, ask_us) "
    f"SELECT :source, code, 0, 0 FROM ({NEW}) AS new WHERE true "
    "ON CONFLICT (source, code) DO UPDATE SET ask_us = 0"
)
_AGAIN = sa.text(
    f"UPDATE {evidence_asked.name} SET ask_us = 0 WHERE source = :source AND ask_us IS NOT NULL"
)
# A look-up of after now was made under a wrong clock.
_FORGET_LATER = sa.text(
    f"UPDATE {evidence_asked.name} SET ask_us = 0, asked_us = 0 "
    "WHERE source = :source AND asked_us > :now_us"
)
_NOT_AGAIN = (
    sa.update(evidence_asked)
    .where(
        evidence_asked.c.source == sa.bindparam("of_source"),
        evidence_asked.c.code == sa.bindparam("of_code"),
    )
    .values(ask_us=None)
)
_ASKED = sa.text(
    f"INSERT INTO {evidence_asked.name} (source, code, asked_us, ask_us, failure) "
    "VALUES (:source, :code, :asked_us, :ask_us, :failure) ON CONFLICT (source, code) "
    "DO UPDATE SET asked_us = excluded.asked_us, ask_us = excluded.ask_us, "
    "failure = excluded.failure"
)
