"""Look-ups: asking the portal about every code that any source mentions, within a budget.

Codes that changed since their last look-up come first, then the oldest look-up. Answers commit
in batches, so a pull that is cut off loses at most one batch of reading. A look-up that was not
answered is kept as that; it never becomes an absence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from khop.adapters.ports import CodeSource, DossierLookup
from khop.errors import ConfigError, ConnectorError, RecordError, Refused, Unauthorised
from khop.mappings.records import DossierRecord, Instant
from khop.sync.ledger import Lease, Ledger, presence
from khop.sync.results import CodesSummary, LookupSummary, Progress

_BATCH = 200
# Look-ups that failed are asked once more, one at a time: many at once may have been the cause.
_ASKED_AGAIN = 200
# So many refusals in a row are no longer about single dossiers.
_SEVERAL = 10


@dataclass(frozen=True, slots=True)
class _Answer:
    code: str
    record: DossierRecord | None = None
    failure: ConnectorError | RecordError | None = None


def look_up_codes(
    ledger: Ledger,
    source: DossierLookup,
    lease: Lease,
    clock: Callable[[], datetime],
    progress: Progress,
) -> LookupSummary:
    """One pull's look-ups of one source."""
    since_us = Instant.of(clock()).us
    budget = source.lookup_budget
    with ledger.read() as connection:
        codes, due = presence.next_codes(connection, source.name, budget, since_us)
    summary = LookupSummary(source.name, waiting=due - len(codes))
    progress.start(source.name, len(codes))
    asker = _Asker(source)
    failed: list[str] = []
    with ThreadPoolExecutor(source.connections) as workers:
        for start in range(0, len(codes), _BATCH):
            batch = codes[start : start + _BATCH]
            answers = list(workers.map(asker.ask, batch))
            _store(ledger, source.name, answers, lease, clock)
            summary = _counted(summary, answers)
            progress.advance(source.name, len(batch))
            summary = _stopped(summary, answers, left=len(codes) - start - len(batch))
            if summary.error is not None:
                break
            failed += [a.code for a in answers if a.failure is not None]
    if summary.error is None:
        again = [asker.ask(code) for code in failed[:_ASKED_AGAIN]]
        _store(ledger, source.name, again, lease, clock)
        summary = _mended(summary, again)
    progress.finish(source.name)
    return summary


def name_codes(
    ledger: Ledger, source: CodeSource, asked: DossierLookup | None, lease: Lease
) -> CodesSummary:
    """Take in the codes a file names, so that the portal is asked about them."""
    try:
        codes = list(source.codes())
    except ConfigError as error:
        return CodesSummary(source.name, error=str(error))
    with ledger.write() as connection:
        lease.renew(connection)
        known_to = asked.name if asked is not None else source.name
        new = presence.name_codes(connection, known_to, codes)
    return CodesSummary(source.name, read=len(codes), new=new)


class _Asker:
    """Asks a source; once the source refused the account, no more: that could lock it."""

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


def _store(
    ledger: Ledger,
    source: str,
    answers: Sequence[_Answer],
    lease: Lease,
    clock: Callable[[], datetime],
) -> None:
    now_us = Instant.of(clock()).us
    with ledger.write() as connection:
        lease.renew(connection)
        presence.answered(
            connection, source, [(a.code, a.record) for a in answers if a.failure is None], now_us
        )
        presence.failed(
            connection, source, [(a.code, str(a.failure)) for a in answers if a.failure], now_us
        )


def _counted(summary: LookupSummary, answers: Sequence[_Answer]) -> LookupSummary:
    unknown = sum(a.failure is not None for a in answers)
    present = sum(a.record is not None for a in answers)
    return replace(
        summary,
        asked=summary.asked + len(answers),
        present=summary.present + present,
        absent=summary.absent + len(answers) - present - unknown,
        unknown=summary.unknown + unknown,
    )


def _mended(summary: LookupSummary, again: Sequence[_Answer]) -> LookupSummary:
    """The counts after the failed ones were asked once more."""
    answered = [a for a in again if a.failure is None]
    present = sum(a.record is not None for a in answered)
    return replace(
        summary,
        present=summary.present + present,
        absent=summary.absent + len(answered) - present,
        unknown=summary.unknown - len(answered),
    )


def is_silence(faults: Sequence[Exception]) -> bool:
    """Whether faults of all that was asked mean that the system is out of order: a few dossiers
    that it refuses to tell of do not."""
    return len(faults) >= _SEVERAL or any(not isinstance(f, Refused) for f in faults)


def _stopped(summary: LookupSummary, answers: Sequence[_Answer], *, left: int) -> LookupSummary:
    """With the error that ends the look-ups: the account is refused, or nothing answers."""
    faults = [a.failure for a in answers if isinstance(a.failure, ConnectorError)]
    refused = next((f for f in faults if isinstance(f, Unauthorised) and f.at_login), None)
    silent = faults[-1] if len(faults) == len(answers) and is_silence(faults) else None
    fatal = refused or silent
    if fatal is None:
        return summary
    return replace(summary, error=str(fatal), waiting=summary.waiting + left)
