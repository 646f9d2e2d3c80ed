"""Pages that come wrong, and lists that move while they are read: no row is lost or doubled."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from khop.adapters.ports import SourcePage
from khop.mappings.records import DossierReading, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import load_cursor
from khop.sync.ledger.schema import source_record
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, at, record
from tests.sync.reading.pulled import codes, listed

LEDGERS = BOTH


def test_a_row_taken_out_while_the_list_is_read_does_not_hide_another(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))

    def take_out(number: int) -> SourcePage | None:
        if number == 1:
            one_stop.dossiers.pop(record(35).native_id, None)
        return None

    one_stop.on_page = take_out
    engine.pull()
    assert len(codes(ledger)) == 35


def test_a_page_that_stays_short_is_counted_and_the_list_is_not_complete(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 31)))

    def short(number: int) -> SourcePage | None:
        page = one_stop.honest_page(number)
        return replace(page, readings=page.readings[:8]) if number == 1 else None

    one_stop.on_page = short
    summary = listed(engine.pull())
    assert summary.short_pages > 0
    assert summary.missing == 2
    with ledger.read() as connection:
        assert not load_cursor(connection, "igate").complete


def test_a_list_that_never_says_last_ends_with_its_first_empty_page(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(i) for i in range(1, 16)))
    one_stop.on_page = lambda number: replace(
        one_stop.honest_page(number), last=False, total=None, size=None
    )
    assert listed(engine.pull()).stored == 15
    assert max(one_stop.pages_read) == 2


@pytest.mark.parametrize("fault", ["earlier", "repeated", "short"])
def test_a_wrong_page_is_read_again(
    fault: str, engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    used: list[int] = []

    def once(number: int) -> SourcePage | None:
        if number != 2 or used:
            return None
        used.append(number)
        if fault == "short":
            page = one_stop.honest_page(2)
            return replace(page, readings=page.readings[:3])
        earlier = one_stop.honest_page(1)
        return earlier if fault == "earlier" else replace(earlier, number=2, asked=2)

    one_stop.on_page = once
    summary = listed(engine.pull())
    assert used == [2]
    assert summary.stored == 35
    assert len(codes(ledger)) == 35


def test_a_list_that_ignores_the_page_number_ends_with_an_error(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: replace(one_stop.honest_page(0), asked=number)
    summary = listed(engine.pull())
    assert summary.error is not None
    assert "page 1" in summary.error
    with ledger.read() as connection:
        assert load_cursor(connection, "igate").watermark_us is None


def test_rows_lost_because_the_list_moved_are_found_by_its_total(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    moved: list[int] = []

    def moves(number: int) -> SourcePage | None:
        if number == 2 and not moved:
            moved.append(number)
            page = one_stop.honest_page(2)
            return replace(page, readings=(*page.readings[1:], page.readings[-1]))
        return None

    one_stop.on_page = moves
    engine.pull()
    assert len(codes(ledger)) == 35


def test_an_older_state_met_while_the_list_moves_does_not_replace_a_newer_one(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 16)))
    newest = record(15, status=Status.FINISHED)
    one_stop.put(newest)

    def moved(number: int) -> SourcePage | None:
        page = one_stop.honest_page(number)
        if number == 0:
            return page
        older = DossierReading(replace(record(15), changed_at=at(10)))
        return replace(page, readings=(*page.readings, older), size=None, total=None)

    one_stop.on_page = moved
    summary = listed(engine.pull())
    assert summary.adds_up
    with ledger.read() as connection:
        status = sa.select(source_record.c.status).where(source_record.c.code == newest.code)
        assert connection.scalar(status) == Status.FINISHED


def test_rows_without_a_change_time_are_found_by_the_lists_total(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.put(*(record(i, changed_at=at(1 + i % 9)) for i in range(1, 40)))
    engine.pull()
    undated = record(99, changed_at=None)
    one_stop.put(undated)
    clock.advance(minutes=1)
    engine.pull()
    assert undated.code in codes(ledger)


def test_a_list_that_counts_rows_it_never_shows_is_not_read_whole_every_time(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(*(record(i, changed_at=at(1 + i % 9)) for i in range(1, 40)))

    def counts_two_more(number: int) -> SourcePage:
        page = one_stop.honest_page(number)
        return replace(page, total=(page.total or 0) + 2, size=None)

    one_stop.on_page = counts_two_more
    assert listed(engine.pull()).missing == 2
    one_stop.pages_read.clear()
    clock.advance(minutes=1)
    engine.pull()
    assert one_stop.pages_read == [0]


def test_a_server_with_smaller_pages_than_it_says_is_read_whole(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: replace(one_stop.honest_page(number), size=500)
    summary = listed(engine.pull())
    assert (summary.stored, summary.short_pages, summary.missing) == (35, 0, 0)
    with ledger.read() as connection:
        assert load_cursor(connection, "igate").complete
