"""VNPT's adapter that ministries file dossiers through (docs/systems/igate.md)."""

from khop.connectors.igate_ministry.answers import Created, Uploaded
from khop.connectors.igate_ministry.client import MinistryClient, MinistryDeployment, MinistryPaths

__all__ = ["Created", "MinistryClient", "MinistryDeployment", "MinistryPaths", "Uploaded"]
