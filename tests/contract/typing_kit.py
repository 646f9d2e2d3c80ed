"""How an adapter's tests inherit the contract kit, for the type checker alone; it is never run."""

from __future__ import annotations

from khop.testing import (
    CatalogueSourceContract,
    DossierLookupContract,
    DossierSinkContract,
    DossierSourceContract,
    EvidenceLookupContract,
    EvidenceSourceContract,
    IdentityCheckContract,
    LoginContract,
    System,
    WindowSourceContract,
)


class EveryPort(
    LoginContract,
    CatalogueSourceContract,
    DossierLookupContract,
    DossierSinkContract,
    DossierSourceContract,
    EvidenceLookupContract,
    EvidenceSourceContract,
    IdentityCheckContract,
    WindowSourceContract,
):
    """Contracts of several ports can be combined in one class."""

    def __init__(self, system: System) -> None:
        self._system = system

    def system(self) -> System:
        return self._system
