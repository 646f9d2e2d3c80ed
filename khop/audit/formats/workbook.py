"""What every XLSX workbook needs: text stays text, and a sheet holds a limited number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Rows of a list on one sheet; a sheet holds 1,048,576 rows.
SHEET_ROWS = 1_000_000
#: Options of XlsxWriter. Foreign text is only ever text: no formula, no link, no number made from
#: a dossier code.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_A4 = 9


def paper(sheet: Any, footer: str) -> None:
    """A4 landscape, as wide as one page, on as many pages as are needed."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(footer)


def sheets(name: str, rows: int) -> Iterator[tuple[str, range]]:
    """(name of the sheet, its rows by their indexes); one empty sheet for no rows."""
    for first in range(0, max(rows, 1), SHEET_ROWS):
        numbered = f"{name} {first // SHEET_ROWS + 1}" if first else name
        yield numbered, range(first, min(first + SHEET_ROWS, rows))
