"""Ratings from the devices at the counters or from a survey."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.office.labels import read_label, read_score
from khop.mappings.paper.office.record import OfficeRecord
from khop.mappings.paper.office.rows import RatingRow
from khop.mappings.records import PaperKind


class RatingRecord(OfficeRecord):
    """A row of ratings. One without a code cannot be told from another one of the same day and
    unit, so such rows are counted."""

    kind = PaperKind.RATINGS
    row_type = RatingRow
    fields: ClassVar = {"day": "rated_at"}

    def read(self) -> None:
        self.code = self._one("code", partial(read_code, grammar=self.context.grammar))
        self._day = self._time("day")
        self._score = self._one("score", partial(read_score, own=self.context.scores))
        self._channel = self._one("channel", read_label)

    def identity(self) -> list[str]:
        if self._day is None:
            return []
        # Of one dossier and day a rating that is corrected stays the same one.
        about = self.code or (self._score or "")
        return ["rating", self._day.local_date.isoformat(), about, self._channel or ""]

    def made(self) -> dict[str, Any]:
        if self._day is None:
            raise self.needed("day", "has no date")
        if self._score is None:
            raise self.needed("score", "has no rating")
        return {"rated_at": self._day, "score": self._score, "channel": self._channel}
