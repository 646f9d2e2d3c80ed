"""The contract kit on the population database with a token login."""

from khop.testing import IdentityCheckContract, LoginContract, System
from tests.contract.systems.population import POPULATION_TOKEN


class TestPopulationToken(LoginContract, IdentityCheckContract):
    def system(self) -> System:
        return POPULATION_TOKEN
