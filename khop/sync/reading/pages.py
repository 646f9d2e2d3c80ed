"""Reading the pages of a list that may move, or be answered wrongly, while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from itertools import pairwise
from typing import TypeAlias

from khop.adapters.ports import SourcePage
from khop.errors import Unreadable
from khop.sync.results import ListSummary, Progress
from khop.text.logs import Log

_READS_OF_A_PAGE = 4
#: A list without totals goes round when so many pages in a row bring no row that is new.
_STALE_PAGES = 50
#: Pages of one list; the largest list known has a few million rows.
_MOST_PAGES = 200_000

#: The ids of the records of a page, and what tells its rejects apart.
RowIds: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]

log = Log(__name__)


class PageReader:
    """Reads the pages of one list in order, and a page again while its answer is wrong.

    While the caller works on a page, the next one is being read. Two pages are in memory at most.
    """

    def __init__(self, summary: ListSummary, progress: Progress, workers: Executor) -> None:
        """``summary``: where pages that stay short are counted. ``workers``: threads, as many as
        the source allows connections, of which one reads ahead."""
        self._name = summary.source
        self._summary = summary
        self._progress = progress
        self._workers = workers
        self._next: Future[SourcePage] | None = None
        #: Rows of the largest page seen: servers misreport ``size``.
        self._rows: int | None = None
        #: Rows of each page read, and the page on which rows were first seen.
        self._read: dict[int, int] = {}
        self._shown = 0
        self._first_on: dict[int, int] = {}
        #: Rows of a list without totals, and how many pages in a row brought none that is new.
        self._seen: set[int] = set()
        self._stale = 0

    def pages(
        self,
        read: Callable[[int], SourcePage],
        number: int,
        ends: Callable[[SourcePage], bool] | None = None,
    ) -> Iterator[SourcePage]:
        """The pages from ``number`` on, until the last, or the first for which ``ends`` holds.

        Raises Unreadable when the list keeps answering with a page that was not asked for, when it
        goes on behind the end that it tells, and when it tells none and does not end.
        """
        self._read.clear()
        self._shown = self._stale = 0
        self._first_on.clear()
        self._seen.clear()
        self._next = None
        before: SourcePage | None = None
        while True:
            page = self._read_page(read, number, before)
            if before is not None and _shrank(page, before) and number > 0:
                # Rows were taken out, so the rows after them moved up to the page just read.
                before, number = None, max(number - 1, 0)
                continue
            self._progress.advance(self._name, page.fetched, total=page.total)
            self._shown += page.fetched - self._read.get(number, 0)
            self._read[number] = page.fetched
            if is_last(page) or (ends is not None and ends(page)):
                yield page
                return
            endless = self._endless(page)
            if endless is None:
                self._next = self._workers.submit(read, number + 1)
            yield page
            if endless is not None:
                raise Unreadable(self._name, "list", detail=endless)
            before, number = page, number + 1

    def _endless(self, page: SourcePage) -> str | None:
        """Why the list may never end: it has shown more rows than it counts, counts none and shows
        only rows that it showed before, or has too many pages. None while it may.

        It may have grown by two pages while it was read.
        """
        most = None if page.total is None else page.total + 2 * (self._rows or 0)
        if most is not None and self._shown > most:
            return f"the list counts {page.total} rows, has shown {self._shown} and does not end"
        if page.total is None and self._shows_nothing_new(page):
            return f"the list showed no new row on {_STALE_PAGES} pages and does not end"
        if page.asked >= _MOST_PAGES:
            return f"the list has shown {_MOST_PAGES} pages and does not end"
        return None

    def _shows_nothing_new(self, page: SourcePage) -> bool:
        """Whether this page and many before it brought only rows of earlier pages."""
        before = len(self._seen)
        self._seen.update(hash(row) for rows in row_ids(page) for row in rows)
        self._stale = 0 if len(self._seen) > before else self._stale + 1
        return self._stale >= _STALE_PAGES

    def _read_page(
        self, read: Callable[[int], SourcePage], number: int, before: SourcePage | None
    ) -> SourcePage:
        """The page, read again while the answer is another page, a repeated or a short one."""
        for _ in range(_READS_OF_A_PAGE):
            ahead, self._next = self._next, None
            page = ahead.result() if ahead is not None else read(number)
            error = _page_error(page, before, self._rows) or self._repeats(page, number)
            if error is None:
                self._rows = max(page.fetched, self._rows or 0)
                return page
            log.info("page_read_again", source=self._name, page=number, error=error)
        if error == "short" and self._rows is None:
            self._rows = page.fetched  # the server gives fewer rows a page than it says
            return page
        if error == "short":
            self._summary.short_pages += 1
            return page
        raise Unreadable(
            self._name,
            "list",
            detail=f"asked for page {number}, the answer is {error} page every time",
        )

    def _repeats(self, page: SourcePage, number: int) -> str | None:
        """Whether a full page is an earlier page again: the list goes round."""
        if page.fetched < max(self._rows or 0, 2):
            return None
        first = self._first_on.setdefault(hash(row_ids(page)), number)
        return "an earlier" if first < number else None


def is_last(page: SourcePage) -> bool:
    """Whether the list ends with this page."""
    return page.last or not page.fetched


def is_older_than(page: SourcePage, bound_us: int | None) -> bool:
    """Whether all rows after this page changed before ``bound_us``; None is no bound.

    Only a page in order can show that: a list that ignores the sort is read to its end.
    """
    changes = [r.record.changed_at.us for r in page.readings if r.record.changed_at]
    if bound_us is None or not changes:
        return False
    in_order = all(a >= b for a, b in pairwise(changes))
    return in_order and changes[-1] < bound_us


def row_ids(page: SourcePage) -> RowIds:
    """What tells the rows of a page apart: the native ids of the records; of the rejects, which may
    have none, the id, the code or the whole."""
    return (
        tuple([reading.record.native_id for reading in page.readings]),
        tuple([each.native_id or each.code or repr(each.payload) for each in page.rejects]),
    )


def _shrank(page: SourcePage, before: SourcePage) -> bool:
    return page.total is not None and before.total is not None and page.total < before.total


def _page_error(page: SourcePage, before: SourcePage | None, rows: int | None) -> str | None:
    if page.number is not None and page.number != page.asked:
        return "another"
    if before is not None and page.fetched and row_ids(page) == row_ids(before):
        return "the previous"
    return "short" if page.fetched < _least_rows(page, rows) else None


def _least_rows(page: SourcePage, rows: int | None) -> int:
    """Rows this page has at least, by the answer's own numbers and the largest page so far."""
    if page.size is None:
        return 0
    size = page.size if rows is None else min(page.size, rows)
    if page.total is not None:
        return max(min(size, page.total - page.asked * size), 0)
    return 0 if page.last else size
