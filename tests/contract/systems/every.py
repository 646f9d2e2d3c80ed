"""Every system of this project that is under contract, in the order of names."""

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
