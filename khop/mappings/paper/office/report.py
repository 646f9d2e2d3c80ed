"""Rows of form II.06a as units send it (docs/domain.md, Reports).

::

    Đơn vị báo cáo: UBND xã Mẫu 3            the head: unit and period
    (Từ ngày 01/11/2026 đến ngày 30/11/2026)
    STT | Lĩnh vực | 3 … 13                  headers, and the numbers of the columns
    I   | Cấp xã   | …                       a section, with numbers or without
    1   | Hộ tịch  | …                       a field
        | Tổng cộng| …                       the total
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from khop.connectors.spreadsheets.model import TableRow
from khop.errors import RecordError
from khop.mappings.identity import fold_name
from khop.mappings.paper.lines import is_section, is_total, unit_or_code
from khop.mappings.paper.office.amounts import AMOUNTS, read_amount
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.rows import ReportLevel, ReportRow
from khop.mappings.paper.words import folded, is_blank, words
from khop.mappings.records import PaperKind
from khop.text.cleaning import clean_text

_DAY = r"(\d{1,2})\s*(?:[/.\-]|thang)\s*(\d{1,2})(?:\s*(?:[/.\-]|nam)\s*(\d{4}))?"
_PERIOD = re.compile(
    rf"tu\s*(?:ngay)?\s*{_DAY}\s*(?:-|–)?\s*(?:den|toi|-|–)\s*(?:het)?\s*(?:ngay)?\s*{_DAY}",
    re.ASCII,
)
_BULLET = re.compile(r"^[\s\-–•*+]+")
_NO_UNIT = "is not told above the table; write 'Đơn vị báo cáo: …' there, or set unit in khop.toml"
_NO_PERIOD = "is not told above the table; write there 'Từ ngày 01/11/2026 đến ngày 30/11/2026'"
_NO_FIELD = "has no text, so the row says of no field what its numbers are"


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What the lines above a table say. ``first``, ``last``: the days of its period; None where no
    line tells them, and where several tell different ones."""

    unit: str | None = None
    unit_code: str | None = None
    first: str | None = None
    last: str | None = None


def head_of(titles: Sequence[TableRow]) -> ReportHead:
    """The head of the lines above a table."""
    texts = [
        _BULLET.sub("", clean_text(line))
        for row in titles
        for text in dict.fromkeys(cell for cell in row.cells if isinstance(cell, str))
        for line in text.splitlines()
    ]
    unit, code = _unit(texts)
    periods = {found for text in texts if (found := _period(text)) is not None}
    first, last = periods.pop() if len(periods) == 1 else (None, None)
    return ReportHead(unit, code, first, last)


class ReportRecord(OfficeRecord):
    """A row of the form."""

    kind = PaperKind.REPORT
    row_type = ReportRow

    def read(self) -> None:
        self._amounts = {name: self._one(name, read_amount) for name in AMOUNTS}
        self._label, self._level = self._labelled()

    def identity(self) -> list[str]:
        place = self.place
        period = [place.first or "", place.last or ""]
        return ["report", *period, folded(place.section or ""), self._level, folded(self._label)]

    def made(self) -> dict[str, Any]:
        place = self.place
        if not self.unit:
            raise RecordError("unit", _NO_UNIT)
        if place.first is None or place.last is None:
            raise RecordError("period", _NO_PERIOD)
        if not self._label:
            raise self.needed("field", _NO_FIELD)
        if all(amount is None for amount in self._amounts.values()):
            raise self.needed(*self._first_amount())
        of_all = self._level is ReportLevel.TOTAL and folded(self._label).startswith("tong")
        own = self._level is ReportLevel.SECTION or of_all
        return {
            "level": self._level,
            "first_day": place.first,
            "last_day": place.last,
            "section": None if own else place.section,
            "field": self._label,
            **self._amounts,
        }

    def _first_amount(self) -> tuple[str, str]:
        present = [name for name in AMOUNTS if name in self.layout.places]
        unread = [name for name in present if name in self._errors]
        return (unread or present)[0], "has no number, nor has any other column of the row"

    def _labelled(self) -> tuple[str, ReportLevel]:
        """The text of the row, and what it sums up. The sum's text may stand in the column of the
        numbers in order."""
        order, label = self._text("order"), self._named("field")
        if is_total(order) or is_total(label):
            return (label if is_total(label) else order), ReportLevel.TOTAL
        if is_section(order, label):
            return label or order, ReportLevel.SECTION
        return label, ReportLevel.FIELD


def _unit(texts: Sequence[str]) -> tuple[str | None, str | None]:
    """The unit after its label, in the same line or in the next one."""
    for place, text in enumerate(texts):
        label, colon, value = text.partition(":")
        if colon and folded(label) in words("report_units"):
            value = value.strip() or (texts[place + 1] if place + 1 < len(texts) else "")
            if not is_blank(value) and ":" not in value:
                return unit_or_code(value.strip(" ."))
    return None, None


def _period(text: str) -> tuple[str, str] | None:
    """The first and last day that a line names; None for none, and for days that are not."""
    found = _PERIOD.search(fold_name(text))
    if found is None:
        return None
    day, month, year, last_day, last_month, last_year = found.groups()
    if last_year is None:
        return None
    try:
        first = date(int(year or last_year), int(month), int(day))
        last = date(int(last_year), int(last_month), int(last_day))
    except ValueError:
        return None
    return (first.isoformat(), last.isoformat()) if first <= last else None
