"""Pulling a list: what a traversal and an increment read and store."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from khop.errors import Unauthorised
from khop.mappings.records import DossierReading, Instant, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import load_cursor
from khop.sync.ledger.schema import source_record, status_record
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build
from tests.sync.reading.pulled import codes, fail, listed

LEDGERS = BOTH


def test_first_pull_reads_every_page_and_each_detail(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    summary = listed(engine.pull())
    assert (summary.pages, summary.fetched, summary.stored) == (4, 35, 35)
    assert summary.adds_up
    assert sorted(one_stop.details_read) == sorted(one_stop.dossiers)
    assert len(codes(ledger)) == 35
    with ledger.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(status_record)) == 70


def test_second_pull_stores_nothing_and_reads_no_detail(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    engine.pull()
    one_stop.details_read.clear()
    clock.advance(minutes=10)
    summary = listed(engine.pull())
    assert (summary.stored, summary.unchanged) == (0, summary.fetched)
    assert one_stop.details_read == []


def test_an_increment_stops_at_the_watermark(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(*(record(i, changed_at=at(1 + i % 9, i % 24)) for i in range(1, 101)))
    engine.pull()
    one_stop.pages_read.clear()
    one_stop.put(record(50, changed_at=at(15), status=Status.FINISHED))
    clock.advance(minutes=10)
    summary = listed(engine.pull())
    assert summary.stored == 1
    assert one_stop.pages_read == [0]


def test_rows_that_change_within_the_overlap_are_seen(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.put(record(1, changed_at=at(12, 10)))
    engine.pull()
    late = record(2, changed_at=at(12, 9, 30))  # written late, with an earlier change time
    one_stop.put(late)
    clock.advance(minutes=1)
    engine.pull()
    assert late.code in codes(ledger)


@pytest.mark.parametrize("taken_back", [at(11), None])
def test_a_change_time_that_was_set_back_is_stored(
    taken_back: Instant | None,
    engine: Engine,
    one_stop: FakeOneStop,
    clock: FakeClock,
    ledger: Ledger,
) -> None:
    one_stop.put(record(1, changed_at=at(12, month=12)))
    engine.pull()
    clock.advance(minutes=1)
    one_stop.dossiers[record(1).native_id] = record(
        1, changed_at=taken_back, status=Status.FINISHED
    )
    engine.pull(full=True)
    with ledger.read() as connection:
        assert connection.scalar(sa.select(source_record.c.status)) == Status.FINISHED


def test_a_detail_of_another_dossier_is_not_stored(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(record(1), record(2))
    other = DossierReading(record(2), one_stop.histories[record(2).native_id])
    one_stop.detail = lambda native_id: other  # type: ignore[method-assign]
    assert listed(engine.pull()).history_missing == 1
    assert codes(ledger) == {record(1).code, record(2).code}


def test_details_that_a_pull_did_not_read_are_read_by_the_next(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.detail_mode = "never"
    one_stop.put(*(record(i) for i in range(1, 6)))
    engine.pull()
    one_stop.detail_mode = "changed"
    clock.advance(minutes=1)
    assert listed(engine.pull()).history_missing == 0
    assert len(one_stop.details_read) == 5


def test_a_change_time_in_the_future_does_not_hide_later_changes(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.put(record(1, changed_at=at(1, month=12)), *(record(i) for i in range(2, 30)))
    engine.pull()
    one_stop.put(record(2, changed_at=Instant.of(clock.now), status=Status.FINISHED))
    clock.advance(minutes=5)
    assert listed(engine.pull()).stored == 1


def test_an_interrupted_traversal_goes_on_where_it_stopped(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 96)))
    one_stop.on_page = lambda number: fail() if number == 7 else None
    first = listed(engine.pull())
    assert first.error is not None
    assert first.stored == 70
    one_stop.on_page = lambda number: None
    one_stop.pages_read.clear()
    clock.advance(minutes=1)
    second = listed(engine.pull())
    assert one_stop.pages_read[0] == 6
    assert second.stored == 25
    assert len(codes(ledger)) == 95


def test_the_watermark_waits_for_the_end_of_the_traversal(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: fail() if number == 2 else None
    engine.pull()
    with ledger.read() as connection:
        cursor = load_cursor(connection, "igate")
    assert cursor.watermark_us is None
    assert not cursor.complete


def test_a_detail_that_cannot_be_read_is_read_by_the_next_pull(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 6)))
    bad = record(3).native_id

    def silent_about_one(native_id: str) -> None:
        if native_id == bad:
            fail()

    one_stop.on_detail = silent_about_one
    summary = listed(engine.pull())
    assert (summary.stored, summary.history_missing) == (5, 1)
    one_stop.on_detail = lambda native_id: None
    clock.advance(minutes=1)
    assert listed(engine.pull()).history_missing == 0
    with ledger.read() as connection:
        rows = connection.scalar(
            sa.select(sa.func.count())
            .select_from(status_record)
            .where(status_record.c.native_id == bad)
        )
    assert rows == 2


def test_a_refused_account_ends_the_pull_at_once(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 10)))

    def refuse(native_id: str) -> None:
        raise Unauthorised("igate", "login")

    one_stop.on_detail = refuse
    summary = listed(engine.pull())
    assert summary.error is not None
    assert "account" in summary.error
    assert codes(ledger) == set()


def test_no_detail_is_read_with_detail_mode_never(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.detail_mode = "never"
    one_stop.put(*(record(i) for i in range(1, 6)))
    assert listed(engine.pull()).stored == 5
    assert one_stop.details_read == []


def test_an_unknown_source_is_refused_with_the_names_of_the_others(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine = build_engine(one_stop, portal)
    with pytest.raises(Exception, match=r"igat.*igate, dvcqg"):
        engine.pull(["igat"])
