"""The contract kit on the national portal's wrapper dialect."""

from khop.testing import (
    CatalogueSourceContract,
    DossierLookupContract,
    DossierSinkContract,
    LoginContract,
    System,
)
from tests.contract.systems.dvcqg import WRAPPER


class TestDvcqgWrapper(
    LoginContract, DossierLookupContract, DossierSinkContract, CatalogueSourceContract
):
    def system(self) -> System:
        return WRAPPER
