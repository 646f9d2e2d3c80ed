"""The public names of khop, where each stands: one list for programs and type checkers."""

from .adapters.ports import (
    Adapter as Adapter,
    AdapterType as AdapterType,
    CodeSource as CodeSource,
    Context as Context,
    DossierLookup as DossierLookup,
    DossierSink as DossierSink,
    DossierSource as DossierSource,
    Role as Role,
)
from .config.adapters import (
    adapter_types as adapter_types,
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
    ConfigError as ConfigError,
    ConnectorError as ConnectorError,
    KhopError as KhopError,
    LedgerError as LedgerError,
    OutcomeUnknown as OutcomeUnknown,
    RateLimited as RateLimited,
    RecordError as RecordError,
    Refused as Refused,
    Unauthorised as Unauthorised,
    Unreachable as Unreachable,
    Unreadable as Unreadable,
)
from .mappings.records import (
    Channel as Channel,
    DossierReading as DossierReading,
    DossierRecord as DossierRecord,
    FullDossier as FullDossier,
    Instant as Instant,
    Precision as Precision,
    Presence as Presence,
    Status as Status,
    StatusRecord as StatusRecord,
)
from .mappings.time.calendar import (
    WorkingCalendar as WorkingCalendar,
)
from .sync.engine import (
    Engine as Engine,
    open_engine as open_engine,
)
from .sync.ledger import (
    create_ledger as create_ledger,
)
from .sync.privacy import (
    ensure_key as ensure_key,
)
from .sync.results import (
    ApplySummary as ApplySummary,
    CaseView as CaseView,
    Finding as Finding,
    Plan as Plan,
    Progress as Progress,
    PullSummary as PullSummary,
    ReconcileSummary as ReconcileSummary,
)

__version__: str
