"""Rows of the certification book, summed up by day: day, unit, procedure, number of cases."""

from __future__ import annotations

from typing import Any, ClassVar

from khop.mappings.paper.cells import read_procedure
from khop.mappings.paper.office.amounts import read_amount
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.rows import CountRow
from khop.mappings.records import PaperKind


class CountRecord(OfficeRecord):
    """A row of counts."""

    kind = PaperKind.COUNTS
    row_type = CountRow
    fields: ClassVar = {"day": "done_at"}

    def read(self) -> None:
        self._day = self._time("day")
        self._procedure = self._one("procedure", read_procedure)
        self._amount = self._one("amount", read_amount)

    def identity(self) -> list[str]:
        if self._day is None:
            return []
        return ["count", self._day.local_date.isoformat(), self._procedure or ""]

    def made(self) -> dict[str, Any]:
        if self._day is None:
            raise self.needed("day", "has no date")
        if self._amount is None:
            raise self.needed("amount", "has no number")
        if not self.unit:
            raise self.needed("unit", "is not told by the row, by a line above it or by khop.toml")
        return {"done_at": self._day, "procedure": self._procedure, "amount": self._amount}
