"""VNPT iGate, the one-stop system of a province (specs/igate.md)."""

from khop.connectors.igate.client import IgateClient
from khop.connectors.igate.page import SearchPage

__all__ = ["IgateClient", "SearchPage"]
