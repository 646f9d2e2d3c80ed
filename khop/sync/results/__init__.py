"""Results of the engine's operations: plain values for the command line, the reports and other
programs. Each has ``as_json``: a mapping of JSON values with stable names."""

from khop.sync.results.exports import CountrySummary, ExportCheck, ExportSummary, SharedCode
from khop.sync.results.findings import (
    UNSETTLED,
    CaseView,
    Finding,
    FindingCount,
    FindingDay,
    FindingPage,
    FindingState,
    ReconcileSummary,
    RuleCount,
)
from khop.sync.results.freshness import Freshness, SourceFreshness
from khop.sync.results.plain_json import Result
from khop.sync.results.plans import (
    SETTLED,
    Applied,
    ApplySummary,
    Outcome,
    Plan,
    PlanChange,
    PlanItem,
    WorkItem,
)
from khop.sync.results.progress import (
    NoProgress,
    Progress,
)
from khop.sync.results.pulls import (
    CatalogueSummary,
    CodesSummary,
    EvidenceSummary,
    FeedSummary,
    IdentityView,
    ListSummary,
    LookupSummary,
    PaperSummary,
    PullSummary,
    SourceSummary,
)
from khop.sync.results.repairs import (
    PolicyRepair,
    PolicyState,
    PolicyStatus,
    RepairSummary,
)
from khop.sync.results.upkeep import (
    BackupSummary,
    MoveSummary,
    QuarantineRow,
    RestoreSummary,
    RetrySummary,
    SystemCheck,
)

__all__ = [
    "SETTLED",
    "UNSETTLED",
    "Applied",
    "ApplySummary",
    "BackupSummary",
    "CaseView",
    "CatalogueSummary",
    "CodesSummary",
    "CountrySummary",
    "EvidenceSummary",
    "ExportCheck",
    "ExportSummary",
    "FeedSummary",
    "Finding",
    "FindingCount",
    "FindingDay",
    "FindingPage",
    "FindingState",
    "Freshness",
    "IdentityView",
    "ListSummary",
    "LookupSummary",
    "MoveSummary",
    "NoProgress",
    "Outcome",
    "PaperSummary",
    "Plan",
    "PlanChange",
    "PlanItem",
    "PolicyRepair",
    "PolicyState",
    "PolicyStatus",
    "Progress",
    "PullSummary",
    "QuarantineRow",
    "ReconcileSummary",
    "RepairSummary",
    "RestoreSummary",
    "Result",
    "RetrySummary",
    "RuleCount",
    "SharedCode",
    "SourceFreshness",
    "SourceSummary",
    "SystemCheck",
    "WorkItem",
]
