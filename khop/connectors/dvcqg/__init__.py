"""DVCQG, the national public-service portal (specs/dvcqg.md)."""

from khop.connectors.dvcqg.client import DvcqgClient

__all__ = ["DvcqgClient"]
