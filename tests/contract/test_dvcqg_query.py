"""The contract kit on the national portal's query dialect."""

from khop.testing import (
    CatalogueSourceContract,
    DossierLookupContract,
    DossierSinkContract,
    LoginContract,
    System,
)
from tests.contract.systems.dvcqg import QUERY


class TestDvcqgQuery(
    LoginContract, DossierLookupContract, DossierSinkContract, CatalogueSourceContract
):
    def system(self) -> System:
        return QUERY
