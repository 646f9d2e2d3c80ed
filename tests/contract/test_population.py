"""The contract kit on the population database."""

from khop.testing import IdentityCheckContract, System
from tests.contract.systems.population import POPULATION


class TestPopulation(IdentityCheckContract):
    def system(self) -> System:
        return POPULATION
