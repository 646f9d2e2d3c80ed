"""Every slot is accounted for, and none is run twice, whatever happens to the processes, the
database and the clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khop.sync.ledger import create_ledger
from tests.daemon.simulation.simulated_ledger import OneConnection
from tests.daemon.simulation.simulator import Simulation
from tests.tiers import seeds


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneConnection]:
    url = f"sqlite:///{tmp_path_factory.mktemp('simulation') / 'khop.db'}"
    create_ledger(url)
    ledger = OneConnection(url)
    yield ledger
    ledger.close()


@pytest.mark.parametrize(
    "first", [*range(0, 20, 10), *seeds(range(20, 1020, 100), range(2000, 90_000, 100))]
)
def test_slots_are_accounted_for_and_run_once(first: int, opened: OneConnection) -> None:
    for seed in range(first, first + (10 if first < 20 else 100)):
        _simulate(opened, seed)


@pytest.mark.parametrize("seed", seeds(range(6), range(1000, 1500)))
def test_slots_are_accounted_for_on_postgresql_too(seed: int, postgres_url: str) -> None:
    ledger = OneConnection(postgres_url)
    _simulate(ledger, seed)
    ledger.close()


def _simulate(opened: OneConnection, seed: int) -> None:
    simulation = Simulation(opened, seed, nodes=2 + seed % 2)
    simulation.run(300)
    simulation.settle()
    assert simulation.problems == [], seed
    assert simulation.unaccounted() == [], seed
    assert set(simulation.done.values()) == {1}, seed
    assert simulation.idle() == [], seed


@pytest.mark.parametrize("seed", range(3))
def test_another_process_goes_on_within_35_seconds(seed: int, opened: OneConnection) -> None:
    simulation = Simulation(opened, seed, nodes=2, leaps=False, faults=False)
    for _ in range(4):
        simulation.run(60)
        while not any(process.jobs for process in simulation.processes):
            simulation.run(1)
        simulation.hit("kill", max(simulation.processes, key=lambda each: len(each.jobs)))
    simulation.run(100)
    assert simulation.takeovers
    assert max(simulation.takeovers) <= 35
    assert simulation.problems == []
