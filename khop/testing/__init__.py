"""The contract kit: the requirements of every adapter, as tests that its test class inherits.

::

    from khop.testing import DossierSourceContract, LoginContract, System

    class TestMine(LoginContract, DossierSourceContract):
        def system(self) -> System:
            return MINE

It needs pytest.
"""

from __future__ import annotations

try:
    import pytest as _pytest
except ImportError:
    raise ImportError("khop.testing needs pytest: pip install 'khop[testing]'") from None

# The contracts' assertions show their values.
_pytest.register_assert_rewrite(
    "khop.testing.contract", "khop.testing.dossiers", "khop.testing.evidence"
)

from khop.loopback import Request, Response
from khop.testing.bench import (
    Bench,
    RecordingCallBook,
)
from khop.testing.cases import (
    CatalogueCase,
    EvidenceCase,
    FeedCase,
    IdentityCase,
    LookupCase,
    PageInfo,
    SinkCase,
    SourceCase,
    WindowCase,
)
from khop.testing.contract import AdapterContract, LoginContract
from khop.testing.dossiers import (
    DossierLookupContract,
    DossierSinkContract,
    DossierSourceContract,
    WindowSourceContract,
)
from khop.testing.evidence import (
    CatalogueSourceContract,
    EvidenceLookupContract,
    EvidenceSourceContract,
    IdentityCheckContract,
)
from khop.testing.faults import Fault
from khop.testing.matrix import fault_matrix
from khop.testing.system import (
    Case,
    Difference,
    Kind,
    Login,
    Operation,
    System,
)

__all__ = [
    "AdapterContract",
    "Bench",
    "Case",
    "CatalogueCase",
    "CatalogueSourceContract",
    "Difference",
    "DossierLookupContract",
    "DossierSinkContract",
    "DossierSourceContract",
    "EvidenceCase",
    "EvidenceLookupContract",
    "EvidenceSourceContract",
    "Fault",
    "FeedCase",
    "IdentityCase",
    "IdentityCheckContract",
    "Kind",
    "Login",
    "LoginContract",
    "LookupCase",
    "Operation",
    "PageInfo",
    "RecordingCallBook",
    "Request",
    "Response",
    "SinkCase",
    "SourceCase",
    "System",
    "WindowCase",
    "WindowSourceContract",
    "fault_matrix",
]
