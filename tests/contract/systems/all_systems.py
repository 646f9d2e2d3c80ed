"""Every system with a contract test, sorted by name."""

from __future__ import annotations

from khop.testing import System
from tests.contract.systems.dvcqg import DVCQG, QUERY, WRAPPER
from tests.contract.systems.igate import IGATE
from tests.contract.systems.ministry import MINISTRY
from tests.contract.systems.population import POPULATION, POPULATION_TOKEN
from tests.contract.systems.post import MYVNPOST, VNPOST

SYSTEMS: tuple[System, ...] = (
    DVCQG,
    WRAPPER,
    QUERY,
    IGATE,
    MINISTRY,
    MYVNPOST,
    POPULATION,
    POPULATION_TOKEN,
    VNPOST,
)
