"""Findings as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from rich.text import Text

from khop.audit.formats.columns import TERMINAL_COLUMNS
from khop.audit.formats.fitted_table import FittedTable
from khop.audit.report import Report
from khop.sync.results import Finding

_STYLES = {"S1": "bold red", "S2": "red", "S3": "yellow", "S4": "dim"}
#: Columns that a narrow terminal does not show.
_OPTIONAL = ("acts", "first_seen")
#: Rows of one table.
_ROWS = 500


def findings_tables(report: Report) -> Iterator[FittedTable]:
    """One row a finding; nothing is cut: a reader needs the whole code. A long list is several
    tables, each as wide as its own rows: the first is there before the last are read."""
    before, after = TERMINAL_COLUMNS
    columns = (
        *report.changes_column,
        *before,
        *report.resolved_column,
        *report.answers,
        *after,
    )
    listed = report.listed()
    while part := list(islice(listed, _ROWS)):
        yield FittedTable(
            headers=[report.words(f"column.{name}") for name in columns],
            rows=[_cells(report, finding, change, columns) for finding, change in part],
            optional=[columns.index(name) for name in _OPTIONAL],
        )


def _cells(report: Report, finding: Finding, change: str, columns: Sequence[str]) -> list[Text]:
    row = report.row(finding, change)
    cells = {name: Text(_shown(getattr(row, name))) for name in columns}
    cells["severity"] = Text(finding.severity, _STYLES.get(finding.severity, ""))
    return list(cells.values())


def _shown(value: date | str | None) -> str:
    """The text of a cell; of a moment only the day is shown."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value or ""
