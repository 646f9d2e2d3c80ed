"""The process that reads one old workbook (.xls); see ``xls``."""

from __future__ import annotations

import io
import pickle
import resource
import sys

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from khop.connectors.spreadsheets.model import Cell
from khop.connectors.spreadsheets.xls import MEMORY, PROTECTED, OldSheet


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sheets = _sheets(sys.stdin.buffer.read())
    except PasswordError:
        return PROTECTED
    sys.stdout.buffer.write(pickle.dumps(sheets, pickle.HIGHEST_PROTOCOL))
    return 0


def _sheets(data: bytes) -> list[OldSheet]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found = []
    for each in book.sheets_metadata:
        if each.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(each.name)
        rows = [list[Cell](row) for row in sheet.iter_rows()] if sheet.start else []
        hidden = each.visible != SheetVisibleEnum.Visible
        before = sheet.start[1] if sheet.start else 0
        width = sheet.end[1] + 1 if sheet.end else 0
        found.append(
            OldSheet(each.name, hidden, before, width, rows, sheet.merged_cell_ranges or [])
        )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
