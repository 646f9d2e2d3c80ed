"""The contract kit on the post's commercial interface."""

from khop.testing import EvidenceLookupContract, LoginContract, System
from tests.contract.systems.post import MYVNPOST


class TestMyvnpost(LoginContract, EvidenceLookupContract):
    def system(self) -> System:
        return MYVNPOST
