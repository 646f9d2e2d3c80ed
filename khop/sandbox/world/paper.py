"""The rows that offices keep on paper: the logbook and the register of signed results.

``files/paper_sheets.py`` writes them as cells of a sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from khop.sandbox.world.dossiers import canonical

LOGBOOK_FILE = "so-theo-doi.xlsx"
REGISTER_FILE = "so-ket-qua.csv"

#: How the applicant is written: with number and name; with the number in a numeric cell, which
#: loses its leading zero; or with name and date of birth only.
Person = Literal["number", "short", "name"]
#: The precision of the times of a row.
Exactness = Literal["second", "minute", "day"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The place of a row. ``row`` counts from 1; ``sheet`` is "" in a CSV file."""

    file: str
    sheet: str
    row: int

    @property
    def subject(self) -> str:
        """The place as the subject of a finding."""
        return f"{self.file}#{self.sheet}!{self.row}"


@dataclass(frozen=True, slots=True)
class LogbookRow:
    """A dossier in the logbook (docs/domain.md, Reports). Times are seconds of UTC.

    ``unit``, ``procedure`` and ``citizen`` are indexes into ``Register``. ``old_unit``: the row is
    in the book of the unit that merged into ``unit``. ``bad_date`` replaces the day of reception
    by a date that does not exist, which makes the row unusable.
    """

    n: int
    unit: int
    procedure: int
    citizen: int
    code: str | None = None
    received: int | None = None
    due: int | None = None
    returned: int | None = None
    person: Person = "number"
    exactness: Exactness = "second"
    old_unit: bool = False
    bad_date: str = ""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A signed result. ``signed``: a local day, in days since 1970, which ``bad_date`` replaces.
    The other fields are as in ``LogbookRow``."""

    n: int
    unit: int
    procedure: int
    citizen: int
    signed: int
    code: str | None = None
    person: Person = "number"
    bad_date: str = ""


class Paper:
    """All rows, with an index by code. Not thread-safe."""

    def __init__(self, logbook: Iterable[LogbookRow], register: Iterable[RegisterRow]) -> None:
        self.logbook: list[LogbookRow] = []
        self.register: list[RegisterRow] = []
        self._logbook_of: defaultdict[str, list[LogbookRow]] = defaultdict(list)
        self._register_of: defaultdict[str, list[RegisterRow]] = defaultdict(list)
        for row in logbook:
            self.enter(row)
        for result in register:
            self.sign(result)

    def enter(self, row: LogbookRow) -> None:
        """Add a row at the end of the logbook."""
        self.logbook.append(row)
        if row.code is not None and not row.bad_date:
            self._logbook_of[canonical(row.code)].append(row)

    def sign(self, row: RegisterRow) -> None:
        """Add a row at the end of the register."""
        self.register.append(row)
        if row.code is not None and not row.bad_date:
            self._register_of[canonical(row.code)].append(row)

    @property
    def next_number(self) -> int:
        """An unused ``n``."""
        return 1 + max((row.n for row in self.rows()), default=-1)

    def rows(self) -> Iterator[LogbookRow | RegisterRow]:
        """The rows of the logbook, then those of the register."""
        yield from self.logbook
        yield from self.register

    def codes(self) -> Iterable[str]:
        """The codes of the usable rows."""
        return self._logbook_of.keys() | self._register_of.keys()

    def logbook_of(self, code: str) -> list[LogbookRow]:
        return self._logbook_of.get(code, [])

    def register_of(self, code: str) -> list[RegisterRow]:
        return self._register_of.get(code, [])

    def nameless(self) -> Iterator[LogbookRow | RegisterRow]:
        """The usable rows without a code."""
        return (row for row in self.rows() if row.code is None and not row.bad_date)
