"""The whole job over real HTTP: what is found is exactly what was planted, and is repaired."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.config.model import LedgerSettings
from khop.sandbox import SandboxProcess, start_process
from khop.sync.engine import Engine, open_engine
from khop.sync.ledger import create_ledger
from khop.sync.privacy import ensure_key
from khop.sync.results import Finding, Outcome
from tests.postgres import BOTH, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
#: Another now for each seed: an ordinary day, the day after a day off, after a worked Saturday,
#: after New Year, after Tết.
NOWS = {
    11: NOW,
    12: datetime(2026, 11, 25, 1, 10, tzinfo=UTC),
    13: datetime(2026, 1, 12, 3, 0, tzinfo=UTC),
    14: datetime(2026, 1, 5, 2, 0, tzinfo=UTC),
    15: datetime(2026, 2, 24, 8, 30, tzinfo=UTC),
}
SIZE = 3000
REPAIRABLE = {"A7", "B6", "B11", "C12", "C14"}
ADAPTERS = adapter_types()

#: (rule, code, severity); of a row without a code where it stands is in the place of the code.
Found = tuple[str, object, str]


#: (seed, ledger, part of the answers that go wrong). Every answer that goes wrong is asked for
#: again after a pause, so the whole square is for whoever has the time: KHOP_WORLDS=all.
RATES = {11: 0.0, 12: 0.02, 13: 0.02, 14: 0.02, 15: 0.02}
WORLDS = [*((seed, "sqlite", rate) for seed, rate in RATES.items()), (12, "postgres", 0.02)]
if os.environ.get("KHOP_WORLDS") == "all":
    WORLDS = [(seed, kind, 0.1) for seed in NOWS for kind in BOTH]


@pytest.fixture(params=WORLDS, ids=str)
def world(request: pytest.FixtureRequest) -> tuple[int, str, float]:
    chosen: tuple[int, str, float] = request.param
    return chosen


@pytest.fixture
def province(world: tuple[int, str, float], tmp_path: Path) -> Iterator[SandboxProcess]:
    """A world of all systems and files."""
    seed, _, rate = world
    broken = 1 if rate else 0
    with start_process(
        size=SIZE, seed=seed, faults=rate, broken=broken, now=NOWS[seed], folder=tmp_path
    ) as sandbox:
        yield sandbox


@pytest.fixture
def engine(
    request: pytest.FixtureRequest,
    world: tuple[int, str, float],
    province: SandboxProcess,
    tmp_path: Path,
) -> Iterator[Engine]:
    config = load_config(tmp_path / "khop.toml", ADAPTERS)
    if world[1] == "postgres":
        url = request.getfixturevalue("postgres_url")
        config = config.model_copy(update={"ledger": LedgerSettings(url=url)})
    else:
        create_ledger(config.ledger_url)
    ensure_key(config.key_path)
    with open_engine(config, ADAPTERS) as opened:
        yield opened


def test_findings_are_the_truth_before_and_after_the_repairs(
    province: SandboxProcess, engine: Engine
) -> None:
    planted = truth(province)
    assert {rule for rule, _, _ in planted} >= REPAIRABLE | {"A1", "A2", "B1", "C7", "D1", "H2"}
    pulled = engine.pull()
    assert pulled.ok, pulled.as_json()
    assert all(source.adds_up for source in pulled.sources)
    engine.reconcile(province.now)
    assert found(engine) == planted

    applied = engine.apply(confirm=lambda _: True)
    outcomes = {a.outcome for a in applied.applied}
    assert outcomes <= {Outcome.DONE, Outcome.STEPS_UNKNOWN}
    assert engine.plan().items == ()

    assert engine.pull().ok
    engine.reconcile(province.now)
    assert found(engine) == truth(province)
    assert {rule for rule, _, who in left(province) if who == "machine"} & REPAIRABLE == set()
    assert engine.plan().items == ()
    assert province.violations() == []


def truth(province: SandboxProcess) -> Counter[Found]:
    """What the sandbox's own judge finds in its world as it is now."""
    return Counter(
        (f["rule"], f["code"] or tuple(f["row"].values()), f["severity"])
        for f in province.findings()
    )


def left(province: SandboxProcess) -> set[tuple[str, str, str]]:
    return {(f["rule"], f["code"], f["repair"]) for f in province.findings()}


def found(engine: Engine) -> Counter[Found]:
    return Counter((f.rule, f.code or place(f), f.severity) for f in engine.findings())


def place(finding: Finding) -> tuple[object, ...]:
    """File, sheet and row of a finding about paper alone."""
    (row,) = finding.evidence
    return row["file"], row["sheet"], row["row"]
