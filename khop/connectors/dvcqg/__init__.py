"""DVCQG, the national public-service portal (docs/systems/dvcqg.md)."""

from khop.connectors.dvcqg.access import FixedLogin, Login, OAuthLogin, PortalLogin
from khop.connectors.dvcqg.client import DvcqgClient
from khop.connectors.dvcqg.dialects import (
    Call,
    Dialect,
    NativeDeployment,
    NativeDialect,
    ServiceAddresses,
    ServiceDialect,
    WrittenCall,
    query_dialect,
    wrapper_dialect,
)

__all__ = [
    "Call",
    "Dialect",
    "DvcqgClient",
    "FixedLogin",
    "Login",
    "NativeDeployment",
    "NativeDialect",
    "OAuthLogin",
    "PortalLogin",
    "ServiceAddresses",
    "ServiceDialect",
    "WrittenCall",
    "query_dialect",
    "wrapper_dialect",
]
