"""Every slot is accounted for, and none is run twice, whatever happens to the processes, the
database and the clock."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from khop.sync.ledger import create_ledger
from tests.daemon.simulator import Simulation
from tests.tiers import seeds


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("simulation") / "khop.db"
    create_ledger(f"sqlite:///{path}")
    return path


@pytest.mark.parametrize(
    "first", [*range(0, 20, 10), *seeds(range(20, 1020, 10), range(2000, 90_000, 10))]
)
def test_slots_are_accounted_for_and_run_once(first: int, empty: Path, tmp_path: Path) -> None:
    for seed in range(first, first + 10):
        path = tmp_path / f"{seed}.db"
        shutil.copy(empty, path)
        _simulate(f"sqlite:///{path}", seed)
        path.unlink()


@pytest.mark.parametrize("seed", seeds(range(6), range(1000, 1500)))
def test_slots_are_accounted_for_on_postgresql_too(seed: int, postgres_url: str) -> None:
    _simulate(postgres_url, seed)


def _simulate(url: str, seed: int) -> None:
    simulation = Simulation(url, seed, nodes=2 + seed % 2)
    with closing(simulation):
        simulation.run(300)
        simulation.settle()
        assert simulation.problems == [], seed
        assert simulation.unaccounted() == [], seed
        assert set(simulation.done.values()) == {1}, seed
        assert simulation.idle() == [], seed


@pytest.mark.parametrize("seed", range(3))
def test_another_process_goes_on_within_35_seconds(seed: int, empty: Path, tmp_path: Path) -> None:
    path = tmp_path / "khop.db"
    shutil.copy(empty, path)
    simulation = Simulation(f"sqlite:///{path}", seed, nodes=2, leaps=False)
    simulation.faults = False
    with closing(simulation):
        for _ in range(4):
            simulation.run(60)
            while not any(process.jobs for process in simulation.processes):
                simulation.run(1)
            simulation.hit("kill", max(simulation.processes, key=lambda each: len(each.jobs)))
        simulation.run(100)
        assert simulation.takeovers
        assert max(simulation.takeovers) <= 35
        assert simulation.problems == []
