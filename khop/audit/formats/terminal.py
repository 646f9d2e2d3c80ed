"""Findings as a table on a terminal."""

from __future__ import annotations

from datetime import date

from rich import box
from rich.table import Table
from rich.text import Text

from khop.audit.formats.columns import TERMINAL_COLUMNS
from khop.audit.report import Report

_STYLES = {"S1": "bold red", "S2": "red", "S3": "yellow", "S4": "dim"}


def findings_table(report: Report) -> Table:
    """One row a finding. Long texts are folded, never cut: a reader needs the whole code."""
    before, after = TERMINAL_COLUMNS
    columns = (*before, *report.answers, *after)
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", expand=False)
    for name in columns:
        table.add_column(report.words(f"column.{name}"), overflow="fold")
    for finding in report.findings:
        row = report.row(finding)
        cells = {name: Text(_shown(getattr(row, name))) for name in columns}
        cells["severity"] = Text(finding.severity, _STYLES.get(finding.severity, ""))
        table.add_row(*cells.values())
    return table


def _shown(value: date | str | None) -> str:
    """The text of a cell; of a moment only the day is shown."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
