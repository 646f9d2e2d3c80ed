"""What a file of paper rows gives: rows, unusable rows, and what of it is no row.

Every line with content is one of the three, so that none is lost unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from khop.mappings.paper.office.rows import OfficeRow
from khop.mappings.records import PaperRow, Reject


class NoRowKind(StrEnum):
    """Why a line of a sheet is no row of its table.

    ``NUMBERS``: of the columns; ``BLANK``: a number in order alone; ``EXAMPLE``: of a template.
    """

    TITLE = "title"
    HEADERS = "headers"
    NUMBERS = "numbers"
    SECTION = "section"
    TOTAL = "total"
    SIGNATURE = "signature"
    REMARK = "remark"
    BLANK = "blank"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class NoRow:
    """A line with content that is no row."""

    kind: NoRowKind
    sheet: str
    row_number: int


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What was read of one sheet.

    ``lines``: those with content, counted before it was decided what each is; rows, rejects and
    ``NoRow`` of the sheet are as many. ``tables``: of each table its headers with their meanings
    (``Mã hồ sơ = code``). ``columns_unread``: headers that were not recognised. ``not_read``: why
    the sheet was passed over, else None.
    """

    sheet: str
    lines: int = 0
    tables: tuple[tuple[str, ...], ...] = ()
    columns_unread: tuple[str, ...] = ()
    not_read: str | None = None


#: A row of any kind of file.
AnyRow = PaperRow | OfficeRow
#: What a file of paper rows gives.
PaperItem = AnyRow | Reject | NoRow | SheetRead
