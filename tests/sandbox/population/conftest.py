"""Fixtures of the simulated population database's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khop.sandbox import World
from tests.sandbox.population.client import PopulationClient, running_population


@pytest.fixture
def client(world: World) -> Iterator[PopulationClient]:
    with running_population(world) as client:
        yield client
