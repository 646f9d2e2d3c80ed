"""DVCQG, the national public-service portal (docs/systems/dvcqg.md)."""

from khop.connectors.dvcqg.access import FixedLogin, OAuthLogin, PortalLogin
from khop.connectors.dvcqg.client import DvcqgClient
from khop.connectors.dvcqg.dialects import (
    NativeDeployment,
    NativeDialect,
    ServiceAddresses,
    query_dialect,
    wrapper_dialect,
)

__all__ = [
    "DvcqgClient",
    "FixedLogin",
    "NativeDeployment",
    "NativeDialect",
    "OAuthLogin",
    "PortalLogin",
    "ServiceAddresses",
    "query_dialect",
    "wrapper_dialect",
]
