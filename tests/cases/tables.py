"""Workbooks and CSV files of the cases, and what an import says of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.cases.installation import Installation

Cells = Sequence[object]


def write_xlsx(
    path: Path,
    lines: Sequence[Cells],
    *,
    merged: Sequence[str] = (),
    sheet: str = "So",
    hidden: dict[str, Sequence[Cells]] | None = None,
) -> Path:
    """A workbook. ``merged``: ranges such as ``D3:E3``, whose first cell has the text.
    ``hidden``: sheets that are hidden, by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(lines):
            page.write_row(number, 0, cells)
        for each in merged:
            page.merge_range(each, "")
            first = each.partition(":")[0]
            row, column = int(first.lstrip("ABCDEFGHIJKLM")) - 1, ord(first[0]) - ord("A")
            page.write(row, column, lines[row][column])
        for name, rows in (hidden or {}).items():
            other = book.add_worksheet(name)
            other.hide()
            for number, cells in enumerate(rows):
                other.write_row(number, 0, cells)
    return path


def write_csv(path: Path, lines: Sequence[Cells]) -> Path:
    """A CSV file, comma between cells."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def imported(province: Installation, path: Path, kind: str = "logbook") -> dict[str, Any]:
    """What an import says of its one source."""
    part: dict[str, Any]
    (part,) = province.run("import", str(path), "--as", kind)["sources"]
    assert part["adds_up"]
    used = part["stored"] + part["unchanged"] + part["quarantined"]
    assert part["lines"] == used + sum(part["no_rows"].values())
    return part
