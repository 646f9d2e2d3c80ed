"""Installations of provinces, each with a drawn world in its ledger, and one over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.config.model import Config, Province
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import Privacy, ensure_key
from tests.sync.drawn_worlds.draw import ONE_STOPS, TODAY, draw_world, moment
from tests.sync.drawn_worlds.store import SOURCES, store
from tests.sync.fakes import FakeClock, FakeSystem

NOW = moment(TODAY)


@contextmanager
def installed(
    folder: Path, code: str, url: str = "", now: datetime = NOW, *, sources: bool = True
) -> Iterator[Engine]:
    """An installation in this folder, with an empty ledger unless there is one at ``url``."""
    folder.mkdir(parents=True, exist_ok=True)
    ensure_key(folder / "khop.key")
    if not url:
        url = f"sqlite:///{folder / 'khop.db'}"
        create_ledger(url)
    config = Config(province=Province(name=f"Tỉnh {code}", code=code), base_dir=folder, sources={})
    with closing(Ledger(url)) as ledger:
        privacy = Privacy(folder / "khop.key")
        systems = [_System(name) for name in SOURCES if sources]
        yield Engine(config, ledger, privacy, Tables.of(config), systems, FakeClock(now))


class _System(FakeSystem):
    def __init__(self, name: str) -> None:
        self.name = name
        self.role = Role.ONE_STOP if name in ONE_STOPS else Role.PORTAL


def fill(engine: Engine, seed: int, neighbourhoods: int) -> None:
    """Put a drawn world into the ledger of an installation."""
    privacy = Privacy(engine.config.base_dir / "khop.key")
    store(draw_world(seed, neighbourhoods), engine.ledger, privacy)


def findings(engine: Engine, province: str = "") -> set[tuple[Any, ...]]:
    """What the ledger says of its findings; of a province: as its own ledger says it."""
    start = f"{province}/" if province else ""
    columns = [discrepancy.c[name] for name in _SAID]
    found = set()
    with engine.ledger.read() as connection:
        for row in connection.execute(sa.select(discrepancy.c.subject, *columns)):
            subject = row.subject.removeprefix("row:")
            if subject.startswith(start):
                found.add((row.subject.replace(start, "", 1) if start else row.subject, *row[1:]))
    return found


_SAID = ("rule", "state", "severity", "unit", "acts", "values_json", "evidence_json")
