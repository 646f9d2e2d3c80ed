"""The ledger's tables, as SQLAlchemy Core sees them.

The migrations make them; a test checks that both say the same. Every time is an integer:
microseconds of UTC since 1970, column suffix ``_us``. A ``…_day`` column beside a time is true
when only its day is known. No column holds personal data in the clear.
"""

from khop.sync.ledger.schema.columns import SHARED_TIMES, metadata
from khop.sync.ledger.schema.daemon import (
    alarm,
    alarm_message,
    node,
    pause,
    schedule,
    stream_health,
    task_firing,
    watch,
)
from khop.sync.ledger.schema.findings import (
    UNSETTLED_ROWS,
    dirty,
    discrepancy,
    exclusion,
    finding_count,
    finding_day,
    last_reconcile,
    notice,
    notified,
    recheck,
)
from khop.sync.ledger.schema.office import (
    count_row,
    feedback_row,
    ministry_row,
    rating_row,
    report_row,
)
from khop.sync.ledger.schema.paper import near_code, paper_file, paper_match, paper_row
from khop.sync.ledger.schema.sources import (
    catalogue,
    cursor,
    evidence_asked,
    feed,
    identity_check,
    look_up_state,
    presence,
    quarantine,
    record_alias,
    record_change,
    source_record,
    status_record,
)
from khop.sync.ledger.schema.work import (
    audit_log,
    installation,
    lease,
    outbox,
    progress_step,
    run,
)

__all__ = [
    "SHARED_TIMES",
    "UNSETTLED_ROWS",
    "alarm",
    "alarm_message",
    "audit_log",
    "catalogue",
    "count_row",
    "cursor",
    "dirty",
    "discrepancy",
    "evidence_asked",
    "exclusion",
    "feed",
    "feedback_row",
    "finding_count",
    "finding_day",
    "identity_check",
    "installation",
    "last_reconcile",
    "lease",
    "look_up_state",
    "metadata",
    "ministry_row",
    "near_code",
    "node",
    "notice",
    "notified",
    "outbox",
    "paper_file",
    "paper_match",
    "paper_row",
    "pause",
    "presence",
    "progress_step",
    "quarantine",
    "rating_row",
    "recheck",
    "record_alias",
    "record_change",
    "report_row",
    "run",
    "schedule",
    "source_record",
    "status_record",
    "stream_health",
    "task_firing",
    "watch",
]
