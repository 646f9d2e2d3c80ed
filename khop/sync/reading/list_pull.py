"""Pulling a list that has no "changed since" filter, newest change first.

::

    whole traversal  page 0 .. last            first pull, or asked for
    increment        page 0 .. watermark - overlap

Each page, its quarantine rows and the cursor commit in one transaction. A traversal that was
interrupted goes on one page before the page where it stopped. The watermark moves only when a
traversal has ended, and only to the newest change on its first page: what changes during a
traversal is newer than that and is read by the next one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from khop.adapters.ports import DossierSource, SourcePage
from khop.sync.ledger import records
from khop.sync.ledger.cursor import Cursor, load_cursor, save_cursor, until_now
from khop.sync.reading.page_store import PageStore, list_reading
from khop.sync.reading.pages import PageReader, is_last, is_older_than
from khop.sync.reading.tally import Tally
from khop.sync.results import ListSummary
from khop.sync.run_context import RunContext
from khop.text.logs import Log

_CATCH_UP_PASSES = 3
#: New objects after which the garbage collector looks at them while a list is pulled; a page of 500
#: dossiers has some 15,000.
_NEW_OBJECTS = 100_000

log = Log(__name__)


def pull_list(context: RunContext, source: DossierSource, *, full: bool = False) -> ListSummary:
    """Read what is new (or, with ``full``, everything). The summary carries an error."""
    summary = ListSummary(source.name)
    with list_reading(context, source, summary) as store, _frozen_heap():
        _ListPull(context, source, store).traverse_until_complete(full)
        store.read_missing_details()
    return summary


class _ListPull:
    """The traversals of one pull."""

    def __init__(self, context: RunContext, source: DossierSource, store: PageStore) -> None:
        self._context = context
        self._source = source
        self._store = store
        self._summary = store.summary
        self._reader = PageReader(store.summary, context.progress, store.workers)
        self._tally = Tally()

    def traverse_until_complete(self, full: bool) -> None:
        """Traverse, and traverse again while rows of the list were not seen: because it showed
        others twice, or counts more than are known.

        A list may also count rows that it never shows, so a traversal without a new row is the
        last. The summary counts the rows still missing.
        """
        total = self._traverse(full)
        for _ in range(_CATCH_UP_PASSES):
            if not self._tally.unseen:
                break
            log.info("rows_shown_twice", source=self._source.name, unseen=self._tally.unseen)
            self._tally = Tally(self._tally)
            total = self._traverse(full)
        unseen = self._tally.unseen
        known = self._count_known()
        for _ in range(_CATCH_UP_PASSES):
            if total is None or known >= total + self._accepted_surplus():
                break
            log.info("list_moved_while_read", source=self._source.name)
            self._tally = Tally()
            total = self._traverse(True)
            before, known = known, self._count_known()
            if known == before:
                surplus = known - total if total is not None else 0
                self._accept_surplus(surplus, complete=not self._summary.short_pages)
                break
        self._summary.missing = max(0, total - known) if total is not None else unseen
        if total is not None and not self._summary.missing:
            self._accept_surplus(known - total, complete=True)

    def _count_known(self) -> int:
        with self._context.read() as connection:
            return records.count_known(connection, self._source.name)

    def _accepted_surplus(self) -> int:
        with self._context.read() as connection:
            return load_cursor(connection, self._source.name).surplus

    def _accept_surplus(self, surplus: int, *, complete: bool = False) -> None:
        """Remember a difference that another traversal did not change, so that the next pull
        reads the whole list again only when the list counts more: also when rows that left it
        would hide as many new ones."""
        with self._context.write() as connection:
            cursor = load_cursor(connection, self._source.name)
            changed = replace(cursor, surplus=surplus, complete=cursor.complete or complete)
            save_cursor(connection, self._source.name, changed)

    def _traverse(self, full: bool) -> int | None:
        """One traversal. Returns the list's total, if the list tells it."""
        cursor = self._begin(full)
        bound_us = None if cursor.whole else _bound_us(cursor, self._source.overlap_seconds)
        number = max(cursor.next_page - 1, 0) if cursor.next_page else 0
        total = None

        def ends(page: SourcePage) -> bool:
            return is_last(page) or is_older_than(page, bound_us)

        for page in self._reader.pages(self._source.page, number, ends):
            done = ends(page)
            if not cursor.whole or page.total is None:
                self._tally.add(page)
            cursor = self._advanced(cursor, page, done)
            self._store.store(page, cursor)
            total = page.total
        return total

    def _begin(self, full: bool) -> Cursor:
        with self._context.read() as connection:
            stored = load_cursor(connection, self._source.name)
        cursor = until_now(stored, self._context.now_us())
        if cursor.next_page is not None and (cursor.whole or not full):
            return cursor
        whole = full or cursor.watermark_us is None
        return replace(cursor, top_us=None, next_page=None, whole=whole)

    def _advanced(self, cursor: Cursor, page: SourcePage, done: bool) -> Cursor:
        """The cursor after this page."""
        if cursor.next_page is None:
            cursor = replace(cursor, top_us=self._top_us(page))
        if not done:
            return replace(cursor, next_page=page.asked + 1)
        ended = replace(cursor, top_us=None, next_page=None)
        if self._tally.unseen:
            # The next traversal reads the same part again.
            return ended
        changes = (cursor.watermark_us, cursor.top_us)
        return replace(
            ended,
            watermark_us=max((us for us in changes if us is not None), default=None),
            complete=cursor.complete or self._shown_whole(cursor, page),
        )

    def _shown_whole(self, cursor: Cursor, page: SourcePage) -> bool:
        """Whether the traversal that ends with this page showed the whole list. A list that counts
        its rows is judged by its count, when all traversals have ended."""
        return cursor.whole and page.total is None and not self._summary.short_pages

    def _top_us(self, page: SourcePage) -> int | None:
        """The newest change on the first page, but no time in the future: a mistyped year would
        hide every later change."""
        changes = [r.record.changed_at.us for r in page.readings if r.record.changed_at]
        return min(max(changes), self._context.now_us()) if changes else None


@contextmanager
def _frozen_heap() -> Iterator[None]:
    """Keep the garbage collector away from what is in memory already, and from most pages.

    Every page makes enough records to start a collection of the whole heap, and many of the new
    objects alone, which find nothing to free: that was a fifth of the time of a pull. A program
    that froze its heap itself is left alone.
    """
    if gc.get_freeze_count():
        yield
        return
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _bound_us(cursor: Cursor, overlap_seconds: float) -> int | None:
    """Where an increment ends; None when there is no watermark yet."""
    if cursor.watermark_us is None:
        return None
    return cursor.watermark_us - int(overlap_seconds * 1_000_000)
