"""Writes sheets as XLSX and CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from khop.sandbox.files.paper_sheets import Sheet

_DAY, _MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"


def write_workbook(path: Path, sheets: Iterable[Sheet], created: datetime) -> None:
    """An XLSX workbook. ``created`` is written into it, so that equal sheets give equal bytes."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        formats = {form: book.add_format({"num_format": form}) for form in (_DAY, _MOMENT)}
        middle = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats, middle)


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any], middle: Any) -> None:
    page.set_column(0, len(sheet.rows[0]) - 1, 20)
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(number, column, cell, formats[_MOMENT])
            elif isinstance(cell, date):
                page.write_datetime(number, column, cell, formats[_DAY])
            elif isinstance(cell, int):
                page.write_number(number, column, cell)
            elif cell is not None:
                page.write_string(number, column, cell)
    for first_row, first, last_row, last in sheet.merged:
        text = sheet.rows[first_row][first]
        page.merge_range(first_row, first, last_row, last, text, middle)


def write_csv(path: Path, sheet: Sheet) -> None:
    """A CSV file in UTF-8 with a byte order mark, as spreadsheet programs save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(sheet.rows)
