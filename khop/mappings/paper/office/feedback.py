"""Feedback of citizens (phản ánh, kiến nghị) with the days of its steps."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.cells import read_number
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.office.labels import read_label, read_outcome, read_score
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.rows import FeedbackRow
from khop.mappings.records import PaperKind
from khop.text.cleaning import fold_label

#: Days after the reception.
STEPS = ("forwarded", "refused", "asked", "answered", "published")
_LONGEST_ID = 60
_BEFORE = "lies before the reception: one of the two is wrong"


class FeedbackRecord(OfficeRecord):
    """A row of feedback."""

    kind = PaperKind.FEEDBACK
    row_type = FeedbackRow
    fields: ClassVar = {name: f"{name}_at" for name in ("received", *STEPS)}

    def read(self) -> None:
        self._id = self._one("feedback_id", _read_id)
        self.code = self._one("code", partial(read_code, grammar=self.context.grammar))
        self._days = {name: self._time(name) for name in ("received", *STEPS)}
        self._values = {
            "feedback_kind": self._one("feedback_kind", read_label),
            "outcome": self._one("outcome", read_outcome),
            "category": self._one("category", read_label),
            "score": self._one("score", partial(read_score, own=self.context.scores)),
        }

    def identity(self) -> list[str]:
        return ["feedback", fold_label(self._id)] if self._id else []

    def made(self) -> dict[str, Any]:
        if self._id is None:
            raise self.needed("feedback_id", "has no number of the feedback")
        received = self._days["received"]
        if received is None:
            raise self.needed("received", "has no date")
        for name in STEPS:
            day = self._days[name]
            if day is not None and day.local_date < received.local_date:
                raise RecordError(self.layout.name(name), _BEFORE)
        days = {f"{name}_at": day for name, day in self._days.items()}
        return {"feedback_id": self._id, **days, **self._values}


def _read_id(cell: Cell, field: str) -> str | None:
    text = read_number(cell, field)
    if len(text) > _LONGEST_ID or (text and not any(map(str.isdigit, text))):
        raise RecordError(field, "is no number of feedback")
    return text or None
