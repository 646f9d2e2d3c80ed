"""What offices keep on paper: the logbook and the register of signed results.

Rows as they were meant; ``paper_sheets`` says how they are written down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from khop.sandbox.world.dossiers import canonical

LOGBOOK_FILE = "so-theo-doi.xlsx"
REGISTER_FILE = "so-ket-qua.csv"

#: How a person is written: number and name, the number in a numeric cell that lost its leading
#: zero, or name and day of birth alone.
Person = Literal["number", "short", "name"]
#: How exactly the times of a row are written.
Exactness = Literal["second", "minute", "day"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands; ``row`` as a spreadsheet program counts, ``sheet`` "" in a CSV file."""

    file: str
    sheet: str
    row: int

    @property
    def subject(self) -> str:
        """The place in one text."""
        return f"{self.file}#{self.sheet}!{self.row}"


@dataclass(frozen=True, slots=True)
class LogbookRow:
    """A dossier in the logbook (docs/domain.md, Reports). Times are seconds of UTC.

    ``unit``, ``procedure`` and ``citizen`` are those of ``Register``. ``old_unit``: kept in the
    book of the unit that merged into ``unit``, under its old code. ``spoilt`` stands in place of
    the day of reception and makes the row unusable.
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
    spoilt: str = ""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A signed result. ``signed`` is a local day, in days since 1970; the rest as in a logbook."""

    n: int
    unit: int
    procedure: int
    citizen: int
    signed: int
    code: str | None = None
    person: Person = "number"
    spoilt: str = ""


class Paper:
    """All rows there are, by code where they have one. Not thread-safe."""

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
        if row.code is not None and not row.spoilt:
            self._logbook_of[canonical(row.code)].append(row)

    def sign(self, row: RegisterRow) -> None:
        """Add a row at the end of the register."""
        self.register.append(row)
        if row.code is not None and not row.spoilt:
            self._register_of[canonical(row.code)].append(row)

    @property
    def next_number(self) -> int:
        """A number no row has yet."""
        return 1 + max((row.n for row in self.rows()), default=-1)

    def rows(self) -> Iterator[LogbookRow | RegisterRow]:
        """Every row: the logbook's, then the register's."""
        yield from self.logbook
        yield from self.register

    def codes(self) -> Iterable[str]:
        """Every code that a usable row carries."""
        return self._logbook_of.keys() | self._register_of.keys()

    def logbook_of(self, code: str) -> list[LogbookRow]:
        return self._logbook_of.get(code, [])

    def register_of(self, code: str) -> list[RegisterRow]:
        return self._register_of.get(code, [])

    def nameless(self) -> Iterator[LogbookRow | RegisterRow]:
        """The usable rows without a code."""
        return (row for row in self.rows() if row.code is None and not row.spoilt)
