"""Look-ups: asking the portal about every code that any source names, within a budget.

Codes that changed since their last look-up come first, then the oldest look-up. Answers commit
in batches, so an interrupted pull loses at most the answers of one batch. A look-up without an
answer is stored as such; it never becomes an absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from khop.adapters.ports import CodeSource, DossierLookup
from khop.errors import ConfigError, ConnectorError, RecordError, Refused, Unauthorised
from khop.mappings.records import DossierRecord
from khop.sync.ledger import presence
from khop.sync.results import CodesSummary, LookupSummary
from khop.sync.run_context import RunContext

_BATCH = 200
#: Look-ups that failed are made once more, one at a time: too many at once may have been the
#: cause.
_ASKED_AGAIN = 200
#: So many refusals in a row mean the system, not single dossiers.
_MANY_REFUSALS = 10


@dataclass(frozen=True, slots=True)
class _Answer:
    code: str
    record: DossierRecord | None = None
    failure: ConnectorError | RecordError | None = None


def look_up_codes(context: RunContext, source: DossierLookup) -> LookupSummary:
    """One pull's look-ups of one source. The summary carries an error."""
    since_us = context.now_us()
    with context.read() as connection:
        codes, due = presence.next_codes(connection, source.name, source.lookup_budget, since_us)
    summary = LookupSummary(source.name, waiting=due - len(codes))
    context.progress.start(source.name, len(codes))
    asker = _Asker(source)
    failed: list[str] = []
    with ThreadPoolExecutor(source.connections) as workers:
        for start in range(0, len(codes), _BATCH):
            batch = codes[start : start + _BATCH]
            answers = list(workers.map(asker.ask, batch))
            _store(context, source.name, answers)
            _count(summary, answers)
            context.progress.advance(source.name, len(batch))
            if (error := _fatal(answers)) is not None:
                summary.error = str(error)
                summary.waiting += len(codes) - start - len(batch)
                break
            failed += [a.code for a in answers if a.failure is not None]
    if summary.error is None:
        again = [asker.ask(code) for code in failed[:_ASKED_AGAIN]]
        _store(context, source.name, again)
        _count_again(summary, again)
    context.progress.finish(source.name)
    return summary


def name_codes(
    context: RunContext, source: CodeSource, lookup: DossierLookup | None
) -> CodesSummary:
    """Queue look-ups at ``lookup`` of the codes a file names."""
    try:
        codes = list(source.codes())
    except ConfigError as error:
        return CodesSummary(source.name, error=str(error))
    with context.write() as connection:
        known_to = lookup.name if lookup is not None else source.name
        new = presence.name_codes(connection, known_to, codes)
    return CodesSummary(source.name, read=len(codes), new=new)


class _Asker:
    """Asks a source. After a refused login it asks no more: further tries could lock the
    account."""

    def __init__(self, source: DossierLookup) -> None:
        self._source = source
        self._refused: Unauthorised | None = None

    def ask(self, code: str) -> _Answer:
        if self._refused is not None:
            return _Answer(code, failure=self._refused)
        try:
            return _Answer(code, self._source.look_up(code))
        except (ConnectorError, RecordError) as error:
            if isinstance(error, Unauthorised) and error.at_login:
                self._refused = error
            return _Answer(code, failure=error)


def _store(context: RunContext, source: str, answers: Sequence[_Answer]) -> None:
    answered = [(a.code, a.record) for a in answers if a.failure is None]
    failed = [(a.code, str(a.failure)) for a in answers if a.failure is not None]
    now_us = context.now_us()
    with context.write() as connection:
        presence.answered(connection, source, answered, now_us)
        presence.failed(connection, source, failed, now_us)


def _count(summary: LookupSummary, answers: Sequence[_Answer]) -> None:
    unknown = sum(a.failure is not None for a in answers)
    present = sum(a.record is not None for a in answers)
    summary.asked += len(answers)
    summary.present += present
    summary.absent += len(answers) - present - unknown
    summary.unknown += unknown


def _count_again(summary: LookupSummary, again: Sequence[_Answer]) -> None:
    """Correct the counts by the answers of codes that failed the first time."""
    answered = [a for a in again if a.failure is None]
    present = sum(a.record is not None for a in answered)
    summary.present += present
    summary.absent += len(answered) - present
    summary.unknown -= len(answered)


def is_out_of_order(faults: Sequence[Exception]) -> bool:
    """Whether these faults, one for each code asked, mean that the system is out of order. A
    few dossiers that it refuses to show do not mean that."""
    return len(faults) >= _MANY_REFUSALS or any(not isinstance(f, Refused) for f in faults)


def _fatal(answers: Sequence[_Answer]) -> ConnectorError | None:
    """The error that ends the look-ups: the account is refused, or nothing answers."""
    faults = [a.failure for a in answers if isinstance(a.failure, ConnectorError)]
    refused = next((f for f in faults if isinstance(f, Unauthorised) and f.at_login), None)
    silent = len(faults) == len(answers) and is_out_of_order(faults)
    return refused or (faults[-1] if silent else None)
