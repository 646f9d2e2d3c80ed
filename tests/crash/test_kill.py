"""``kill -9`` at any instant: the ledger ends as if nothing had happened.

A worker process is killed at random instants of pulling, looking up and applying, again and
again, then left to finish. Its ledger is compared with that of an undisturbed run of an equal
world. Only this may differ, and does in reality: whether a progress step that was on its way
when the process died is known to have arrived.
"""

from __future__ import annotations

import json
import multiprocessing
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config import load_config
from khop.sandbox import Sandbox, World
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import metadata
from tests.crash.worker import ADAPTERS, work

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KILLS_PER_WORLD = 20
# bookkeeping of the attempts themselves, and what is random by nature
NOT_COMPARED = {
    "outbox": {"attempts", "detail", "write_us", "state"},
    "progress_step": {"state"},
    "quarantine": {"id", "payload"},
    "presence": {"status_raw", "failure"},
    "discrepancy": {"resolved_us", "evidence_json", "reopened"},
}
TABLES = [t for t in metadata.sorted_tables if t.name not in ("run", "lease")]

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.crash.worker"])


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_run_ends_like_an_undisturbed_one(seed: int, tmp_path: Path) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    rng = random.Random(seed)
    with Sandbox(_world(seed)) as sandbox:
        config = _set_up(disturbed, sandbox)
        killed = sum(_run(config, NOW, rng.uniform(0.02, 0.9)) for _ in range(KILLS_PER_WORLD))
        assert killed >= KILLS_PER_WORLD // 2, "most runs must be killed before their end"
        _finish(config)
        assert sandbox.violations() == []
        portal = {code: sandbox.steps(code) for code in sandbox.world.portal}
    with Sandbox(_world(seed)) as sandbox:
        config = _set_up(undisturbed, sandbox)
        _finish(config)
    ledger, expected = _dump(disturbed), _dump(undisturbed)
    for table in expected:
        missing = [row for row in expected[table] if row not in ledger[table]]
        extra = [row for row in ledger[table] if row not in expected[table]]
        assert (missing, extra) == ([], []), table
    assert all(len(steps) == len({json.dumps(s) for s in steps}) for steps in portal.values())


def _world(seed: int) -> World:
    return World.generate(seed=seed, size=150, now=NOW, broken=0, plant_share=0.3)


def _set_up(folder: Path, sandbox: Sandbox) -> Path:
    sandbox.world.write(folder, sandbox.urls)
    config = load_config(folder / "khop.toml", ADAPTERS)
    create_ledger(config.ledger_url)
    config.key_path.write_text("0" * 64)  # one key for both, so that matching keys agree
    return folder / "khop.toml"


def _run(config: Path, now: datetime, kill_after: float | None = None) -> bool:
    """Run the worker; whether it was killed before it came to its end."""
    process = processes.Process(target=work, args=(config, now))
    process.start()
    process.join(kill_after)
    killed = process.is_alive()
    process.kill()
    process.join()
    assert killed or process.exitcode == 0, "the worker failed by itself"
    return killed


def _finish(config: Path) -> None:
    """To the end, then once more an hour later, when the portal shows what was pushed."""
    for now in (NOW, NOW + timedelta(hours=1)):
        _run(config, now)


def _dump(folder: Path) -> dict[str, list[Any]]:
    ledger = Ledger(f"sqlite:///{folder / 'khop.db'}")
    with ledger.read() as connection:
        dumped = {t.name: _rows(connection, t) for t in TABLES}
    ledger.close()
    return dumped


def _rows(connection: sa.Connection, table: sa.Table) -> list[Any]:
    left_out = NOT_COMPARED.get(table.name, set())
    columns = [c for c in table.columns if c.name not in left_out]
    return sorted((tuple(row) for row in connection.execute(sa.select(*columns))), key=repr)
