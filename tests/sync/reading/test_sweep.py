"""The sweep of windows of dates: it finds what an increment cannot see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from khop.adapters.ports import SourcePage
from khop.errors import ConfigError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import cursor, source_record
from khop.sync.results import ListSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakePortal, WindowedOneStop, at, record
from tests.sync.installation import Build

LEDGERS = BOTH


@pytest.fixture
def one_stop() -> WindowedOneStop:
    return WindowedOneStop()


def unit_of(ledger: Ledger, native_id: str) -> str | None:
    query = sa.select(source_record.c.unit).where(source_record.c.native_id == native_id)
    with ledger.read() as connection:
        return connection.scalar(query)


def test_a_change_without_a_new_change_time_is_found_by_a_sweep_only(
    build_engine: Build, one_stop: WindowedOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(n) for n in range(1, 30)))
    engine = build_engine(one_stop)
    engine.pull()
    changed = replace(record(1), unit="UBND xã Khác")
    one_stop.dossiers[changed.native_id] = changed
    one_stop.overlap_seconds = 0
    engine.pull()
    assert unit_of(ledger, changed.native_id) == "UBND xã Mẫu"
    (summary,) = engine.sweep(days=15).sources
    assert summary.adds_up
    assert summary.error is None
    assert unit_of(ledger, changed.native_id) == "UBND xã Khác"


def test_a_sweep_reads_each_day_of_the_window_and_moves_no_watermark(
    build_engine: Build, one_stop: WindowedOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(n, received_at=at(n)) for n in range(1, 6)))
    engine = build_engine(one_stop)
    engine.pull()
    with ledger.read() as connection:
        before = connection.execute(sa.select(cursor)).all()
    engine.sweep(days=20)
    with ledger.read() as connection:
        assert connection.execute(sa.select(cursor)).all() == before
    days = [
        first + timedelta(days=n)
        for first, last, number in one_stop.windows
        if number == 0
        for n in range((last - first).days + 1)
    ]
    assert set(days) == {date(2026, 11, 1) + timedelta(days=n) for n in range(21)}


def test_a_list_that_reads_the_last_day_as_its_first_moment_is_swept_whole(
    build_engine: Build, one_stop: WindowedOneStop, ledger: Ledger
) -> None:
    honest = one_stop.window_page

    def exclusive(field: str, first: date, last: date, number: int) -> SourcePage:
        return honest(field, first, last - timedelta(days=1), number)

    one_stop.window_page = exclusive  # type: ignore[method-assign]
    one_stop.put(*(record(n, received_at=at(n)) for n in range(1, 21)))
    engine = build_engine(one_stop)
    engine.sweep(days=20)
    with ledger.read() as connection:
        swept = connection.scalars(sa.select(source_record.c.native_id)).all()
    assert len(swept) == 20


def test_a_date_filter_that_the_server_ignores_is_named_in_the_error(
    build_engine: Build, one_stop: WindowedOneStop
) -> None:
    asked: list[tuple[str, int]] = []

    def ignores_the_dates(field: str, first: date, last: date, number: int) -> SourcePage:
        asked.append((field, number))
        return one_stop.page(number)

    one_stop.window_page = ignores_the_dates  # type: ignore[method-assign]
    one_stop.window_fields = ("accepted", "returned")
    one_stop.put(*(record(n) for n in range(1, 30)))
    (summary,) = build_engine(one_stop).sweep(days=365).sources
    assert summary.error is not None
    assert "accepted, returned" in summary.error
    assert [number for _, number in asked].count(0) == 6
    assert isinstance(summary, ListSummary)
    assert summary.adds_up
    assert summary.stored == 29


def test_a_source_without_dates_cannot_be_swept(build_engine: Build, portal: FakePortal) -> None:
    with pytest.raises(ConfigError, match="dvcqg cannot be asked by dates"):
        build_engine(portal).sweep(["dvcqg"], days=7)
    assert build_engine(portal).sweep(days=7).sources == ()
