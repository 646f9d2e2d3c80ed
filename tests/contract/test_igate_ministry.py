"""The contract kit on VNPT's adapter for ministries."""

from khop.testing import DossierSinkContract, LoginContract, System
from tests.contract.systems.ministry import MINISTRY


class TestIgateMinistry(LoginContract, DossierSinkContract):
    def system(self) -> System:
        return MINISTRY
