"""The contract kit on the one-stop system."""

from khop.testing import DossierSourceContract, LoginContract, System, WindowSourceContract
from tests.contract.systems.igate import IGATE


class TestIgate(LoginContract, DossierSourceContract, WindowSourceContract):
    def system(self) -> System:
        return IGATE
