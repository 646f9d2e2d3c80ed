"""VNPT iGate, the one-stop system of a province (docs/systems/igate.md)."""

from khop.connectors.igate.claims import TokenClaims
from khop.connectors.igate.client import IgateClient, IgateDeployment
from khop.connectors.igate.page import SearchPage
from khop.connectors.igate.pushes import PushLogPage, PushLogRow
from khop.connectors.igate.tokens import Account

__all__ = [
    "Account",
    "IgateClient",
    "IgateDeployment",
    "PushLogPage",
    "PushLogRow",
    "SearchPage",
    "TokenClaims",
]
