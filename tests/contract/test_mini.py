"""A sound adapter passes every test of the kit."""

from khop.testing import (
    DossierLookupContract,
    DossierSinkContract,
    DossierSourceContract,
    LoginContract,
    System,
)
from tests.contract.mini import mini

MINI = mini()


class TestMini(LoginContract, DossierSourceContract, DossierLookupContract, DossierSinkContract):
    def system(self) -> System:
        return MINI
