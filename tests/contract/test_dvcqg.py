"""The contract kit on the national portal's native dialect."""

from khop.testing import (
    CatalogueSourceContract,
    DossierLookupContract,
    DossierSinkContract,
    LoginContract,
    System,
)
from tests.contract.systems.dvcqg import DVCQG


class TestDvcqg(LoginContract, DossierLookupContract, DossierSinkContract, CatalogueSourceContract):
    def system(self) -> System:
        return DVCQG
