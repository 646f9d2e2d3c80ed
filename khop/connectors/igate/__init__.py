"""VNPT iGate, the one-stop system of a province (specs/igate.md), and the adapter of the same
platform that ministries push to (specs/igate.md 7)."""

from khop.connectors.igate.client import IgateClient
from khop.connectors.igate.page import SearchPage
from khop.connectors.igate_ministry.client import MinistryClient

__all__ = ["IgateClient", "MinistryClient", "SearchPage"]
