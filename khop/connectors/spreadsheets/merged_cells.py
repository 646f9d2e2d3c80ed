"""Merged cells: each gets the value of the first one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.errors import ConfigError

#: First and last cell of a range, as (row, column) from 0.
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _OpenRange:
    """A merged range that reaches the current row; ``first`` and ``last`` are its columns."""

    last_row: int
    first: int
    last: int
    value: Cell


def fill_merged(
    rows: Iterable[list[Cell]], ranges: Sequence[Range], width: int, file: str
) -> Iterator[TableRow]:
    """``rows`` of ``width`` columns with their merged cells filled.

    Raises ConfigError for ranges that overlap, which no spreadsheet program writes.
    """
    waiting = sorted(ranges, reverse=True)
    active: list[_OpenRange] = []
    for number, cells in enumerate(rows):
        active = [each for each in active if each.last_row >= number]
        while waiting and waiting[-1][0][0] <= number:
            (_, first), (last_row, last) = waiting.pop()
            if last_row >= number and first < len(cells):
                active.append(_OpenRange(last_row, first, last, cells[first]))
        if len(active) > width:
            raise ConfigError(
                "has merged cells that overlap; save it again in a spreadsheet program", key=file
            )
        yield _filled(number + 1, cells, active) if active else TableRow(number + 1, cells)


def _filled(number: int, cells: list[Cell], active: Sequence[_OpenRange]) -> TableRow:
    spans: dict[int, int] = {}
    for each in active:
        for column in range(each.first, min(each.last + 1, len(cells))):
            cells[column] = each.value
            spans[column] = each.first
    return TableRow(number, cells, spans)
