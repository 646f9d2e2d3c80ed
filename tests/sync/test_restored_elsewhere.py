"""A backup restored where there is no ledger yet, on both kinds of ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import KhopError
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, check_ledger
from khop.sync.ledger.copies.backup import back_up
from khop.sync.ledger.schema import source_record
from khop.sync.privacy import Privacy, ensure_key
from tests.postgres import BOTH, Server
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.installation import tables
from tests.sync.ledger.test_backup import config_of
from tests.sync.repairing.pushing import pull_and_reconcile
from tests.sync.restoring import config, pulled, put_back

pytestmark = pytest.mark.slow

__all__ = ["config", "pulled"]
LEDGERS = BOTH


def test_a_backup_restored_into_an_empty_place_goes_on_from_there(
    pulled: str,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
    config: Config,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    on_server = config.ledger.url.startswith("postgres")
    url = request.getfixturevalue("empty_url") if on_server else "sqlite:///new.db"
    elsewhere = config_of(url, tmp_path)
    clock.advance(days=1)
    done = put_back(elsewhere, pulled, clock)
    assert (done.replaced, done.newer, done.held) == (None, 0, 0)
    assert done.as_of == "2026-11-20T16:01:00+07:00"
    assert check_ledger(elsewhere.ledger_url).ok
    one_stop.put(record(3))
    opened = Ledger(elsewhere.ledger_url)
    key = Privacy(tmp_path / "khop.key")
    with Engine(elsewhere, opened, key, tables(), (one_stop, portal), clock) as engine:
        pull_and_reconcile(engine, clock)
        assert engine.verify_log().ok
        assert engine.verify_log().head.id > done.entries
        with opened.read() as connection:
            assert len(connection.scalars(sa.select(source_record.c.code)).all()) == 3


def test_a_database_with_a_ledger_is_not_overwritten(
    postgres: Server, postgres_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    ensure_key(tmp_path / "khop.key")
    config = config_of(postgres_url, tmp_path)
    made = back_up(config, clock)
    with pytest.raises(KhopError, match="has tables of a ledger: let an empty one be made"):
        put_back(config, made.file, clock, replace=True)


def test_a_restore_on_a_server_that_was_stopped_is_no_ledger(
    pulled: str, config: Config, empty_url: str, clock: FakeClock, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is stopped after pg_restore has committed the tables."""
    if not config.ledger.url.startswith("postgres"):
        return

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("khop.sync.ledger.copies.restore._finish", killed)
    with pytest.raises(KeyboardInterrupt):
        put_back(config_of(empty_url, tmp_path), pulled, clock)
    with pytest.raises(KhopError, match="was not made or restored to its end"):
        Ledger(empty_url)
