"""How a sheet is written: what its whole columns, and the lines above its rows, tell of a cell.

::

    Writing.lettered     its rows, without older encodings
    Writing.pass_by      notes the period that a title or heading names
    Writing.see          counts what the columns of a row prove
    Dittos.filled        the cells of a row, with those that repeat the row before filled in
    Writing.at           what holds for a row; before ``conclude``, what is usual

Columns are known when the last row was seen. Most are usual; a sheet whose columns are not is read
once more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.mappings.paper.day_columns import DayColumn, DayColumns
from khop.mappings.paper.days import Order
from khop.mappings.paper.older_encodings import may_be_older, read_lettering
from khop.mappings.paper.period import NO_PERIOD, Period, period_of
from khop.mappings.paper.shifted import ShiftedRows
from khop.mappings.paper.words import is_ditto

_NAMES = ("applicant", "submitter", "unit", "issuer")
#: Columns in which a cell may repeat the row before. A code or number belongs to one row.
_REPEATED = (
    *("received", "due", "returned", "signed", "new_due"),
    *("applicant", "submitter", "identity", "birth"),
    *("unit", "issuer", "unit_code", "procedure", "symbol", "form"),
    *("day", "score", "channel", "feedback_kind", "outcome", "category"),
    *("forwarded", "refused", "asked", "answered", "published"),
    *("state", "ended", "changed"),
)
#: A heading has so many different cells at most.
_HEADING_CELLS = 2
#: Rows in which every text is looked at, headers among them; in others those with rare letters.
_TOP_ROWS = 60


#: Quotation marks around nothing.
_PAIRS = ("''", '""', "``", "\u2018\u2019", "\u201c\u201d")


class RowWriting(TypedDict):
    """What holds for one row, as ``RowPlace`` keeps it; texts are words between blanks.

    ``orders``: ``received=month``. ``long_years``: columns. ``encodings``: of names in the sheet.
    """

    orders: str
    long_years: str
    encodings: str
    month: int | None
    year: int | None


class Writing:
    """How one sheet is written. ``delimiter``: of the columns of a text file."""

    def __init__(self, delimiter: str = "") -> None:
        self.shifted = ShiftedRows(delimiter)
        self._days = DayColumns()
        self._found: set[str] = set()
        self._periods: list[tuple[int, Period]] = [(0, NO_PERIOD)]
        self._mixed: Sequence[DayColumn] = ()
        self._orders: Mapping[str, Order] = {}
        self._long_years = self._encodings = ""
        self._concluded = False
        self._told: dict[tuple[bool, bool, int], RowWriting] = {}

    def lettered(self, rows: Iterable[TableRow]) -> Iterator[TableRow]:
        """The rows, with texts in older encodings converted where that is certain."""
        for number, row in enumerate(rows):
            texts = " ".join([cell for cell in row.cells if isinstance(cell, str)])
            if number < _TOP_ROWS or may_be_older(texts):
                row = self._converted(row)
            yield row

    def _converted(self, row: TableRow) -> TableRow:
        changed: dict[int, Cell] = {}
        for place, cell in enumerate(row.cells):
            if isinstance(cell, str) and not cell.isascii():
                text, encoding = read_lettering(cell)
                if encoding and text is not None:
                    changed[place] = text
                    self._found.add(encoding)
        if not changed:
            return row
        return replace(row, cells=[changed.get(at, cell) for at, cell in enumerate(row.cells)])

    def pass_by(self, row: TableRow) -> None:
        """Note the period that a line names which is no row: a title, the heading of a section."""
        filled = {cell for cell in row.cells if cell != ""}
        if self._concluded or len(filled) > _HEADING_CELLS:
            return
        before = self._periods[-1][1]
        if (period := period_of(row.cells, before)) != before:
            self._periods.append((row.number, period))

    def see(self, places: Mapping[str, int], row: TableRow) -> None:
        """Count a row. ``places``: meaning of a column -> its place."""
        if self._concluded:
            return
        self._days.see(places, row.number, row.cells)
        for name in _NAMES:
            place = places.get(name)
            cell = row.cells[place] if place is not None and place < len(row.cells) else ""
            if isinstance(cell, str) and not cell.isascii():
                self._found.add(read_lettering(cell).encoding)

    def conclude(self, others: Iterable[Writing] = ()) -> None:
        """Conclude from all rows. ``others``: the sheets of the same file."""
        self._orders = self._days.orders(
            order for other in others if other is not self for order in other.proven()
        )
        self._mixed = self._days.mixed()
        self._long_years = " ".join(self._days.long_years())
        self._encodings = " ".join(sorted(self._found - {""}))
        self.shifted.conclude()
        self._concluded = True

    def proven(self) -> list[Order]:
        """The orders that its columns of days prove."""
        return self._days.proven()

    @property
    def changes_a_cell(self) -> bool:
        """Whether a cell may mean something else than it was read as before ``conclude``."""
        return self.shifted.found or bool(
            self._orders or self._mixed or self._long_years or self._encodings
        )

    def at(self, number: int) -> RowWriting:
        """What holds for the row of this number."""
        near = any(column.near_the_month(number) for column in self._mixed)
        place = bisect_right(self._periods, number, key=lambda each: each[0]) - 1
        key = (self._concluded, near, place)
        if key not in self._told:
            self._told[key] = self._tell(near, self._periods[place][1])
        return self._told[key]

    def _tell(self, near: bool, period: Period) -> RowWriting:
        orders = dict(self._orders)
        if near:
            orders = dict.fromkeys(self._days.names(), Order.EITHER) | orders
        return RowWriting(
            orders=" ".join(f"{name}={order}" for name, order in orders.items()),
            long_years=self._long_years,
            encodings=self._encodings,
            month=period.month,
            year=period.year,
        )


class Dittos:
    """The row before, for cells that repeat it."""

    def __init__(self) -> None:
        self._number = 0
        self._cells: Sequence[Cell] = ()
        self._places: Mapping[str, int] | None = None
        self._repeated: Sequence[int] = ()

    def filled(self, places: Mapping[str, int], row: TableRow) -> Sequence[Cell]:
        """The cells of a row, those that repeat the row before filled in. A line between them
        that is no row ends the repetition."""
        if places is not self._places:
            self._places = places
            self._repeated = [places[name] for name in _REPEATED if name in places]
        cells = row.cells
        marked = [
            place
            for place in self._repeated
            if place < len(cells) and isinstance(cell := cells[place], str) and is_ditto(cell)
        ]
        if marked and (wrapped := _wrapped(cells)):
            cells = [
                "" if place in marked and str(cell).strip() in wrapped else cell
                for place, cell in enumerate(cells)
            ]
            marked = [place for place in marked if cells[place] != ""]
        if marked and self._number == row.number - 1:
            filled = list(cells)
            for place in marked:
                if place < len(self._cells):
                    filled[place] = self._cells[place]
            cells = filled
        self._number, self._cells = row.number, cells
        return cells


def _wrapped(cells: Sequence[Cell]) -> frozenset[str]:
    """The pairs of quotation marks that a program put around every value of a row; with nothing
    between them they are an empty cell, and no ditto mark."""
    return frozenset(
        pair
        for pair in _PAIRS
        if any(
            len(text) > 2 and (text[0], text[-1]) == (pair[0], pair[1])
            for cell in cells
            if isinstance(cell, str) and (text := cell.strip())
        )
    )
