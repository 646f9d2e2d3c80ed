"""Results of the engine that several tests of the command line print."""

from __future__ import annotations

from typing import Any

from khop.sync.results import ListSummary, LookupSummary, Plan, PlanItem, QuarantineRow, WorkItem
from tests.findings import CODE

ITEM = PlanItem(CODE, "68a5", "igate", "create", ("A7",), "v1")
WORK = WorkItem(
    code=CODE, rules=("C5",), unit="Sở Mẫu", acts=("CB",), reason="not_repairable", subject=CODE
)
PLAN = Plan("2026-11-22T08:00:00+07:00", 300, None, "b", (ITEM,), (WORK,))
LISTED = ListSummary("igate", pages=2, fetched=9, stored=5, unchanged=3, quarantined=1)
LOOKED_UP = LookupSummary("dvcqg", asked=9, present=7, absent=1, unknown=1)


def quarantine_row(number: int, **changes: Any) -> QuarantineRow:
    values: dict[str, Any] = {
        "id": number,
        "source": "igate",
        "native_id": "68a5",
        "code": CODE,
        "field": "acceptedDate",
        "reason": "no such day",
        "first_seen": "2026-11-20T08:00:00+07:00",
        "last_seen": "2026-11-22T08:00:00+07:00",
        "state": "open",
        "has_payload": True,
    }
    return QuarantineRow(**(values | changes))
