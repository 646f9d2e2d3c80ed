"""A ledger, a one-stop, a portal and the engine between them, all new for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khop.adapters.ports import Adapter
from khop.config import Config, Province
from khop.mappings.calendar import WorkingCalendar
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.privacy import Privacy, ensure_key
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def one_stop() -> FakeOneStop:
    return FakeOneStop()


@pytest.fixture
def portal() -> FakePortal:
    return FakePortal()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    create_ledger(url)
    opened = Ledger(url)
    yield opened
    opened.close()


@pytest.fixture
def privacy(tmp_path: Path) -> Privacy:
    ensure_key(tmp_path / "khop.key")
    return Privacy(tmp_path / "khop.key")


@pytest.fixture
def build_engine(
    ledger: Ledger, privacy: Privacy, clock: FakeClock, tmp_path: Path
) -> Callable[..., Engine]:
    """An engine over any adapters; keyword arguments are tables of the configuration."""

    def build(*adapters: Adapter, **tables: Any) -> Engine:
        config = Config(
            province=Province(name="Tỉnh Mẫu", code="H99"),
            base_dir=tmp_path,
            sources={},
            **tables,
        )
        return Engine(config, ledger, privacy, WorkingCalendar(), adapters, clock)

    return build


@pytest.fixture
def engine(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> Engine:
    return build_engine(one_stop, portal, repair={"max_share": 1.0})
