"""Ledgers that are opened with a key, without an engine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config

import khop.sync.ledger
from khop.sync.ledger import Ledger
from khop.sync.ledger.store import database_of
from khop.sync.privacy import Privacy, ensure_key


def keyed(url: str, folder: Path) -> Ledger:
    """The ledger of a URL, with the key in ``folder``, which is made when there is none."""
    ensure_key(folder / "khop.key")
    ledger = Ledger(url)
    ledger.use(Privacy(folder / "khop.key"), lambda: datetime(2026, 11, 20, tzinfo=UTC))
    return ledger


def make_older(url: str, version: str) -> None:
    """An empty ledger of an older version."""
    config = Config()
    folder = Path(khop.sync.ledger.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    database = database_of(url)
    engine = database.engine()
    with engine.connect().execution_options(**database.writes) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
