"""Look-ups: asking the portal about the codes that any source names, where there is a reason.

The reasons are in ``sync.ledger.look_ups``: a code was never answered, its dossier changed, a push
of it was sent, or its answer is older than ``[look_ups]`` allows. Answers commit in batches, so an
interrupted pull loses at most the answers of one batch. A look-up without an answer is stored as
such; it never becomes an absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from khop.adapters.ports import CodeSource, DossierLookup
from khop.errors import AdapterError, ConnectorError, RecordError
from khop.mappings.paper.items import SheetRead
from khop.mappings.records import DossierRecord, Reject
from khop.sync.ledger import look_ups, presence
from khop.sync.reading.adapter_bugs import check_owner, own_part
from khop.sync.reading.asking import Answer, Asker, fatal_error, first_bug
from khop.sync.results import CodesSummary, LookupSummary
from khop.sync.run_context import RunContext
from khop.text.logs import as_here

_BATCH = 200
#: Look-ups that failed are made once more, one at a time: too many at once may have been the
#: cause.
_ASKED_AGAIN = 200


def look_up_codes(
    context: RunContext, source: DossierLookup, *, again: bool = False
) -> LookupSummary:
    """One pull's look-ups of one source; with ``again``, of every code. The summary carries an
    error."""
    summary = LookupSummary(source.name)
    if not source.lookup_budget:
        return summary
    since_us = context.now_us()
    with context.write() as connection:
        look_ups.take_changes(connection, source.name, context.ages, since_us)
        if again:
            look_ups.ask_all(connection, source.name)
    with context.read() as connection:
        codes = look_ups.due_codes(connection, source.name, source.lookup_budget, since_us)
    context.progress.start(source.name, len(codes))
    with own_part(summary):
        _ask(context, source, codes, summary)
    with context.read() as connection:
        summary.waiting = look_ups.waiting(connection, source.name, since_us)
    context.progress.finish(source.name)
    return summary


def _ask(
    context: RunContext, source: DossierLookup, codes: Sequence[str], summary: LookupSummary
) -> None:
    """Ask about these codes, and once more about those without an answer."""

    def look_up(code: str) -> DossierRecord | None:
        found = source.look_up(code)
        check_owner(source.name, found)
        return found

    asker = Asker(source.name, look_up, ConnectorError, RecordError, AdapterError)
    failed: list[str] = []
    with ThreadPoolExecutor(source.connections, initializer=as_here()) as workers:
        for start in range(0, len(codes), _BATCH):
            batch, asked_us = codes[start : start + _BATCH], context.now_us()
            answers = list(workers.map(asker.ask, batch))
            _store(context, source.name, answers, asked_us)
            _count(summary, answers)
            context.progress.advance(source.name, len(batch))
            if (error := fatal_error(answers)) is not None:
                raise error
            failed += [a.code for a in answers if a.failure is not None]
    asked_us = context.now_us()
    second = [asker.ask(code) for code in failed[:_ASKED_AGAIN]]
    _store(context, source.name, second, asked_us)
    _count_again(summary, second)
    if (bug := first_bug(second)) is not None:
        raise bug


def name_codes(
    context: RunContext, source: CodeSource, lookup: DossierLookup | None
) -> CodesSummary:
    """Queue look-ups at ``lookup`` of the codes a file names."""
    summary = CodesSummary(source.name)
    codes: list[str] = []
    with own_part(summary):
        for item in source.codes():
            if isinstance(item, SheetRead):
                summary.sheets_unread.append(f"{item.sheet} ({item.not_read})")
            elif isinstance(item, Reject):
                summary.add_unusable(f"{item.native_id} {item.field}: {item.reason}")
            else:
                codes.append(item)
    with context.write() as connection:
        known_to = lookup.name if lookup is not None else source.name
        summary.new = presence.name_codes(connection, known_to, codes)
    summary.read = len(codes)
    return summary


def _store(
    context: RunContext,
    source: str,
    answers: Sequence[Answer[DossierRecord | None]],
    asked_us: int,
) -> None:
    """Store answers as of when they were asked for: a push may have been sent meanwhile."""
    answered = [(a.code, a.found) for a in answers if a.failure is None]
    failed = [(a.code, str(a.failure)) for a in answers if a.failure is not None]
    with context.write() as connection:
        presence.answered(connection, source, answered, asked_us, context.ages)
        presence.failed(connection, source, failed, asked_us)


def _count(summary: LookupSummary, answers: Sequence[Answer[DossierRecord | None]]) -> None:
    unknown = sum(a.failure is not None for a in answers)
    present = sum(a.found is not None for a in answers)
    summary.asked += len(answers)
    summary.present += present
    summary.absent += len(answers) - present - unknown
    summary.unknown += unknown


def _count_again(summary: LookupSummary, again: Sequence[Answer[DossierRecord | None]]) -> None:
    """Correct the counts by the answers of codes that failed the first time."""
    answered = [a for a in again if a.failure is None]
    present = sum(a.found is not None for a in answered)
    summary.present += present
    summary.absent += len(answered) - present
    summary.unknown -= len(answered)
