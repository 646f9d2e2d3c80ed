"""Storing the pages of one source's list, with the details of the dossiers that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from khop.adapters.ports import DossierSource, SourcePage
from khop.errors import ConnectorError, RecordError, Unauthorised
from khop.mappings.merging import merge_readings
from khop.mappings.records import DossierReading
from khop.sync.ledger import quarantine, records
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.ledger.records import REKEYED, Arrival, Known, record_hash
from khop.sync.reading.adapter_bugs import check_readings, own_part
from khop.sync.results import ListSummary
from khop.sync.run_context import RunContext
from khop.text.logs import Log, as_here

_HISTORY_BATCH = 500

log = Log(__name__)


@contextmanager
def list_reading(
    context: RunContext, source: DossierSource, summary: ListSummary
) -> Iterator[PageStore]:
    """A store for the pages of one list. An error ends the block, and its sentence goes into the
    summary."""
    started_us = context.now_us()
    context.progress.start(source.name)
    workers = ThreadPoolExecutor(source.connections, initializer=as_here())
    try:
        with own_part(summary):
            yield PageStore(context, source, summary, workers, started_us)
    finally:
        workers.shutdown(cancel_futures=True)
        context.progress.finish(source.name)


@dataclass(frozen=True, slots=True)
class PageStore:
    """Writes pages to the ledger. ``workers``: threads that read details. ``started_us``: when
    this pull began."""

    context: RunContext
    source: DossierSource
    summary: ListSummary
    workers: ThreadPoolExecutor
    started_us: int

    def store(self, page: SourcePage, cursor: Cursor) -> None:
        """Write the page, its quarantine rows and the cursor in one transaction."""
        name, summary = self.source.name, self.summary
        check_readings(name, page.readings)
        ids = [reading.record.native_id for reading in page.readings]
        with self.context.read() as connection:
            have = records.known(connection, name, ids)
        here_us = self.started_us, self.context.now_us()
        arrivals = self._with_details(_changed_readings(page.readings, have, here_us))
        now_us = self.context.now_us()
        with self.context.write() as connection:
            records.store_arrivals(connection, self.source.role, arrivals, now_us)
            records.confirm(connection, name, _unconfirmed(page.readings, have))
            quarantine.release(connection, name, ids)
            quarantine.put(connection, name, page.rejects, self.context.privacy, now_us)
            save_cursor(connection, name, cursor)
        summary.pages += 1
        summary.fetched += page.fetched
        summary.stored += len(arrivals)
        summary.undated += sum(each.record.changed_at is None for each in page.readings)
        summary.unchanged += len(page.readings) - len(arrivals)
        summary.quarantined += len(page.rejects)

    def read_missing_details(self) -> None:
        """Read the details that this pull or an earlier one could not read; each once."""
        if self.source.detail_mode == "never":
            return
        missing, after, name = 0, records.START, self.source.name
        while True:
            with self.context.read() as connection:
                waiting, after = records.history_due(connection, name, after, _HISTORY_BATCH)
            if not waiting:
                break
            read = list(self.workers.map(self._with_detail, waiting))
            done = [arrival for arrival in read if not arrival.history_due]
            missing += len(read) - len(done)
            with self.context.write() as connection:
                now_us = self.context.now_us()
                records.store_arrivals(connection, self.source.role, done, now_us)
        self.summary.history_missing = missing

    def _with_details(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        if self.source.detail_mode == "never":
            return arrivals
        return list(self.workers.map(self._with_detail, arrivals))

    def _with_detail(self, listed: Arrival) -> Arrival:
        """The list item merged with its detail; the item alone when the detail cannot be read."""
        if not listed.history_due:
            return listed
        try:
            detail = self.source.detail(listed.reading.record.native_id)
            check_readings(self.source.name, [detail])
            if detail.record.native_id != listed.reading.record.native_id:
                raise RecordError("id", "the detail is another dossier's")
        except (ConnectorError, RecordError) as error:
            if isinstance(error, Unauthorised) and error.at_login:
                raise
            log.warning("history_not_read", source=self.source.name, error=str(error))
            return listed
        merged = merge_readings(listed.reading, detail)
        return replace(listed, reading=merged, history_due=False, detail_said=detail.said_digest())


def _changed_readings(
    readings: Sequence[DossierReading], have: Mapping[str, Known], here_us: tuple[int, int]
) -> list[Arrival]:
    """The readings that differ from the ledger, one per dossier: the newest.

    ``here_us``: when this pull began, and now.
    """
    newest: dict[str, DossierReading] = {}
    for reading in readings:
        known = newest.get(reading.record.native_id)
        if known is None or _change_us(reading) >= _change_us(known):
            newest[reading.record.native_id] = reading
    arrivals = []
    for native_id, reading in newest.items():
        digest = record_hash(reading.record)
        if native_id not in have or _differs(reading, digest, have[native_id], here_us):
            arrivals.append(
                Arrival(reading, digest, reading.history is None, reading.said_digest())
            )
    return arrivals


def _differs(reading: DossierReading, digest: str, known: Known, here_us: tuple[int, int]) -> bool:
    """Whether a reading differs from what is stored.

    A row that this pull stored may be met again in an older state, because the list moved: that
    state is ignored. In a later pull an earlier change time is believed, since sources correct
    change times.
    """
    of_this_pull = here_us[0] <= known.stored_us <= here_us[1]
    if of_this_pull and _change_us(reading) < (known.changed_us or -1):
        return False
    return known.listed_hash != digest and not _is_rekeyed(reading, known)


def _unconfirmed(readings: Sequence[DossierReading], have: Mapping[str, Known]) -> list[Arrival]:
    """Readings that are as stored, and whose stored digests are not: another key was made since,
    or the digest of what the list said was not kept yet."""
    found = []
    for reading in readings:
        known = have.get(reading.record.native_id)
        if known is None:
            continue
        rekeyed = _is_rekeyed(reading, known)
        if not rekeyed and (known.list_said is not None or reading.said is None):
            continue
        digest = record_hash(reading.record)
        if rekeyed or known.listed_hash == digest:
            found.append(Arrival(reading, digest, list_said=reading.said_digest()))
    return found


def _is_rekeyed(reading: DossierReading, known: Known) -> bool:
    """Whether another key was made since the record was stored, and its change time is the same:
    then its detail is not read again."""
    same = known.changed_us is not None and _change_us(reading) == known.changed_us
    return known.listed_hash == REKEYED and same


def _change_us(reading: DossierReading) -> int:
    changed = reading.record.changed_at
    return -1 if changed is None else changed.us
