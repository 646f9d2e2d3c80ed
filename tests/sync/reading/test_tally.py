"""Lists that show rows twice, end never, or hide a new row behind one that left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest

from khop.adapters.ports import SourcePage
from khop.errors import Unreadable
from khop.mappings.records import DossierReading, DossierRecord, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import load_cursor
from khop.sync.reading.pages import _MOST_PAGES, PageReader
from khop.sync.reading.tally import Tally
from khop.sync.results import ListSummary, NoProgress
from tests.sync.fakes import FakeClock, FakeOneStop, at, record
from tests.sync.reading.pulled import codes, listed

pytestmark = pytest.mark.slow

BULK = at(12, 8)


def page(number: int, rows: Sequence[DossierRecord], last: bool = False) -> SourcePage:
    """A page of a slice."""
    return SourcePage(
        asked=number, number=number, size=10, last=last, total=None,
        readings=tuple(map(DossierReading, rows)), rejects=(),
    )  # fmt: skip


def unstable(one_stop: FakeOneStop, seed: int) -> Callable[[int], SourcePage]:
    """A slice whose ties are in another order at each call."""
    random = Random(seed)

    def answer(number: int) -> SourcePage:
        rows = sorted(
            one_stop.dossiers.values(),
            key=lambda r: (-(r.changed_at.us if r.changed_at else 0), random.random()),
        )
        part = rows[number * 10 : number * 10 + 10]
        return page(number, part, last=number * 10 + 10 >= len(rows))

    return answer


@pytest.mark.parametrize("seed", range(8))
def test_ties_in_another_order_each_time_are_read_whole_or_told(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock, seed: int
) -> None:
    one_stop.put(*(record(i, changed_at=BULK) for i in range(1, 60)))
    one_stop.on_page = unstable(one_stop, seed)
    for _ in range(20):
        missing = listed(engine.pull()).missing
        stored = len(codes(ledger))
        with ledger.read() as connection:
            complete = load_cursor(connection, "igate").complete
        assert missing >= 59 - stored
        assert complete is (missing == 0)
        if not missing:
            break
        clock.advance(minutes=1)
    assert stored == 59


@pytest.mark.parametrize("seed", range(4))
def test_a_bulk_change_in_unstable_order_is_not_passed_by_the_watermark(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock, seed: int
) -> None:
    one_stop.put(*(record(i, changed_at=at(1, i % 20)) for i in range(1, 60)))
    engine.pull()
    one_stop.put(*(record(i, changed_at=BULK, status=Status.STOPPED) for i in range(1, 60)))
    one_stop.on_page = unstable(one_stop, seed)
    for _ in range(20):
        clock.advance(minutes=1)
        if not listed(engine.pull()).missing:
            break
    with ledger.read() as connection:
        statuses = connection.exec_driver_sql("SELECT status FROM source_record").all()
    assert {row[0] for row in statuses} == {int(Status.STOPPED)}


def test_rows_that_others_pushed_down_are_no_sign(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.tells_total = False
    one_stop.put(*(record(i) for i in range(1, 36)))

    def grows(number: int) -> None:
        if number == 1:
            one_stop.put(record(100 + len(one_stop.dossiers), changed_at=at(15)))

    one_stop.on_page = grows
    assert listed(engine.pull()).missing == 0
    assert one_stop.pages_read == [0, 1, 2, 3]


def test_a_list_that_always_shows_rows_twice_is_read_twice_and_believed(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    rows = [record(i) for i in range(1, 26)]
    one_stop.put(*rows)
    shown = sorted([*rows, *rows[::5]], key=lambda r: r.code)

    def doubled(number: int) -> SourcePage:
        part = shown[number * 10 : number * 10 + 10]
        return page(number, part, last=number * 10 + 10 >= len(shown))

    one_stop.on_page = doubled
    assert listed(engine.pull()).missing == 0
    assert one_stop.pages_read == [0, 1, 2] * 2
    with ledger.read() as connection:
        assert load_cursor(connection, "igate").complete


def test_a_row_that_left_does_not_hide_a_new_one_without_a_change_time(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock
) -> None:
    one_stop.put(*(record(i, changed_at=at(1, i % 20, i % 60)) for i in range(1, 101)))
    engine.pull()
    del one_stop.dossiers[record(51).native_id]
    clock.advance(minutes=1)
    engine.pull()
    undated = record(999, changed_at=None)
    one_stop.put(undated)
    clock.advance(minutes=1)
    engine.pull()
    assert undated.code in codes(ledger)
    one_stop.pages_read.clear()
    clock.advance(minutes=1)
    assert listed(engine.pull()).missing == 0
    assert one_stop.pages_read == [0]


@pytest.mark.parametrize("total", [25, 0])
def test_a_list_that_goes_on_behind_the_end_it_tells_is_given_up(
    engine: Engine, one_stop: FakeOneStop, total: int
) -> None:
    one_stop.detail_mode = "never"

    def endless(number: int) -> SourcePage:
        rows = [record(number * 10 + i) for i in range(10)]
        return replace(page(number, rows), total=total)

    one_stop.on_page = endless
    summary = listed(engine.pull())
    assert summary.error is not None
    assert "does not end" in summary.error
    assert max(one_stop.pages_read) < 8


def test_a_list_that_goes_round_is_given_up(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.detail_mode = "never"

    def round_and_round(number: int) -> SourcePage:
        return page(number, [record(number % 3 * 10 + i) for i in range(10)])

    one_stop.on_page = round_and_round
    summary = listed(engine.pull())
    assert "an earlier page" in (summary.error or "")
    assert max(one_stop.pages_read) == 3


def test_a_list_without_totals_that_goes_round_between_its_pages_is_given_up(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.detail_mode = "never"

    def round_and_round(number: int) -> SourcePage:
        return page(number, [record((number * 10 + i) % 1007) for i in range(10)])

    one_stop.on_page = round_and_round
    summary = listed(engine.pull())
    assert "showed no new row on 50 pages and does not end" in (summary.error or "")
    assert max(one_stop.pages_read) == 100 + 50
    with ledger.read() as connection:
        cursor = load_cursor(connection, "igate")
        assert (cursor.watermark_us, cursor.complete) == (None, False)


def test_a_list_has_an_end_even_when_every_page_is_new() -> None:
    with ThreadPoolExecutor(1) as workers:
        reader = PageReader(ListSummary("igate"), NoProgress(), workers)
        pages = reader.pages(lambda number: page(number, [record(number)]), _MOST_PAGES - 2)
        with pytest.raises(Unreadable, match="has shown 200000 pages and does not end"):
            list(pages)


def test_a_total_that_changes_at_each_page_does_not_end_the_reading(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: replace(one_stop.honest_page(number), total=35 + number)
    assert listed(engine.pull()).error is None
    assert len(codes(ledger)) == 35


def test_a_tally_counts_what_was_shown_instead_of_others() -> None:
    tally = Tally()
    tally.add(page(0, [record(1), record(2), record(3)]))
    tally.add(page(1, [record(3), record(4), record(1)]))
    assert tally.unseen == 1
    again = Tally(tally)
    again.add(page(0, [record(1), record(2), record(3)]))
    again.add(page(1, [record(4), record(5)]))
    assert again.unseen == 0
