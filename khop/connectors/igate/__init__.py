"""VNPT iGate, the one-stop system of a province, and the adapter of the same
platform that ministries push to (docs/systems/igate.md)."""

from khop.connectors.igate.client import IgateClient
from khop.connectors.igate.page import SearchPage
from khop.connectors.igate_ministry.client import MinistryClient

__all__ = ["IgateClient", "MinistryClient", "SearchPage"]
