"""The cells of one row, read as the types of their columns, for every kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import TypeVar

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.cells import read_name, read_text
from khop.mappings.paper.day_columns import DAY_COLUMNS
from khop.mappings.paper.days import DayStyle, Order, read_time
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.lines import unit_or_code
from khop.mappings.paper.words import is_ditto
from khop.mappings.records import Instant

V = TypeVar("V")

_UNITS = frozenset({"unit", "issuer", "unit_code"})
#: Days that are no evidence before they have come.
_NOT_IN_FUTURE = frozenset(
    {
        *("received", "returned", "signed", "birth", "day"),
        *("forwarded", "refused", "asked", "answered", "published"),
        *("ended", "changed"),
    }
)
_NOTHING_TO_REPEAT = "repeats the row before, which has nothing here that can be repeated"


@dataclass(frozen=True, slots=True)
class RowPlace:
    """The place of a row, and what its sheet tells of it.

    ``unit``, ``unit_code``: for rows that name no unit themselves. ``orders``, ``long_years``,
    ``encodings``, ``month``, ``year``: as in ``writing.RowWriting``. ``of_documents``: the sheet
    is a book of all outgoing documents. ``shifted``: as in ``shifted.ShiftedRows.has``.
    ``form``: of slips that name none. ``first``, ``last``: the days of a report's period
    (``YYYY-MM-DD``); ``section``: the heading of the row.
    """

    file: str
    sheet: str
    number: int
    from_1904: bool = False
    unit: str | None = None
    unit_code: str | None = None
    orders: str = ""
    long_years: str = ""
    encodings: str = ""
    month: int | None = None
    year: int | None = None
    of_documents: bool = False
    shifted: bool = False
    form: str | None = None
    first: str | None = None
    last: str | None = None
    section: str | None = None

    @property
    def native_id(self) -> str:
        return f"{self.file}#{self.sheet}!{self.number}"


class RowCells:
    """A row whose cells are read one by one; those that cannot be read are kept with the reason.

    ``last``: evidence of a later day is refused; None refuses none.
    """

    def __init__(
        self, layout: Layout, place: RowPlace, cells: Sequence[Cell], last: date | None = None
    ) -> None:
        self.layout = layout
        self.place = place
        self.cells = cells
        self._errors: dict[str, RecordError] = {}
        self._styles = _styles(
            place.from_1904, place.orders, place.long_years, place.month, place.year, last
        )
        self._encodings = tuple(place.encodings.split())

    def _unit(self) -> tuple[str | None, str | None]:
        """The unit of the row, else the one above it or in the settings."""
        code = self._text("unit_code")
        name, code_in_name = unit_or_code(self._named("unit") or self._named("issuer"))
        if name or code or code_in_name:
            return name, code or code_in_name
        if not _UNITS.isdisjoint(self._errors):
            return None, None
        return self.place.unit, self.place.unit_code

    def _time(self, column: str) -> Instant | None:
        return self._one(column, partial(read_time, style=self._styles[column]))

    def _named(self, column: str) -> str:
        return self._one(column, partial(read_name, encodings=self._encodings)) or ""

    def _text(self, column: str) -> str:
        return self._one(column, read_text) or ""

    def _one(self, column: str, read: Callable[[Cell, str], V]) -> V | None:
        """The value in a column; None where there is no such cell or it cannot be read."""
        place = self.layout.places.get(column)
        if place is None or place >= len(self.cells) or self.cells[place] == "":
            return None
        cell = self.cells[place]
        try:
            if isinstance(cell, str) and is_ditto(cell):
                raise RecordError(self.layout.name(column), _NOTHING_TO_REPEAT)
            return read(cell, self.layout.name(column))
        except RecordError as error:
            self._errors[column] = error
            return None


@lru_cache(maxsize=256)
def _styles(
    from_1904: bool,
    orders: str,
    long_years: str,
    month: int | None,
    year: int | None,
    last: date | None,
) -> Mapping[str, DayStyle]:
    """How the days of each column are written, from the texts of a ``RowPlace``."""
    order = dict(each.split("=") for each in orders.split())
    return {
        column: DayStyle(
            from_1904,
            Order(order.get(column, Order.DAY)),
            short_years=column not in long_years.split(),
            month=month,
            year=year,
            notes=("day", column),
            last=last if column in _NOT_IN_FUTURE else None,
        )
        for column in DAY_COLUMNS
    }
