from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from khop.audit.report import Report
from khop.audit.rules import RuleWords
from khop.audit.words import report_words
from khop.sync.results import Finding, FindingState


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """A finding, with what a test cares about in place of the defaults."""

    def made(**changes: Any) -> Finding:
        values: dict[str, Any] = {
            "rule": "B6",
            "code": "H99.18.03-261112-0001",
            "severity": "S2",
            "state": FindingState.OPEN,
            "unit": "UBND xã Mẫu 3",
            "acts": "QTHT",
            "first_seen": "2026-11-20T23:30:00+00:00",
            "last_seen": "2026-11-22T08:00:00+07:00",
            "values": {"os_status": 9, "po_status": 4, "os_finished": "2026-11-12"},
            "evidence": ({"source": "igate", "kind": "record", "native_id": "68a5"},),
        }
        return Finding(**(values | changes))

    return made


@pytest.fixture
def report() -> Callable[..., Report]:
    def made(*findings: Finding, lang: str = "en", province: str = "Tỉnh Mẫu") -> Report:
        rules = {"B6": RuleWords("One-stop closed, portal open", "The portal lags behind.")}
        now = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
        return Report(findings, report_words(lang), rules, province, now)

    return made
