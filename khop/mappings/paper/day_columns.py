"""Whole columns of days: whether the day or the month stands first, whose years have two digits.

A cell such as 11/10/2026 does not tell, its column does::

    19/11/2026   12/11/2026 …                day first
    11/19/2026   11/12/2026   11/20/2026     month first
    19/11/2026   12/11/2026   11/20/2026     either: what is not certain in itself is refused
    11/19/2026   11/12/2026                  either: one such day may be a slip

A spreadsheet program of another country makes dates of the days that it can read month first, and
leaves the others as text: the text 19/11/2026 beside the date 10/11/2026 of 2026-10-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.paper.days import Order

#: Columns of days.
DAY_COLUMNS = (
    *("received", "due", "returned", "signed", "new_due", "birth", "day"),
    *("forwarded", "refused", "asked", "answered", "published"),
    *("ended", "changed"),
)

_DAY = r"(\d{1,2})\s*([/.\-])\s*(\d{1,2})"
_WITH_YEAR = re.compile(rf"(?<![\d/.\-]){_DAY}\s*\2\s*(\d{{4}}|\d{{2}})(?![\d/])", re.ASCII)
_WITHOUT_YEAR = re.compile(rf"\s*{_DAY}()\s*", re.ASCII)
#: Fewer days with the month first may be slips, when none has the day first.
_FEWEST_MONTH_FIRST = 2
#: One slip among so many days that have the day first costs the rows around it alone.
_DAYS_TO_A_SLIP = 20
#: So many dates that all could be read month first are no accident.
_DATES_BY_ACCIDENT = 8
#: Texts whose proof is kept.
_MOST_KNOWN = 10_000


@dataclass(slots=True)
class DayColumn:
    """What the cells of one column prove, counted.

    ``months``: (year, month) of days that are certain. ``doubtful``: (year, month, day) of dates
    whose day may be their month. ``firsts``, ``lasts``: first and last numbers of days whose year
    has two digits. ``slips``: first and last row between two certain days with the day first that
    have one with the month first between them.
    """

    day_first: int = 0
    month_first: int = 0
    uncertain: int = 0
    late_dates: int = 0
    months: set[tuple[int, int]] = field(default_factory=set)
    doubtful: set[tuple[int, int, int]] = field(default_factory=set)
    firsts: set[str] = field(default_factory=set)
    lasts: set[str] = field(default_factory=set)
    slips: list[list[int]] = field(default_factory=list)
    _last_day_first: int = 0
    _known: dict[str, Order | None] = field(default_factory=dict)

    def see(self, number: int, cell: Cell) -> None:
        """Count a cell. ``number``: of its row."""
        if not isinstance(cell, str):
            if isinstance(cell, date):
                self._dated(cell)
            return
        if cell not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[cell] = self._proof(cell)
        proof = self._known[cell]
        if proof is Order.DAY:
            self._day_first(number)
        elif proof is Order.MONTH:
            self._month_first()
        elif proof is Order.EITHER:
            self.uncertain += 1

    def _proof(self, cell: str) -> Order | None:
        """What a text proves; None for nothing."""
        found: list[tuple[str, ...]] = _WITH_YEAR.findall(cell)
        if not found and (alone := _WITHOUT_YEAR.fullmatch(cell)):
            found = [alone.groups()]
        proofs = {self._proof_of(first, second, year) for first, _, second, year in found}
        return next(
            (each for each in (Order.MONTH, Order.DAY, Order.EITHER) if each in proofs), None
        )

    def _proof_of(self, first: str, second: str, year: str) -> Order | None:
        one, other = int(first), int(second)
        if not (0 < min(one, other) <= 12 and max(one, other) <= 31):
            return None  # a slip, whatever the order
        if len(year) == 2:
            self.firsts.add(first)
            self.lasts.add(year)
        if max(one, other) <= 12:
            return Order.EITHER
        if len(year) == 4:
            self.months.add((int(year), min(one, other)))
        return Order.DAY if one > 12 else Order.MONTH

    def _day_first(self, number: int) -> None:
        self.day_first += 1
        self._last_day_first = number
        if self.slips and not self.slips[-1][1]:
            self.slips[-1][1] = number

    def _month_first(self) -> None:
        self.month_first += 1
        if not self.slips or self.slips[-1][1]:
            self.slips.append([self._last_day_first, 0])

    def _dated(self, day: date) -> None:
        if day.day > 12:
            self.late_dates += 1
        elif day.day != day.month and len(self.doubtful) < _DATES_BY_ACCIDENT:
            self.doubtful.add((day.year, day.month, day.day))

    @property
    def short_years(self) -> bool:
        """Whether two digits at the end are a year: the year changes less than the day does."""
        return len(self.lasts) <= max(len(self.firsts), 1)

    def order(self) -> Order | None:
        """The order that the column proves; None when it proves nothing."""
        if self._is_turned():
            return Order.TURNED
        if not self.month_first:
            return Order.DAY if self.day_first or self.late_dates else None
        if self.day_first:
            return Order.DAY if self._has_slips() else Order.EITHER
        return Order.MONTH if self.month_first >= _FEWEST_MONTH_FIRST else Order.EITHER

    def _has_slips(self) -> bool:
        """Whether the few days with the month first are slips."""
        return 0 < self.month_first * _DAYS_TO_A_SLIP <= self.day_first

    def near_the_month(self, number: int) -> bool:
        """Whether a row is between two certain days with the day first, and one with the month
        first is too."""
        return any(first < number and (number < last or not last) for first, last in self.slips)

    def _is_turned(self) -> bool:
        """Whether a spreadsheet program took the month for the day in the dates it made: all of
        them could be read so, and none of the texts could."""
        certain = self.day_first + self.month_first
        if not certain or self.uncertain or self.late_dates or not self.doubtful:
            return False
        if len(self.doubtful) >= _DATES_BY_ACCIDENT:
            return True
        turned = all((year, day) in self.months for year, _, day in self.doubtful)
        return turned and any((year, month) not in self.months for year, month, _ in self.doubtful)


class DayColumns:
    """The columns of days of one sheet, by meaning."""

    def __init__(self) -> None:
        self._columns: dict[str, DayColumn] = {}
        self._places: Mapping[str, int] | None = None
        self._placed: Sequence[tuple[int, DayColumn]] = ()

    def see(self, places: Mapping[str, int], number: int, cells: Sequence[Cell]) -> None:
        """Count one row. ``places``: meaning of a column -> its place."""
        if places is not self._places:
            self._places = places
            self._placed = [
                (places[name], self._columns.setdefault(name, DayColumn()))
                for name in DAY_COLUMNS
                if name in places
            ]
        width = len(cells)
        for place, column in self._placed:
            if place < width and (cell := cells[place]) != "":
                column.see(number, cell)

    def proven(self) -> list[Order]:
        """What its columns prove of others.

        A slip in a day of birth proves nothing of them, and a column with certain days of both
        orders only of the rows near to them (``near_the_month``).
        """
        found = ((name, each, each.order()) for name, each in self._columns.items())
        return [
            order
            for name, each, order in found
            if order is not None
            and not (order is Order.EITHER and (each.day_first or name == "birth"))
        ]

    def orders(self, others: Iterable[Order] = ()) -> dict[str, Order]:
        """The order of each column that is not day first.

        A column that proves nothing itself is like the others of its sheet, else like those of
        the other sheets of the file (``others``).
        """
        usual = _usual(self.proven()) or _usual(others) or Order.DAY
        found = {name: each.order() or usual for name, each in self._columns.items()}
        return {name: order for name, order in found.items() if order is not Order.DAY}

    def mixed(self) -> list[DayColumn]:
        """The columns of evidence with certain days of both orders."""
        return [
            each
            for name, each in self._columns.items()
            if each.day_first and each.month_first and name != "birth"
        ]

    def names(self) -> list[str]:
        """The columns that have days."""
        return list(self._columns)

    def long_years(self) -> list[str]:
        """The columns in which two digits at the end are not certainly a year."""
        return [name for name, each in self._columns.items() if not each.short_years]


def _usual(orders: Iterable[Order]) -> Order | None:
    """The order that all of these are; EITHER where they differ; None for none."""
    found = set(orders)
    if Order.TURNED in found:
        return Order.TURNED
    return Order.EITHER if len(found) > 1 else next(iter(found), None)
