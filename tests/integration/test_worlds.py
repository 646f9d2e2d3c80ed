"""The whole job over real HTTP: what is found is exactly what was planted, and is repaired."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khop.config import load_config
from khop.sandbox import SandboxProcess, start_process
from khop.sync.engine import Engine, open_engine
from khop.sync.ledger import create_ledger
from khop.sync.privacy import ensure_key
from khop.sync.results import Outcome

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SEEDS = (11, 12, 13)
SIZE = 2000
REPAIRABLE = {"A7", "B6", "B11", "C12", "C14"}
ADAPTERS = {
    name: importlib.import_module(f"khop.adapters.{name}").ADAPTER
    for name in ("igate", "dvcqg", "portal_file", "vnpost", "population")
}


@pytest.fixture(params=[(seed, rate) for seed in SEEDS for rate in (0.0, 0.1)], ids=str)
def province(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SandboxProcess]:
    seed, rate = request.param
    broken = 1 if rate else 0
    with start_process(
        size=SIZE, seed=seed, faults=rate, broken=broken, now=NOW, folder=tmp_path
    ) as sandbox:
        yield sandbox


@pytest.fixture
def engine(province: SandboxProcess, tmp_path: Path) -> Iterator[Engine]:
    config = load_config(tmp_path / "khop.toml", ADAPTERS)
    create_ledger(config.ledger_url)
    ensure_key(config.key_path)
    with open_engine(config, ADAPTERS) as opened:
        yield opened


def test_findings_are_the_truth_before_and_after_the_repairs(
    province: SandboxProcess, engine: Engine
) -> None:
    planted = truth(province)
    assert {rule for rule, _ in planted} >= REPAIRABLE
    pulled = engine.pull()
    assert pulled.ok, pulled.as_json()
    assert all(source.adds_up for source in pulled.sources)
    engine.reconcile(NOW)
    assert found(engine) == planted

    applied = engine.apply(confirm=lambda _: True)
    outcomes = {a.outcome for a in applied.applied}
    assert outcomes <= {Outcome.DONE, Outcome.STEPS_UNKNOWN}
    assert engine.plan().items == ()

    assert engine.pull().ok
    engine.reconcile(NOW)
    assert found(engine) == truth(province)
    assert {rule for rule, _, who in left(province) if who == "machine"} & REPAIRABLE == set()
    assert engine.plan().items == ()
    assert province.violations() == []


def truth(province: SandboxProcess) -> set[tuple[str, str]]:
    """What the sandbox's own judge finds in its world as it is now."""
    return {(finding["rule"], finding["code"]) for finding in province.findings()}


def left(province: SandboxProcess) -> set[tuple[str, str, str]]:
    return {(f["rule"], f["code"], f["repair"]) for f in province.findings()}


def found(engine: Engine) -> set[tuple[str, str | None]]:
    return {(finding.rule, finding.code) for finding in engine.findings()}
