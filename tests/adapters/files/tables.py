"""Table files of tests, and sources of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from khop.adapters.files.paper import LOGBOOK_FILE, PaperFileAdapter, PaperFileSettings
from khop.adapters.files.portal_codes import ADAPTER as PORTAL_FILE
from khop.adapters.files.portal_codes import PortalFileAdapter
from khop.adapters.ports import Context, PaperSource, Role
from khop.mappings.records import PaperRow, Reject
from khop.mappings.time.calendar import WorkingCalendar

KEY = b"k" * 32


CALENDAR = WorkingCalendar()


CSV = "Mã hồ sơ,Ngày tiếp nhận,Ngày trả\nH99.01-261008-0001,08/10/2026,\n"


def context(folder: Path) -> Context:
    return Context(KEY, folder, lambda: datetime(2026, 11, 22, tzinfo=UTC), CALENDAR)


def logbook(folder: Path, path: str = "so.csv", **settings: Any) -> PaperFileAdapter:
    given = {"adapter": "logbook_file", "role": "logbook", "path": path, **settings}
    built = LOGBOOK_FILE.build(
        "so", Role.LOGBOOK, PaperFileSettings.model_validate(given), context(folder)
    )
    assert isinstance(built, PaperFileAdapter)
    return built


def extract(folder: Path, path: str, **settings: Any) -> PortalFileAdapter:
    given = {"adapter": "portal_file", "role": "portal", "path": path, **settings}
    built = PORTAL_FILE.build(
        "ex", Role.PORTAL, PORTAL_FILE.settings.model_validate(given), context(folder)
    )
    assert isinstance(built, PortalFileAdapter)
    return built


def all_rows(source: PaperSource) -> list[PaperRow | Reject]:
    items = (item for file in source.files() for item in source.rows(file))
    return [item for item in items if isinstance(item, PaperRow | Reject)]


def write(path: Path, text: str = CSV) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def written(lines: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """A workbook whose datetimes are date cells."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"default_date_format": "dd/mm/yyyy hh:mm", **options}
    ) as book:
        sheet = book.add_worksheet("Sổ")
        for row, cells in enumerate(lines):
            sheet.write_row(row, 0, cells)
    return target.getvalue()
