"""DVCQG, the national public-service portal (docs/systems/dvcqg.md)."""

from khop.connectors.dvcqg.access import FixedLogin, OAuthLogin, PortalLogin
from khop.connectors.dvcqg.client import DvcqgClient
from khop.connectors.dvcqg.dialects import NativeDialect, query_dialect, wrapper_dialect

__all__ = [
    "DvcqgClient",
    "FixedLogin",
    "NativeDialect",
    "OAuthLogin",
    "PortalLogin",
    "query_dialect",
    "wrapper_dialect",
]
