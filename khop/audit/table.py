"""Findings as a table on a terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from khop.audit.report import Report

_STYLES = {"S1": "bold red", "S2": "red", "S3": "yellow", "S4": "dim"}


def findings_table(report: Report) -> Table:
    """One row a finding. Long texts are folded, never cut: codes must stay whole."""
    words = report.words
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", expand=False)
    for name in ("severity", "rule", "name", "code", "unit", "acts", "first_seen", "saw"):
        table.add_column(words(f"column.{name}"), overflow="fold")
    for finding in report.findings:
        row = report.row(finding)
        style = _STYLES.get(finding.severity, "")
        since = f"{row.first_seen:%d/%m/%Y}" if row.first_seen else ""
        table.add_row(
            Text(finding.severity, style),
            *map(Text, (row.rule, row.name, row.code, row.unit, row.acts, since, row.saw)),
        )
    return table
