"""The public names of this package and where each stands."""

from .bucket_rules import BucketRules as BucketRules
from .buckets import (
    Column as Column,
    LeftOut as LeftOut,
    Note as Note,
    Placement as Placement,
    place as place,
)
from .error_counters import (
    StatisticsError as StatisticsError,
    count_statistics_errors as count_statistics_errors,
    statistics_errors as statistics_errors,
)
from .periods import (
    Period as Period,
    calendar_month as calendar_month,
    report_quarters as report_quarters,
)
from .report_dossier import (
    Punctuality as Punctuality,
    ReportDossier as ReportDossier,
    by_receipt_slip as by_receipt_slip,
)
from .rows import (
    BrokenIdentity as BrokenIdentity,
    ReportRow as ReportRow,
    add_rows as add_rows,
    broken_identities as broken_identities,
    tally as tally,
)
