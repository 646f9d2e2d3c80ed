"""Sweeping a list: reading windows of dates again, apart from the watermark.

A sweep finds what an increment cannot see: a change whose change time was never moved, or was
set back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from khop.adapters.ports import DossierSource, WindowSource
from khop.errors import Unreadable
from khop.sync.ledger.cursor import load_cursor
from khop.sync.reading.page_store import PageStore, list_reading
from khop.sync.reading.pages import PageReader, RowIds, row_ids
from khop.sync.results import ListSummary
from khop.sync.run_context import RunContext


def sweep_list(
    context: RunContext, source: DossierSource, windows: WindowSource, first: date, last: date
) -> ListSummary:
    """Read the dossiers with a date from ``first`` to ``last``, changed or not.

    ``windows``: the source, as the port that is asked by dates. The summary carries an error;
    it names the date filters the server ignores.
    """
    summary = ListSummary(source.name)
    with list_reading(context, source, summary) as store:
        ignored = [
            field
            for field in windows.window_fields
            if not _sweep_field(store, windows, field, first, last)
        ]
        store.read_missing_details()
        if ignored:
            raise Unreadable(
                source.name,
                "sweep",
                detail=f"the server ignores the date filters: {', '.join(ignored)}",
            )
    return summary


def _sweep_field(
    store: PageStore, windows: WindowSource, field: str, first: date, last: date
) -> bool:
    """Read the windows of one date field; False when the server ignores the filter.

    It ignores the filter when two windows without a common day begin with the same page.
    """
    with store.context.read() as connection:
        cursor = load_cursor(connection, store.source.name)
    first_pages: list[RowIds] = []
    for start, end in _weeks(first, last):
        reader = PageReader(store.summary, store.context.progress, store.workers)
        # One day more: a list may read the last day as its first moment.
        read = partial(windows.window_page, field, start, end + timedelta(days=1))
        for page in reader.pages(read, 0):
            if page.asked == 0 and page.fetched:
                first_pages.append(row_ids(page))
                # The window before this one shares a day with it.
                if first_pages[-1] in first_pages[:-2]:
                    return False
            store.store(page, cursor)
    return True


def _weeks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from ``first`` to ``last`` in weeks, the newest first: a small window has few
    pages, so little moves while it is read."""
    while last >= first:
        start = max(first, last - timedelta(days=6))
        yield start, last
        last = start - timedelta(days=1)
