"""A finding for tests that need one."""

from __future__ import annotations

from typing import Any

from khop.sync.results import Finding, FindingState

CODE = "H99.18.03-261112-0001"


def make_finding(**changes: Any) -> Finding:
    """An open finding of B6; ``changes`` replace its fields."""
    values: dict[str, Any] = {
        "rule": "B6",
        "code": CODE,
        "severity": "S2",
        "state": FindingState.OPEN,
        "unit": "UBND xã Mẫu 3",
        "acts": "QTHT",
        "first_seen": "2026-11-20T23:30:00+00:00",
        "last_seen": "2026-11-22T08:00:00+07:00",
        "event": "2026-11-12",
        "values": {"os_status": 9, "po_status": 4, "os_finished": "2026-11-12"},
        "evidence": ({"source": "igate", "kind": "record", "native_id": "68a5"},),
    }
    return Finding(**(values | changes))
