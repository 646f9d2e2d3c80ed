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
    AdapterTypes as AdapterTypes,
    adapter_types as adapter_types,
    build_adapters as build_adapters,
)
from .config.alarms import (
    AlarmSettings as AlarmSettings,
    EmailSettings as EmailSettings,
)
from .config.daemon import (
    DaemonSettings as DaemonSettings,
    TaskSchedule as TaskSchedule,
)
from .config.domain_tables import (
    Tables as Tables,
)
from .config.load import (
    load_config as load_config,
)
from .config.model import (
    BackupSettings as BackupSettings,
    Config as Config,
    FileSettings as FileSettings,
    LedgerSettings as LedgerSettings,
    LogSettings as LogSettings,
    LookUpSettings as LookUpSettings,
    NoticeSettings as NoticeSettings,
    PrivacySettings as PrivacySettings,
    Province as Province,
    ReconcileSettings as ReconcileSettings,
    RuleException as RuleException,
    RuleSettings as RuleSettings,
    Window as Window,
)
from .config.own_tables import (
    CalendarSettings as CalendarSettings,
    OwnTables as OwnTables,
    UnitSettings as UnitSettings,
)
from .config.repair import (
    RepairPolicy as RepairPolicy,
    RepairSettings as RepairSettings,
)
from .connectors.notices import (
    verify_notice as verify_notice,
)
from .errors import (
    AdapterError as AdapterError,
    AlreadyExists as AlreadyExists,
    ConfigError as ConfigError,
    ConnectorError as ConnectorError,
    KhopError as KhopError,
    LedgerError as LedgerError,
    LedgerUnavailable as LedgerUnavailable,
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
from .mappings.units.names import UnitNames as UnitNames
from .sync.engine import (
    Engine as Engine,
)
from .sync.findings.decisions import Decisions as Decisions
from .sync.findings.filters import FindingFilters as FindingFilters
from .sync.findings.finding_list import FindingList as FindingList, Totals as Totals
from .sync.findings.lists import FindingLists as FindingLists
from .sync.findings.history import FindingEvent as FindingEvent
from .sync.findings.notices import NoticeSummary as NoticeSummary
from .sync.findings.work import Task as Task
from .sync.ledger import (
    create_ledger as create_ledger,
)
from .sync.ledger.audit_log import Head as Head
from .sync.ledger.sealed.chain import Problem as Problem, Verified as Verified
from .sync.ledger.leases.rows import Lease as Lease
from .sync.ledger.notices import NoticeEvent as NoticeEvent
from .sync.ledger.pauses import Cause as Cause, Pause as Pause
from .sync.ledger.store import Ledger as Ledger
from .sync.opening import (
    open_engine as open_engine,
)
from .sync.privacy import (
    Privacy as Privacy,
    ensure_key as ensure_key,
)
from .sync.repairing.by_policy import RepairPolicies as RepairPolicies
from .sync.results import (
    Applied as Applied,
    ApplySummary as ApplySummary,
    CaseView as CaseView,
    CatalogueSummary as CatalogueSummary,
    CodesSummary as CodesSummary,
    EvidenceSummary as EvidenceSummary,
    FeedSummary as FeedSummary,
    Finding as Finding,
    FindingCount as FindingCount,
    FindingDay as FindingDay,
    FindingPage as FindingPage,
    FindingState as FindingState,
    Freshness as Freshness,
    IdentityView as IdentityView,
    ListSummary as ListSummary,
    LookupSummary as LookupSummary,
    Outcome as Outcome,
    PaperSummary as PaperSummary,
    Plan as Plan,
    PlanChange as PlanChange,
    PlanItem as PlanItem,
    PolicyRepair as PolicyRepair,
    PolicyState as PolicyState,
    PolicyStatus as PolicyStatus,
    Progress as Progress,
    PullSummary as PullSummary,
    QuarantineRow as QuarantineRow,
    ReconcileSummary as ReconcileSummary,
    RepairSummary as RepairSummary,
    RetrySummary as RetrySummary,
    RuleCount as RuleCount,
    SourceFreshness as SourceFreshness,
    SystemCheck as SystemCheck,
    WorkItem as WorkItem,
)

__version__: str
