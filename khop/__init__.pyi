"""The public names of khop, where each stands: one list for programs and type checkers."""

from .adapters.ports import (
    Adapter as Adapter,
)
from .adapters.ports import (
    AdapterType as AdapterType,
)
from .adapters.ports import (
    CodeSource as CodeSource,
)
from .adapters.ports import (
    Context as Context,
)
from .adapters.ports import (
    DossierLookup as DossierLookup,
)
from .adapters.ports import (
    DossierSink as DossierSink,
)
from .adapters.ports import (
    DossierSource as DossierSource,
)
from .adapters.ports import (
    Role as Role,
)
from .config.adapters import (
    adapter_types as adapter_types,
)
from .config.adapters import (
    build_adapters as build_adapters,
)
from .config.domain_tables import (
    Tables as Tables,
)
from .config.load import (
    load_config as load_config,
)
from .config.model import (
    Config as Config,
)
from .connectors.notices import (
    verify_notice as verify_notice,
)
from .errors import (
    AlreadyExists as AlreadyExists,
)
from .errors import (
    ConfigError as ConfigError,
)
from .errors import (
    ConnectorError as ConnectorError,
)
from .errors import (
    KhopError as KhopError,
)
from .errors import (
    LedgerError as LedgerError,
)
from .errors import (
    OutcomeUnknown as OutcomeUnknown,
)
from .errors import (
    RateLimited as RateLimited,
)
from .errors import (
    RecordError as RecordError,
)
from .errors import (
    Refused as Refused,
)
from .errors import (
    Unauthorised as Unauthorised,
)
from .errors import (
    Unreachable as Unreachable,
)
from .errors import (
    Unreadable as Unreadable,
)
from .mappings.records import (
    Channel as Channel,
)
from .mappings.records import (
    DossierReading as DossierReading,
)
from .mappings.records import (
    DossierRecord as DossierRecord,
)
from .mappings.records import (
    FullDossier as FullDossier,
)
from .mappings.records import (
    Instant as Instant,
)
from .mappings.records import (
    Precision as Precision,
)
from .mappings.records import (
    Presence as Presence,
)
from .mappings.records import (
    Status as Status,
)
from .mappings.records import (
    StatusRecord as StatusRecord,
)
from .mappings.time.calendar import (
    WorkingCalendar as WorkingCalendar,
)
from .sync.engine import (
    Engine as Engine,
)
from .sync.ledger import (
    create_ledger as create_ledger,
)
from .sync.opening import (
    open_engine as open_engine,
)
from .sync.privacy import (
    ensure_key as ensure_key,
)
from .sync.results import (
    ApplySummary as ApplySummary,
)
from .sync.results import (
    CaseView as CaseView,
)
from .sync.results import (
    Finding as Finding,
)
from .sync.results import (
    Plan as Plan,
)
from .sync.results import (
    Progress as Progress,
)
from .sync.results import (
    PullSummary as PullSummary,
)
from .sync.results import (
    ReconcileSummary as ReconcileSummary,
)

__version__: str
