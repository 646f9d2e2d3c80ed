"""Dossiers of a ministry's system, as a file: code, state, procedure, unit, days."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.cells import read_procedure
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.office.labels import read_label
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.rows import MinistryRow
from khop.mappings.records import PaperKind, Status
from khop.mappings.states.status import StatusTable

#: Days after the reception.
_LATER = ("ended", "changed")
_BEFORE = "lies before the reception: one of the two is wrong"
_UNKNOWN_STATE = (
    'is no known state; name it in khop.toml: [sources.NAME.status.by_name] "its label" = 4'
)


class MinistryRecord(OfficeRecord):
    """A row of a ministry's list."""

    kind = PaperKind.MINISTRY
    row_type = MinistryRow
    fields: ClassVar = {
        "state": "status",
        "received": "received_at",
        "ended": "finished_at",
        "changed": "changed_at",
    }

    def read(self) -> None:
        self.code = self._one("code", partial(read_code, grammar=self.context.grammar))
        self._raw = self._one("state", read_label)
        self._status = self._one("state", partial(_read_state, table=self.context.statuses))
        self._procedure = self._one("procedure", read_procedure)
        self._days = {name: self._time(name) for name in ("received", *_LATER)}

    def identity(self) -> list[str]:
        return ["ministry", self.code] if self.code else []

    def made(self) -> dict[str, Any]:
        if self.code is None:
            raise self.needed("code", "has no code")
        received = self._days["received"]
        for name in _LATER:
            day = self._days[name]
            if received is not None and day is not None and day.local_date < received.local_date:
                raise RecordError(self.layout.name(name), _BEFORE)
        return {
            "status": self._status,
            "status_raw": self._raw,
            "procedure": self._procedure,
            **{self.fields[name]: day for name, day in self._days.items()},
        }


def _read_state(cell: Cell, field: str, table: StatusTable) -> Status | None:
    text = read_label(cell, field)
    if text is None:
        return None
    found = table.lookup(text, text)
    if found is None:
        raise RecordError(field, _UNKNOWN_STATE)
    return found
