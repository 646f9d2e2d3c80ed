"""The contract kit on the post."""

from khop.testing import EvidenceSourceContract, LoginContract, System
from tests.contract.systems.post import VNPOST


class TestVnpost(LoginContract, EvidenceSourceContract):
    def system(self) -> System:
        return VNPOST
