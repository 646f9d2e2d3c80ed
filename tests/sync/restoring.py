"""What the tests of restored ledgers share."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.copies.backup import back_up
from khop.sync.ledger.copies.restore import restore
from khop.sync.ledger.schema import run
from khop.sync.results import RestoreSummary
from tests.sync.fakes import FakeClock, FakeOneStop, record
from tests.sync.ledger.test_backup import config_of
from tests.sync.repairing.pushing import pull_and_reconcile


def put_back(
    config: Config, file: str, clock: FakeClock, *, replace: bool = False
) -> RestoreSummary:
    return restore(config, Path(file), clock, actor="a", replace=replace)


def runs(config: Config) -> int:
    with closing(Ledger(config.ledger_url)) as opened, opened.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(run)) or 0)


@pytest.fixture
def config(ledger: Ledger, tmp_path: Path) -> Config:
    return config_of(ledger.url, tmp_path)


@pytest.fixture
def pulled(engine: Engine, one_stop: FakeOneStop, clock: FakeClock, config: Config) -> str:
    """A backup made after the reconcile that found a dossier the portal does not have."""
    one_stop.put(record(1), record(2))
    pull_and_reconcile(engine, clock)
    return back_up(config, clock).file
