"""The paper of the offices: its rows, their places, and the files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from khop.sandbox.files.paper_files import write_csv, write_workbook
from khop.sandbox.files.paper_sheets import Sheet, logbook_sheets, register_sheet
from khop.sandbox.world.paper import (
    LOGBOOK_FILE,
    REGISTER_FILE,
    LogbookRow,
    Paper,
    Place,
    RegisterRow,
)
from khop.sandbox.world.register import Register


class Office:
    """Logbook and register, each sorted by day. Not thread-safe."""

    def __init__(
        self,
        logbook: Iterable[LogbookRow],
        results: Iterable[RegisterRow],
        register: Register,
        now: datetime,
    ) -> None:
        self.paper = Paper(
            sorted(logbook, key=lambda row: (row.received or 0, row.n)),
            sorted(results, key=lambda row: (row.signed, row.n)),
        )
        self._register = register
        self._now = now
        self._lay_out()

    def place(self, number: int) -> Place:
        """The place of the row with this ``n``. Raises KeyError."""
        return self._places[number]

    def subject(self, record: str | int) -> str:
        """The subject of a finding: a code as it is, or the place of the row with this ``n``."""
        return record if isinstance(record, str) else self._places[record].subject

    def bad_rows(self) -> tuple[Place, ...]:
        """The places of the rows with a date that does not exist."""
        return tuple(sorted(self._places[row.n] for row in self.paper.rows() if row.bad_date))

    def enter(self, **fields: Any) -> Place:
        """Append a row to the logbook. Its place."""
        row = LogbookRow(n=self.paper.next_number, **fields)
        self.paper.enter(row)
        self._lay_out()
        return self._places[row.n]

    def sign(self, **fields: Any) -> Place:
        """Append a row to the register. Its place."""
        row = RegisterRow(n=self.paper.next_number, **fields)
        self.paper.sign(row)
        self._lay_out()
        return self._places[row.n]

    def write(self, folder: Path) -> None:
        """Write both files into ``folder``."""
        write_workbook(folder / LOGBOOK_FILE, self._logbook, self._now)
        write_csv(folder / REGISTER_FILE, self._results)

    def _lay_out(self) -> None:
        self._logbook = logbook_sheets(self.paper.logbook, self._register)
        self._results = register_sheet(self.paper.register, self._register)
        self._places = dict(_placed(LOGBOOK_FILE, *self._logbook))
        self._places |= _placed(REGISTER_FILE, self._results)


def _placed(file: str, *sheets: Sheet) -> dict[int, Place]:
    return {n: Place(file, s.name, row) for s in sheets for n, row in s.places.items()}
