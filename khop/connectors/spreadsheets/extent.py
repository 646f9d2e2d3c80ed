"""The extent of the filled cells of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

from khop.connectors.spreadsheets.model import TableLimits
from khop.errors import ConfigError


@dataclass(slots=True)
class Survey:
    """``rows`` and ``columns`` up to the last filled cell; ``failed``: (row, column), from 0, of
    cells whose formula failed."""

    rows: int = 0
    columns: int = 0
    failed: set[tuple[int, int]] = field(default_factory=set)


def is_large(survey: Survey, limits: TableLimits) -> bool:
    """Whether a sheet is larger than the limits."""
    rows, columns = survey.rows, survey.columns
    return rows > limits.rows or columns > limits.columns or rows * columns > limits.cells


def refuse_large(survey: Survey, name: str, limits: TableLimits) -> None:
    """Raises ConfigError for a sheet that is larger than the limits."""
    if not is_large(survey, limits):
        return
    raise ConfigError(
        f"has a sheet with filled cells as far as row {survey.rows} and column {survey.columns}, "
        "and at most "
        f"{limits.columns} columns and {limits.cells} cells are read; delete the cells far from "
        "the table, or divide it",
        key=name,
    )
