"""Findings as a table on a terminal."""

from __future__ import annotations

from datetime import date

from rich import box
from rich.table import Table
from rich.text import Text

from khop.audit.report import Report

_STYLES = {"S1": "bold red", "S2": "red", "S3": "yellow", "S4": "dim"}

_COLUMNS = ("severity", "rule", "name", "code", "unit", "acts", "first_seen", "state")


def findings_table(report: Report) -> Table:
    """One row a finding. Long texts are folded, never cut: codes must stay whole."""
    words = report.words
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", expand=False)
    columns = (*_COLUMNS, *report.answers, "saw")
    for name in columns:
        table.add_column(words(f"column.{name}"), overflow="fold")
    for finding in report.findings:
        row = report.row(finding)
        style = _STYLES.get(finding.severity, "")
        cells = (_shown(getattr(row, name)) for name in columns[1:])
        table.add_row(Text(finding.severity, style), *map(Text, cells))
    return table


def _shown(value: date | str | None) -> str:
    """A cell; of times the day is enough."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
