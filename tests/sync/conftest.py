"""A ledger, a one-stop, a portal and the engine between them, all new for each test.

The ledger is a file of SQLite. The tests of a module with ``LEDGERS = BOTH`` are run with a
ledger in PostgreSQL too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khop.adapters.ports import Adapter
from khop.config.domain_tables import Tables
from khop.config.model import Config, Province
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.privacy import Privacy, ensure_key
from tests.postgres import empty_url, postgres, postgres_url
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal

__all__ = ["empty_url", "postgres", "postgres_url"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def one_stop() -> FakeOneStop:
    return FakeOneStop()


@pytest.fixture
def portal() -> FakePortal:
    return FakePortal()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kinds = getattr(metafunc.module, "LEDGERS", ())
    if kinds and "ledger_url" in metafunc.fixturenames:
        metafunc.parametrize("ledger_url", kinds, indirect=True)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger of SQLite. It is copied, because making one is slow."""
    path = tmp_path_factory.mktemp("ledger") / "khop.db"
    create_ledger(f"sqlite:///{path}")
    return path


@pytest.fixture
def ledger_url(request: pytest.FixtureRequest, empty_ledger: Path, tmp_path: Path) -> str:
    """An empty ledger, of the kind asked for."""
    if getattr(request, "param", "sqlite") == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    copied = shutil.copy(empty_ledger, tmp_path / "khop.db")
    return f"sqlite:///{copied}"


@pytest.fixture
def ledger(ledger_url: str, privacy: Privacy, clock: FakeClock) -> Iterator[Ledger]:
    opened = Ledger(ledger_url)
    opened.use(privacy, clock)
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
    """An engine over any adapters; other keyword arguments are tables of the configuration."""

    def build(*adapters: Adapter, accept_clock: bool = False, **tables: Any) -> Engine:
        config = Config(
            province=Province(name="Tỉnh Mẫu", code="H99"),
            base_dir=tmp_path,
            sources={},
            **tables,
        )
        own = Tables.of(config)
        return Engine(config, ledger, privacy, own, adapters, clock, accept_clock=accept_clock)

    return build


@pytest.fixture
def engine(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> Engine:
    return build_engine(one_stop, portal, repair={"max_share": 1.0})
