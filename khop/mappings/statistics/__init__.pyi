"""The public names of this package and where each stands."""

from .bucket_rules import BucketRules as BucketRules
from .buckets import (
    Column as Column,
)
from .buckets import (
    LeftOut as LeftOut,
)
from .buckets import (
    Note as Note,
)
from .buckets import (
    Placement as Placement,
)
from .buckets import (
    place as place,
)
from .error_counters import (
    StatisticsError as StatisticsError,
)
from .error_counters import (
    count_statistics_errors as count_statistics_errors,
)
from .error_counters import (
    statistics_errors as statistics_errors,
)
from .periods import (
    Period as Period,
)
from .periods import (
    calendar_month as calendar_month,
)
from .periods import (
    report_quarters as report_quarters,
)
from .report_dossier import (
    Punctuality as Punctuality,
)
from .report_dossier import (
    ReportDossier as ReportDossier,
)
from .report_dossier import (
    by_receipt_slip as by_receipt_slip,
)
from .rows import (
    BrokenIdentity as BrokenIdentity,
)
from .rows import (
    ReportRow as ReportRow,
)
from .rows import (
    add_rows as add_rows,
)
from .rows import (
    broken_identities as broken_identities,
)
from .rows import (
    tally as tally,
)
