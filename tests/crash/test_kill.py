"""``kill -9`` at any instant: the ledger ends equal to that of an undisturbed run.

On SQLite the disturbed run compares the cases in several buckets, the undisturbed one all at once.

A worker process is killed at random instants of pull, reconcile and apply, again and again, and
then runs to its end. Its ledger is compared with that of an undisturbed run of an equal world. One
difference is allowed: whether a progress step that was being sent at a kill is known to have
arrived.
"""

from __future__ import annotations

import json
import multiprocessing
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.load import load_config
from khop.config.model import Config, Province
from khop.sandbox import Sandbox, World
from khop.sync.findings import log_check
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import metadata
from khop.sync.privacy import Privacy
from tests.crash.worker import ADAPTERS, STEPS, work
from tests.postgres import Server, postgres
from tests.tiers import seeds

__all__ = ["postgres"]

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: Step of a cycle -> number of kills, and the latest kill in seconds after the process began. The
#: first second of a reconcile builds the rules' queries.
KILLS = {"pull": (8, 0.9), "reconcile": (5, 2.5), "apply": (7, 0.9)}
#: Columns that differ after a kill: counts of attempts, and random values.
NOT_COMPARED = {
    # A step that ends after several kills makes as many changes as it had transactions.
    "source_record": {"change_no"},
    "look_up_state": {"change_no"},
    "outbox": {"attempts", "detail", "write_us", "state"},
    "progress_step": {"state"},
    "quarantine": {"id", "payload"},
    # The pull after a killed apply looks up what was pushed; the undisturbed run does so later.
    "presence": {"status_raw", "failure", "first_seen_us"},
    "discrepancy": {"resolved_us", "evidence_json", "reopened"},
    # Each state of a push is an entry, so their number differs; ``_verify_log`` looks at them.
    "audit_log": {"id", "at_us", "previous", "digest"},
}
#: All answers are asked again by the last pull, so that the times of the last ones are equal.
_LOOK_UPS = """
[look_ups]
open_days = 0.02
ended_days = 0.02
finding_days = 0.02
"""
#: What changed on which day differs as the times of findings do; ``_verify_log`` looks at the sums.
TABLES = [
    t
    for t in metadata.sorted_tables
    if t.name not in ("run", "lease", "installation", "finding_day")
]

#: One key for both runs, so that their matching keys are equal.
KEY = "0" * 64

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.crash.warm"])


@pytest.mark.parametrize("seed", seeds(slow=range(5), deep=range(100, 1100)))
def test_a_killed_run_ends_with_the_ledger_of_an_undisturbed_run(seed: int, tmp_path: Path) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    rng = random.Random(seed)
    with Sandbox(world(seed)) as sandbox:
        config = set_up(disturbed, sandbox)
        killed = _kill_again_and_again(config, rng, in_parts=True)
        assert killed >= 10, "most runs must be killed before their end"
        _finish(config, in_parts=True)
        assert list(disturbed.glob("khop.db-work-*")) == []
        assert sandbox.violations() == []
        portal = {code: sandbox.steps(code) for code in sandbox.world.portal}
    with Sandbox(world(seed)) as sandbox:
        config = set_up(undisturbed, sandbox)
        _finish(config)
    _assert_alike(*(_dump(f"sqlite:///{f / 'khop.db'}") for f in (disturbed, undisturbed)))
    assert all(len(steps) == len({json.dumps(s) for s in steps}) for steps in portal.values())


def _assert_alike(ledger: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    for table in expected:
        missing = [row for row in expected[table] if row not in ledger[table]]
        extra = [row for row in ledger[table] if row not in expected[table]]
        assert (missing, extra) == ([], []), table


def test_a_killed_run_on_postgresql_ends_with_the_ledger_of_an_undisturbed_run(
    postgres: Server, tmp_path: Path
) -> None:
    rng = random.Random(11)
    with postgres.database() as disturbed, postgres.database() as undisturbed:
        with Sandbox(world(11)) as sandbox:
            config = set_up(tmp_path / "disturbed", sandbox, postgres.url(disturbed))
            killed = _kill_again_and_again(config, rng)
            assert killed >= 10, "most runs must be killed before their end"
            _finish(config)
            assert sandbox.violations() == []
        with Sandbox(world(11)) as sandbox:
            _finish(set_up(tmp_path / "undisturbed", sandbox, postgres.url(undisturbed)))
        _assert_alike(*(_dump(postgres.url(name)) for name in (disturbed, undisturbed)))


def world(seed: int) -> World:
    return World.generate(seed=seed, size=180, now=NOW, broken=0, plant_share=0.3)


def set_up(folder: Path, sandbox: Sandbox, ledger_url: str = "sqlite:///khop.db") -> Path:
    sandbox.world.write(folder, sandbox.urls)
    written = folder / "khop.toml"
    text = written.read_text("utf-8").replace("sqlite:///khop.db", ledger_url)
    written.write_text(text + _LOOK_UPS, "utf-8")
    config = load_config(written, ADAPTERS)
    create_ledger(config.ledger_url)
    config.key_path.write_text(KEY)
    return folder / "khop.toml"


def _kill_again_and_again(config: Path, rng: random.Random, *, in_parts: bool = False) -> int:
    """Kill each step of a cycle at random instants, then let it end. Returns how often."""
    killed = 0
    for step, (times, latest) in KILLS.items():
        instants = [rng.uniform(0.02, latest) for _ in range(times)]
        killed += sum(
            run_worker(config, NOW, [step], instant, in_parts=in_parts) for instant in instants
        )
        run_worker(config, NOW, [step], in_parts=in_parts)
    return killed


def run_worker(
    config: Path,
    now: datetime,
    steps: Sequence[str] = STEPS,
    kill_after: float | None = None,
    *,
    in_parts: bool = False,
) -> bool:
    """Run the worker; returns whether it was killed before its end."""
    process = processes.Process(target=work, args=(config, now, steps, in_parts))
    process.start()
    process.join(kill_after)
    killed = process.is_alive()
    process.kill()
    process.join()
    assert killed or process.exitcode == 0, "the worker failed by itself"
    return killed


def _finish(config: Path, *, in_parts: bool = False) -> None:
    """Run to the end, and again an hour later, when the portal shows the pushed dossiers."""
    for now in (NOW, NOW + timedelta(hours=1)):
        run_worker(config, now, in_parts=in_parts)


def _dump(ledger_url: str) -> dict[str, list[Any]]:
    ledger = Ledger(ledger_url)
    _verify_log(ledger)
    with ledger.read() as connection:
        dumped = {t.name: _rows(connection, t) for t in TABLES}
    ledger.close()
    return dumped


def _verify_log(ledger: Ledger) -> None:
    """The audit log is whole, and findings and pushes are as it says."""
    privacy = Privacy(Path("khop.key"), [KEY.encode()])
    ledger.use(privacy, lambda: NOW)
    config = Config(province=Province(name="Tỉnh Mẫu", code="H99"), base_dir=Path(), sources={})
    assert log_check.verify(ledger, privacy, config).problems == ()


def _rows(connection: sa.Connection, table: sa.Table) -> list[Any]:
    left_out = NOT_COMPARED.get(table.name, set())
    columns = [c for c in table.columns if c.name not in left_out]
    query = sa.select(*columns)
    if table.name == "audit_log":
        query = query.where(table.c.action.not_like("push.%"))
    return sorted((tuple(row) for row in connection.execute(query)), key=repr)
