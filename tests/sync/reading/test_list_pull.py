"""Pulling: nothing lost, nothing doubled, whatever the list does while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import SourcePage
from khop.errors import Unauthorised, Unreachable
from khop.mappings.records import DossierReading, Instant, Reject, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import load_cursor
from khop.sync.ledger.schema import quarantine, source_record, status_record
from khop.sync.results import ListSummary, PullSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record

LEDGERS = BOTH


def listed(summary: PullSummary) -> ListSummary:
    found = summary.sources[0]
    assert isinstance(found, ListSummary)
    return found


def codes(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.scalars(sa.select(source_record.c.code)))


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


@pytest.mark.parametrize("taken_back", [at(11), None])
def test_a_change_time_that_was_taken_back_is_believed(
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


def test_a_page_that_stays_short_is_told_and_proves_no_absence(
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


def test_a_detail_of_another_dossier_is_not_taken(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(record(1), record(2))
    other = DossierReading(record(2), one_stop.histories[record(2).native_id])
    one_stop.detail = lambda native_id: other  # type: ignore[method-assign]
    assert listed(engine.pull()).history_missing == 1
    assert codes(ledger) == {record(1).code, record(2).code}


def test_details_left_out_by_a_bulk_load_are_read_later(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.detail_mode = "never"
    one_stop.put(*(record(i) for i in range(1, 6)))
    engine.pull()
    one_stop.detail_mode = "changed"
    clock.advance(minutes=1)
    assert listed(engine.pull()).history_missing == 0
    assert len(one_stop.details_read) == 5


def test_half_a_surrogate_pair_goes_to_quarantine_like_any_bad_text(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    one_stop.rejects = [
        Reject(
            "code", "is not text", native_id="x\ud800", code="H99\ud800", payload={"a": "\ud800"}
        )
    ]
    summary = listed(engine.pull())
    assert (summary.stored, summary.quarantined) == (1, 1)
    assert engine.quarantine()[0].native_id == "x?"


def test_a_mistyped_future_change_does_not_hide_later_ones(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.put(record(1, changed_at=at(1, month=12)), *(record(i) for i in range(2, 30)))
    engine.pull()
    one_stop.put(record(2, changed_at=Instant.of(clock.now), status=Status.FINISHED))
    clock.advance(minutes=5)
    assert listed(engine.pull()).stored == 1


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


def test_a_traversal_that_was_cut_off_goes_on_where_it_stopped(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 96)))
    one_stop.on_page = lambda number: _fail() if number == 7 else None
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


def _fail() -> SourcePage:
    raise Unreachable("igate", "search")


def test_the_watermark_waits_for_the_end_of_the_traversal(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: _fail() if number == 2 else None
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
    one_stop.on_detail = lambda native_id: _fail() and None if native_id == bad else None
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


def test_bad_records_are_kept_with_reason_and_the_good_ones_land(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 4)))
    one_stop.rejects = [
        Reject("code", "is missing", native_id="a" * 24, payload={"id": "a" * 24}),
        Reject("item", "is not an object", payload=["x"]),
        Reject("item", "is not an object", payload=["y"]),
    ]
    one_stop.tells_total = False
    summary = listed(engine.pull())
    assert (summary.fetched, summary.stored, summary.quarantined) == (6, 3, 3)
    assert summary.adds_up
    rows = engine.quarantine()
    assert [(row.field, row.native_id) for row in rows] == [
        ("code", "a" * 24),
        ("item", None),
        ("item", None),
    ]
    assert engine.quarantine_payload(rows[1].id, reason="a test") == ["x"]
    with ledger.read() as connection:
        stored = b"".join(connection.scalars(sa.select(quarantine.c.payload)))
    assert b"object" not in stored


def test_a_record_that_became_good_leaves_quarantine(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    mended = record(1)
    one_stop.rejects = [Reject("code", "is missing", native_id=mended.native_id)]
    engine.pull()
    assert len(engine.quarantine()) == 1
    one_stop.rejects = []
    one_stop.put(mended)
    clock.advance(minutes=1)
    engine.pull()
    assert engine.quarantine() == []


def test_retrying_quarantine_reads_the_record_from_its_source(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    mended = record(1)
    one_stop.rejects = [Reject("code", "is missing", native_id=mended.native_id)]
    engine.pull()
    one_stop.put(mended)
    retried = engine.quarantine_retry()
    assert (retried.tried, retried.released) == (1, 1)
    assert codes(ledger) == {mended.code}


def test_a_record_without_an_id_is_tried_again_as_it_was_kept(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.tells_total = False
    one_stop.rejects = [
        Reject("code", "of a shape that a newer program reads", payload={"number": 7}),
        Reject("id", "is missing", payload={"nothing": True}),
        Reject("item", "was too large to keep"),
    ]
    engine.pull()
    retried = engine.quarantine_retry()
    assert (retried.tried, retried.released, retried.still_bad) == (3, 1, 2)
    assert codes(ledger) == {record(7).code}
    assert {row.reason for row in engine.quarantine()} == {"is missing", "was too large to keep"}


def test_no_detail_is_read_when_the_source_says_never(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.detail_mode = "never"
    one_stop.put(*(record(i) for i in range(1, 6)))
    assert listed(engine.pull()).stored == 5
    assert one_stop.details_read == []


def test_an_unknown_source_is_named_with_those_there_are(
    build_engine: Callable[..., Any], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine = build_engine(one_stop, portal)
    with pytest.raises(Exception, match=r"igat.*igate, dvcqg"):
        engine.pull(["igat"])


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


def test_a_list_that_counts_too_much_is_not_read_whole_every_time(
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


def test_a_server_that_gives_fewer_rows_than_it_says_is_believed_by_its_rows(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))
    one_stop.on_page = lambda number: replace(one_stop.honest_page(number), size=500)
    summary = listed(engine.pull())
    assert (summary.stored, summary.short_pages, summary.missing) == (35, 0, 0)
    with ledger.read() as connection:
        assert load_cursor(connection, "igate").complete
