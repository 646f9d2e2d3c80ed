"""khop: makes administrative dossiers agree between the one-stop system and the portal.

Names are loaded when they are first used, so that ``import khop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khop.adapters.ports import (
        Adapter,
        AdapterType,
        CodeSource,
        Context,
        DossierLookup,
        DossierSink,
        DossierSource,
        Role,
    )
    from khop.config.adapters import adapter_types, build_adapters
    from khop.config.domain_tables import Tables
    from khop.config.load import load_config
    from khop.config.model import Config
    from khop.connectors.notices import verify_notice
    from khop.errors import (
        AlreadyExists,
        ConfigError,
        ConnectorError,
        KhopError,
        LedgerError,
        OutcomeUnknown,
        RateLimited,
        RecordError,
        Refused,
        Unauthorised,
        Unreachable,
        Unreadable,
    )
    from khop.mappings.records import (
        Channel,
        DossierReading,
        DossierRecord,
        FullDossier,
        Instant,
        Precision,
        Presence,
        Status,
        StatusRecord,
    )
    from khop.mappings.time.calendar import WorkingCalendar
    from khop.sync.engine import Engine, open_engine
    from khop.sync.ledger import create_ledger
    from khop.sync.privacy import ensure_key
    from khop.sync.results import (
        ApplySummary,
        CaseView,
        Finding,
        Plan,
        Progress,
        PullSummary,
        ReconcileSummary,
    )

from khop.version import __version__

_HOMES = {
    "Adapter": "khop.adapters.ports",
    "AdapterType": "khop.adapters.ports",
    "AlreadyExists": "khop.errors",
    "ApplySummary": "khop.sync.results",
    "CaseView": "khop.sync.results",
    "Channel": "khop.mappings.records",
    "CodeSource": "khop.adapters.ports",
    "Config": "khop.config.model",
    "ConfigError": "khop.errors",
    "ConnectorError": "khop.errors",
    "Context": "khop.adapters.ports",
    "DossierLookup": "khop.adapters.ports",
    "DossierReading": "khop.mappings.records",
    "DossierRecord": "khop.mappings.records",
    "DossierSink": "khop.adapters.ports",
    "DossierSource": "khop.adapters.ports",
    "Engine": "khop.sync.engine",
    "Finding": "khop.sync.results",
    "FullDossier": "khop.mappings.records",
    "Instant": "khop.mappings.records",
    "KhopError": "khop.errors",
    "LedgerError": "khop.errors",
    "OutcomeUnknown": "khop.errors",
    "Plan": "khop.sync.results",
    "Precision": "khop.mappings.records",
    "Presence": "khop.mappings.records",
    "Progress": "khop.sync.results",
    "PullSummary": "khop.sync.results",
    "RateLimited": "khop.errors",
    "ReconcileSummary": "khop.sync.results",
    "RecordError": "khop.errors",
    "Refused": "khop.errors",
    "Role": "khop.adapters.ports",
    "Status": "khop.mappings.records",
    "StatusRecord": "khop.mappings.records",
    "Tables": "khop.config.domain_tables",
    "Unauthorised": "khop.errors",
    "Unreachable": "khop.errors",
    "Unreadable": "khop.errors",
    "WorkingCalendar": "khop.mappings.time.calendar",
    "adapter_types": "khop.config.adapters",
    "build_adapters": "khop.config.adapters",
    "create_ledger": "khop.sync.ledger",
    "ensure_key": "khop.sync.privacy",
    "load_config": "khop.config.load",
    "open_engine": "khop.sync.engine",
    "verify_notice": "khop.connectors.notices",
}

__all__ = [
    "Adapter",
    "AdapterType",
    "AlreadyExists",
    "ApplySummary",
    "CaseView",
    "Channel",
    "CodeSource",
    "Config",
    "ConfigError",
    "ConnectorError",
    "Context",
    "DossierLookup",
    "DossierReading",
    "DossierRecord",
    "DossierSink",
    "DossierSource",
    "Engine",
    "Finding",
    "FullDossier",
    "Instant",
    "KhopError",
    "LedgerError",
    "OutcomeUnknown",
    "Plan",
    "Precision",
    "Presence",
    "Progress",
    "PullSummary",
    "RateLimited",
    "ReconcileSummary",
    "RecordError",
    "Refused",
    "Role",
    "Status",
    "StatusRecord",
    "Tables",
    "Unauthorised",
    "Unreachable",
    "Unreadable",
    "WorkingCalendar",
    "__version__",
    "adapter_types",
    "build_adapters",
    "create_ledger",
    "ensure_key",
    "load_config",
    "open_engine",
    "verify_notice",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'khop' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
