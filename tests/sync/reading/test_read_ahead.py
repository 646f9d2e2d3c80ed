"""While a page is being stored, the next one is read; never more than that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

import pytest

from khop.adapters.ports import SourcePage
from khop.errors import Unreachable
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from tests.sync.fakes import FakeOneStop, record
from tests.sync.reading.pulled import codes, listed

T = TypeVar("T")
R = TypeVar("R")

#: Seconds; a wait that takes as long fails the test.
LONG = 30


def test_the_next_page_is_read_while_the_details_of_this_one_are(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(i) for i in range(1, 16)))
    second_page, waited = Event(), []

    def on_page(number: int) -> None:
        if number == 1:
            second_page.set()

    one_stop.on_page = on_page
    one_stop.on_detail = lambda _: waited.append(second_page.wait(LONG))
    assert listed(engine.pull()).stored == 15
    assert set(waited) == {True}
    assert one_stop.pages_read == [0, 1]


def test_no_page_is_asked_for_before_the_one_before_the_last_is_stored(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 56)))
    stored: dict[int, int] = {}

    def on_page(number: int) -> None:
        stored[number] = len(codes(ledger))

    one_stop.on_page = on_page
    engine.pull()
    assert all(count >= 10 * (number - 1) for number, count in stored.items())
    assert sorted(stored) == [0, 1, 2, 3, 4, 5]


def test_an_increment_asks_for_no_page_behind_its_end(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.overlap_seconds = 2  # the changes are a second apart, ten on a page
    one_stop.put(*(record(i) for i in range(1, 56)))
    engine.pull()
    one_stop.pages_read.clear()
    engine.pull()
    assert one_stop.pages_read == [0]


def test_a_page_that_cannot_be_read_leaves_the_ones_before_it_stored(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 36)))

    def fail(number: int) -> SourcePage | None:
        if number == 2:
            raise Unreachable("igate", "list")
        return None

    one_stop.on_page = fail
    assert "cannot be reached" in (listed(engine.pull()).error or "")
    assert len(codes(ledger)) == 20
    one_stop.on_page = lambda _: None
    assert listed(engine.pull()).error is None
    assert len(codes(ledger)) == 35


@pytest.mark.parametrize("connections", [1, 3])
def test_calls_at_once_are_never_more_than_the_source_allows(
    engine: Engine, one_stop: FakeOneStop, monkeypatch: pytest.MonkeyPatch, connections: int
) -> None:
    one_stop.connections = connections
    one_stop.put(*(record(i) for i in range(1, 36)))
    counted = AtOnce()
    for name in ("page", "detail"):
        monkeypatch.setattr(one_stop, name, counted.in_(getattr(one_stop, name)))
    assert listed(engine.pull()).stored == 35
    assert 1 <= counted.most <= connections


class AtOnce:
    """Counts how many calls are under way at once."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._lock = Lock()

    def in_(self, call: Callable[[T], R]) -> Callable[[T], R]:
        def counted(argument: T) -> R:
            with self._one():
                return call(argument)

        return counted

    @contextmanager
    def _one(self) -> Iterator[None]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1
