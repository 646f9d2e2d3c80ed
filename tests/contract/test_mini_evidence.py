"""A sound adapter passes every test of the kit."""

from khop.testing import (
    CatalogueSourceContract,
    EvidenceLookupContract,
    EvidenceSourceContract,
    IdentityCheckContract,
    System,
)
from tests.contract.mini_evidence import mini_evidence

MINI_EVIDENCE = mini_evidence()


class TestMiniEvidence(
    EvidenceSourceContract,
    EvidenceLookupContract,
    IdentityCheckContract,
    CatalogueSourceContract,
):
    def system(self) -> System:
        return MINI_EVIDENCE
