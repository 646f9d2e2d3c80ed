"""Pulling a list that has no "changed since" filter, newest change first.

::

    whole traversal  page 0 .. last            first pull, or asked for
    increment        page 0 .. watermark - overlap
    sweep            page 0 .. last of each window of dates, apart from the watermark

Each page, its quarantine rows and the cursor commit in one transaction. A traversal that was
cut off goes on one page before where it stopped. The watermark moves only when a traversal has
ended, and only to the newest change its first page showed: what changed while it ran is newer
than that and is read by the next one.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

import sqlalchemy as sa
import structlog

from khop.adapters.ports import DossierSource, SourcePage, WindowSource
from khop.errors import ConnectorError, RecordError, Unauthorised, Unreadable
from khop.mappings.records import DossierReading, Instant, merge_readings
from khop.sync.ledger import Lease, Ledger, quarantine, records
from khop.sync.ledger.records import Arrival, Known, record_hash
from khop.sync.ledger.schema import cursor as cursor_table
from khop.sync.privacy import Privacy
from khop.sync.results import ListSummary, Progress

_READS_OF_A_PAGE = 4
_CATCH_UP_PASSES = 3
_HISTORY_BATCH = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source has been read. ``next_page`` is set while a traversal is under way."""

    watermark_us: int | None = None
    top_us: int | None = None
    next_page: int | None = None
    whole: bool = False
    complete: bool = False
    surplus: int = 0


class ListPull:
    """One pull of one source's list."""

    def __init__(
        self,
        ledger: Ledger,
        source: DossierSource,
        privacy: Privacy,
        lease: Lease,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._source = source
        self._privacy = privacy
        self._lease = lease
        self._clock = clock
        self._progress = progress
        self._summary = ListSummary(source.name)
        self._started_us = Instant.of(clock()).us
        #: Rows of a full page, as seen: an answer's own word for it need not be true.
        self._rows: int | None = None

    def run(self, *, full: bool = False) -> ListSummary:
        """Read what is new (or, with ``full``, everything). The summary carries a fault."""
        self._progress.start(self._source.name)
        workers = ThreadPoolExecutor(self._source.connections)
        try:
            with _heap_at_rest():
                self._traverse_until_quiet(workers, full)
                self._read_missing_histories(workers)
        except ConnectorError as error:
            self._summary = replace(self._summary, error=str(error))
        finally:
            workers.shutdown(cancel_futures=True)
            self._progress.finish(self._source.name)
        return self._summary

    def sweep(self, source: WindowSource, first: date, last: date) -> ListSummary:
        """Read the dossiers with a date from ``first`` to ``last``, changed or not.

        For what an increment cannot see: a change time that was never moved, or taken back. The
        watermark stays. The summary carries a fault, and names dates the list does not heed.
        """
        self._progress.start(self._source.name)
        workers = ThreadPoolExecutor(self._source.connections)
        try:
            fields = source.window_fields
            read = [self._sweep_by(source, field, first, last, workers) for field in fields]
            self._read_missing_histories(workers)
            if unheeded := [
                field for field, heeded in zip(fields, read, strict=True) if not heeded
            ]:
                raise Unreadable(
                    self._source.name,
                    "sweep",
                    detail=f"whatever the dates, the list is the same: {', '.join(unheeded)}",
                )
        except ConnectorError as error:
            self._summary = replace(self._summary, error=str(error))
        finally:
            workers.shutdown(cancel_futures=True)
            self._progress.finish(self._source.name)
        return self._summary

    def _sweep_by(
        self,
        source: WindowSource,
        field: str,
        first: date,
        last: date,
        workers: ThreadPoolExecutor,
    ) -> bool:
        """Read the windows of one date; False when the list does not heed it, which shows when
        two windows without a common day begin with the same page."""
        with self._ledger.read() as connection:
            cursor = load_cursor(connection, self._source.name)
        begun: list[tuple[list[str], list[str | None]]] = []
        for start, end in _weeks(first, last):
            self._rows = None
            # One day more: a list may take the last day for its first moment.
            asked = partial(source.window_page, field, start, end + timedelta(days=1))
            for page in self._pages(asked, 0):
                if page.asked == 0 and page.fetched:
                    begun.append(_ids(page))
                    if begun[-1] in begun[:-2]:
                        return False
                self._store(page, cursor, workers)
        return True

    # --- traversals ---------------------------------------------------------------------------

    def _traverse_until_quiet(self, workers: ThreadPoolExecutor, full: bool) -> None:
        """Traverse; again while rows were missed, because the list moved under the reader.

        A list may also count rows that cannot be told apart; so a traversal that found nothing
        new is the last. What is missing then is in the summary.
        """
        total = self._traverse(workers, full)
        known = self._known()
        for _ in range(_CATCH_UP_PASSES):
            if total is None or known >= total + self._accepted():
                break
            log.info("list_moved_while_read", source=self._source.name)
            total = self._traverse(workers, True)
            before, known = known, self._known()
            if known == before:
                self._accept(known - total if total is not None else 0)
                break
        missing = max(0, total - known) if total is not None else 0
        self._summary = replace(self._summary, missing=missing)
        if total is not None and not missing:
            self._accept(0, complete=True)

    def _known(self) -> int:
        with self._ledger.read() as connection:
            return records.count_known(connection, self._source.name)

    def _accepted(self) -> int:
        """By how much the list counted more than could be read, last time; 0 or less."""
        with self._ledger.read() as connection:
            return load_cursor(connection, self._source.name).surplus

    def _accept(self, surplus: int, *, complete: bool = False) -> None:
        """Remember what reading again does not change, so that only news sets it off."""
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            cursor = load_cursor(connection, self._source.name)
            changed = replace(cursor, surplus=min(surplus, 0), complete=cursor.complete or complete)
            save_cursor(connection, self._source.name, changed)

    def _traverse(self, workers: ThreadPoolExecutor, full: bool) -> int | None:
        """One traversal. Answers the list's total, if the list tells it."""
        cursor = self._begin(full)
        bound = None if cursor.whole else _bound(cursor, self._source.overlap_seconds)
        number = max(cursor.next_page - 1, 0) if cursor.next_page else 0
        total = None
        for page in self._pages(self._source.page, number):
            done = _ends(page) or _reaches(page, bound)
            cursor = self._advanced(cursor, page, done)
            self._store(page, cursor, workers)
            total = page.total
            if done:
                break
        return total

    def _pages(self, read: Callable[[int], SourcePage], number: int) -> Iterator[SourcePage]:
        """The pages from ``number`` on, until the last."""
        before: SourcePage | None = None
        while True:
            page = self._read_page(read, number, before)
            if before is not None and _shrank(page, before) and number > 0:
                # rows were taken out: what followed them moved up, past the page just read
                before, number = None, max(number - 1, 0)
                continue
            self._progress.advance(self._source.name, page.fetched, total=page.total)
            yield page
            if _ends(page):
                return
            before, number = page, number + 1

    def _begin(self, full: bool) -> Cursor:
        with self._ledger.read() as connection:
            cursor = load_cursor(connection, self._source.name)
        if cursor.next_page is not None and (cursor.whole or not full):
            return cursor
        return replace(
            cursor, top_us=None, next_page=None, whole=full or cursor.watermark_us is None
        )

    def _advanced(self, cursor: Cursor, page: SourcePage, done: bool) -> Cursor:
        if cursor.next_page is None:
            cursor = replace(cursor, top_us=self._top(page))
        if not done:
            return replace(cursor, next_page=page.asked + 1)
        return replace(
            cursor,
            watermark_us=_latest(cursor.watermark_us, cursor.top_us),
            top_us=None,
            next_page=None,
            complete=cursor.complete or (cursor.whole and not self._summary.short_pages),
        )

    def _top(self, page: SourcePage) -> int | None:
        """The newest change of the first page, but never a time that is still to come: a
        mistyped year would hide every later change."""
        changes = [r.record.changed_at.us for r in page.readings if r.record.changed_at]
        return min(max(changes), Instant.of(self._clock()).us) if changes else None

    # --- one page -----------------------------------------------------------------------------

    def _read_page(
        self, read: Callable[[int], SourcePage], number: int, before: SourcePage | None
    ) -> SourcePage:
        """The page, read again while the answer is another page, a repeated or a short one.

        Raises Unreadable when the list keeps answering with a page that was not asked for.
        """
        for _ in range(_READS_OF_A_PAGE):
            page = read(number)
            fault = _page_fault(page, before, self._rows)
            if fault is None:
                self._rows = max(page.fetched, self._rows or 0)
                return page
            log.info("page_read_again", source=self._source.name, page=number, fault=fault)
        if fault == "short" and self._rows is None:
            self._rows = page.fetched  # a server that gives fewer rows a page than it says
            return page
        if fault == "short":
            self._summary = replace(self._summary, short_pages=self._summary.short_pages + 1)
            return page
        raise Unreadable(
            self._source.name,
            "list",
            detail=f"asked for page {number}, the answer is {fault} page every time",
        )

    def _store(self, page: SourcePage, cursor: Cursor, workers: ThreadPoolExecutor) -> None:
        name = self._source.name
        ids = [reading.record.native_id for reading in page.readings]
        with self._ledger.read() as connection:
            have = records.known(connection, name, ids)
        arrivals = self._with_history(_news(page.readings, have, self._started_us), workers)
        now_us = Instant.of(self._clock()).us
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            records.store_arrivals(connection, self._source.role, arrivals, now_us)
            quarantine.release(connection, name, ids)
            quarantine.put(connection, name, page.rejects, self._privacy, now_us)
            save_cursor(connection, name, cursor)
        was = self._summary
        self._summary = replace(
            was,
            pages=was.pages + 1,
            fetched=was.fetched + page.fetched,
            stored=was.stored + len(arrivals),
            unchanged=was.unchanged + len(page.readings) - len(arrivals),
            quarantined=was.quarantined + len(page.rejects),
        )

    # --- histories ----------------------------------------------------------------------------

    def _with_history(
        self,
        news: Sequence[Arrival],
        workers: ThreadPoolExecutor,
    ) -> Sequence[Arrival]:
        if self._source.detail_mode == "never":
            return news
        return list(workers.map(self._detailed, news))

    def _detailed(self, listed: Arrival) -> Arrival:
        """The list item with what its detail adds; without it when the detail cannot be had."""
        if not listed.history_due:
            return listed
        try:
            detail = self._source.detail(listed.reading.record.native_id)
            if detail.record.native_id != listed.reading.record.native_id:
                raise RecordError("id", "the detail is another dossier's")
        except (ConnectorError, RecordError) as error:
            if isinstance(error, Unauthorised) and error.at_login:
                raise
            log.warning("history_not_read", source=self._source.name, fault=str(error))
            return listed
        merged = merge_readings(listed.reading, detail)
        return replace(listed, reading=merged, history_due=False)

    def _read_missing_histories(self, workers: ThreadPoolExecutor) -> None:
        """Read the details that an earlier pull, or this one, could not; each once."""
        if self._source.detail_mode == "never":
            return
        missing, after = 0, ""
        while True:
            with self._ledger.read() as connection:
                waiting = records.history_due(connection, self._source.name, after, _HISTORY_BATCH)
            if not waiting:
                break
            after = waiting[-1].reading.record.native_id
            read = list(workers.map(self._detailed, waiting))
            done = [arrival for arrival in read if not arrival.history_due]
            missing += len(read) - len(done)
            with self._ledger.write() as connection:
                self._lease.renew(connection)
                now_us = Instant.of(self._clock()).us
                records.store_arrivals(connection, self._source.role, done, now_us)
        self._summary = replace(self._summary, history_missing=missing)


@contextmanager
def _heap_at_rest() -> Iterator[None]:
    """Spare the collector what is in memory already.

    Every page makes enough records to set off a walk over the whole heap, where a pull leaves
    nothing to find; that was an eighth of its time. A program that froze its heap is left alone.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def load_cursor(connection: sa.Connection, source: str) -> Cursor:
    """The source's cursor; a fresh one if it was never read."""
    row = connection.execute(sa.select(cursor_table).where(cursor_table.c.source == source)).first()
    if row is None:
        return Cursor()
    return Cursor(row.watermark_us, row.top_us, row.next_page, row.whole, row.complete, row.surplus)


def save_cursor(connection: sa.Connection, source: str, cursor: Cursor) -> None:
    connection.execute(
        _SAVE_CURSOR,
        {
            "source": source,
            "watermark_us": cursor.watermark_us,
            "top_us": cursor.top_us,
            "next_page": cursor.next_page,
            "whole": cursor.whole,
            "complete": cursor.complete,
            "surplus": cursor.surplus,
        },
    )


def _ends(page: SourcePage) -> bool:
    return page.last or not page.fetched


def _weeks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from ``first`` to ``last`` in pieces of a week, the newest first: a small window
    has few pages, so little moves while it is read."""
    while last >= first:
        start = max(first, last - timedelta(days=6))
        yield start, last
        last = start - timedelta(days=1)


def _bound(cursor: Cursor, overlap_seconds: float) -> int | None:
    if cursor.watermark_us is None:
        return None
    return cursor.watermark_us - int(overlap_seconds * 1_000_000)


def _reaches(page: SourcePage, bound: int | None) -> bool:
    """Whether everything after this page is older than ``bound``.

    Only a page that is in order can say so: a list that ignores the sort is read to its end.
    """
    changes = [r.record.changed_at.us for r in page.readings if r.record.changed_at]
    if bound is None or not changes:
        return False
    in_order = all(a >= b for a, b in pairwise(changes))
    return in_order and changes[-1] < bound


def _shrank(page: SourcePage, before: SourcePage) -> bool:
    return page.total is not None and before.total is not None and page.total < before.total


def _page_fault(page: SourcePage, before: SourcePage | None, rows: int | None) -> str | None:
    if page.number is not None and page.number != page.asked:
        return "another"
    if before is not None and page.fetched and _ids(page) == _ids(before):
        return "the previous"
    return "short" if page.fetched < _expected(page, rows) else None


def _expected(page: SourcePage, rows: int | None) -> int:
    """Rows this page must have at least, as far as the answer and the pages before it tell."""
    if page.size is None:
        return 0
    size = page.size if rows is None else min(page.size, rows)
    if page.total is not None:
        return max(min(size, page.total - page.asked * size), 0)
    return 0 if page.last else size


def _ids(page: SourcePage) -> tuple[list[str], list[str | None]]:
    return (
        [reading.record.native_id for reading in page.readings],
        [reject.native_id for reject in page.rejects],
    )


def _news(
    readings: Sequence[DossierReading], have: dict[str, Known], started_us: int
) -> list[Arrival]:
    """The readings that say something the ledger does not have, one per dossier, the newest."""
    newest: dict[str, DossierReading] = {}
    for reading in readings:
        known = newest.get(reading.record.native_id)
        if known is None or _changed(reading) >= _changed(known):
            newest[reading.record.native_id] = reading
    arrivals = []
    for native_id, reading in newest.items():
        digest = record_hash(reading.record)
        if native_id not in have or _is_news(reading, digest, have[native_id], started_us):
            arrivals.append(Arrival(reading, digest, history_due=reading.history is None))
    return arrivals


def _is_news(reading: DossierReading, digest: str, known: Known, started_us: int) -> bool:
    """Other than what is stored; and not an older state of a row that this very pull has
    stored, met again while the list moved. A source may well take a change time back later."""
    if known.stored_us >= started_us and _changed(reading) < (known.changed_us or -1):
        return False
    return known.listed_hash != digest


def _changed(reading: DossierReading) -> int:
    changed = reading.record.changed_at
    return -1 if changed is None else changed.us


def _latest(a: int | None, b: int | None) -> int | None:
    return max((x for x in (a, b) if x is not None), default=None)


_SAVE_CURSOR = sa.text(
    "INSERT INTO cursor (source, watermark_us, top_us, next_page, whole, complete, surplus) "
    "VALUES (:source, :watermark_us, :top_us, :next_page, :whole, :complete, :surplus) "
    "ON CONFLICT (source) DO UPDATE SET watermark_us = excluded.watermark_us, "
    "top_us = excluded.top_us, next_page = excluded.next_page, whole = excluded.whole, "
    "complete = excluded.complete, surplus = excluded.surplus"
)
