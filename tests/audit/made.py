"""Reports of findings and of work for tests that need one."""

from __future__ import annotations

from datetime import UTC, datetime

from khop.audit.report import Report
from khop.audit.rules import RuleWords
from khop.audit.words import report_words
from khop.audit.worklist import WorkReport
from khop.sync.results import Finding

MADE = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
LINK = "https://motcua.example.vn/#/dossier/68a5?c=H99.18.03-261112-0001"


def make_report(*findings: Finding, lang: str = "en", province: str = "Tỉnh Mẫu") -> Report:
    rules = {"B6": RuleWords("One-stop closed, portal open", "The portal lags behind.")}
    return Report(findings, report_words(lang), rules, province, MADE)


def make_work_report(lang: str = "vi") -> WorkReport:
    return WorkReport.of(lang, "Tỉnh Mẫu", MADE, lambda reason: f"lý do {reason}")
