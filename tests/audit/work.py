"""What tests of lists of work share."""

from __future__ import annotations

from datetime import UTC, datetime

from khop.audit.worklist import WorkReport

MADE = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
LINK = "https://motcua.example.vn/#/dossier/68a5?c=H99.18.03-261112-0001"


def work_report(lang: str = "vi") -> WorkReport:
    return WorkReport.of(lang, "Tỉnh Mẫu", MADE, lambda reason: f"lý do {reason}")
