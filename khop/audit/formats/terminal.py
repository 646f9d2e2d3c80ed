"""Findings as a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rich.text import Text

from khop.audit.formats.columns import TERMINAL_COLUMNS
from khop.audit.formats.fitted_table import FittedTable
from khop.audit.report import Report

_STYLES = {"S1": "bold red", "S2": "red", "S3": "yellow", "S4": "dim"}
#: Columns that a narrow terminal does not show.
_OPTIONAL = ("acts", "first_seen")


def findings_table(report: Report) -> FittedTable:
    """One row a finding; nothing is cut: a reader needs the whole code."""
    before, after = TERMINAL_COLUMNS
    columns = (
        *report.changes_column,
        *before,
        *report.resolved_column,
        *report.answers,
        *after,
    )
    return FittedTable(
        headers=[report.words(f"column.{name}") for name in columns],
        rows=[_cells(report, place, columns) for place in range(len(report.findings))],
        optional=[columns.index(name) for name in _OPTIONAL],
    )


def _cells(report: Report, place: int, columns: Sequence[str]) -> list[Text]:
    finding = report.findings[place]
    row = report.row_at(place)
    cells = {name: Text(_shown(getattr(row, name))) for name in columns}
    cells["severity"] = Text(finding.severity, _STYLES.get(finding.severity, ""))
    return list(cells.values())


def _shown(value: date | str | None) -> str:
    """The text of a cell; of a moment only the day is shown."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
