"""The tables of a sheet, line by line: a sheet may have several, each with its own headers.

::

    titles ── headers ── rows, sections, sums, signatures ── titles ── headers ── rows …
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.mappings.codes.written import written_code
from khop.mappings.paper.headers import (
    HEADER_WINDOW,
    SEARCHED_ROWS,
    Layout,
    find_layout,
    is_header_again,
    next_layout,
)
from khop.mappings.paper.items import NoRowKind
from khop.mappings.paper.lines import (
    Line,
    are_column_numbers,
    distinct_texts,
    heading_of,
    is_one_merged_text,
    is_section,
    line_kind,
    proof_columns,
    proves_a_row,
    unit_in_titles,
)
from khop.mappings.paper.office.amounts import AMOUNTS, has_amount
from khop.mappings.paper.office.templates import is_example
from khop.text.cleaning import clean_text

#: Name and code of a unit.
Unit = tuple[str | None, str | None]

_KINDS: Mapping[Line, NoRowKind] = {
    Line.BLANK: NoRowKind.BLANK,
    Line.NUMBERS: NoRowKind.NUMBERS,
    Line.TOTAL: NoRowKind.TOTAL,
    Line.SIGNATURE: NoRowKind.SIGNATURE,
    Line.SECTION: NoRowKind.SECTION,
    Line.REMARK: NoRowKind.REMARK,
}
#: The lines between a title and its headers, and the texts of a title, at most.
_TITLE_LINES, _TITLE_TEXTS = 6, 3
_WITHOUT_AMOUNTS = frozenset({Line.EMPTY, Line.BLANK, Line.NUMBERS})
_PERSONS = ("applicant", "submitter", "identity")
_FEWEST_OF_A_ROW = 3


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with content. ``kind`` None: it is a row of the table with this ``layout``; layout
    None: it looks like a row, above the first headers. ``unit``: of the lines above it. ``heads``:
    the heading of its section, then the titles of its table. ``section``: the heading alone,
    without its number."""

    row: TableRow
    kind: NoRowKind | None
    layout: Layout | None = None
    unit: Unit = (None, None)
    heads: tuple[TableRow, ...] = ()
    section: str | None = None


class SheetLines:
    """The lines of one sheet. ``lines``: those with content that were taken from the sheet.

    ``kind``: of the file. ``own``: column -> the deployment's header. ``where``: the sheet, for
    messages.
    """

    def __init__(
        self, kind: str, rows: Iterable[TableRow], own: Mapping[str, str], where: str
    ) -> None:
        self.lines = 0
        self.layouts: list[Layout] = []
        self.titles: list[TableRow] = []
        self._kind = kind
        self._own = own
        self._rows = iter(rows)
        self._ahead: deque[TableRow] = deque()
        self._unit: Unit = (None, None)
        self._in_titles = False
        self._section: str | None = None
        self._above: tuple[TableRow, ...] = ()
        self._heads: tuple[TableRow, ...] = ()
        #: The columns of the signatures above, and how many sign; empty where none is open.
        self._signed: set[int] = set()
        self._signers = 0
        self.first = find_layout(kind, self._look(SEARCHED_ROWS), own, where)

    def __iter__(self) -> Iterator[PlacedLine]:
        """The lines with content, in order; none for a sheet without headers."""
        if self.first is None:
            return
        yield from self._titles(self.first)
        layout = self.first
        yield from self._headers(layout)
        proofs, amounts = proof_columns(layout), _amounts(layout)
        while (row := self._next()) is not None:
            if is_example(_cell(row, layout.places.get("order"))):
                yield self._placed(row, NoRowKind.EXAMPLE, layout)
                continue
            if proves_a_row(row, proofs):
                self._close_signatures()
                again = is_header_again(layout, row.cells)
                yield self._placed(row, NoRowKind.HEADERS if again else None, layout)
                continue
            line = line_kind(row, layout)
            if line is Line.EMPTY:
                continue
            if line not in _WITHOUT_AMOUNTS and has_amount(row.cells, amounts):
                self._close_signatures()
                yield self._placed(row, None, layout)
                self._note_sum(row, layout)
                continue
            if other := self._other_headers(row, layout):
                self._ahead.appendleft(row)
                layout, proofs, amounts = other, proof_columns(other), _amounts(other)
                self._close_signatures()
                yield from self._headers(layout)
                continue
            if is_header_again(layout, row.cells):
                yield self._placed(row, NoRowKind.HEADERS, layout)
                continue
            yield self._placed(row, self._no_row(row, line, layout), layout)

    def _titles(self, layout: Layout) -> Iterator[PlacedLine]:
        """The lines above the first headers."""
        for _ in range(layout.start):
            row = self._take()
            if not _has_content(row):
                continue
            if _is_row_without_headers(row):
                yield PlacedLine(row, None)
            else:
                self.titles.append(row)
                yield PlacedLine(row, NoRowKind.TITLE)
        self._unit = unit_in_titles(self.titles)
        self._above = self._heads = tuple(self.titles)

    def _headers(self, layout: Layout) -> Iterator[PlacedLine]:
        self.layouts.append(layout)
        for _ in range(layout.first - layout.start):
            row = self._take()
            if _has_content(row):
                yield PlacedLine(row, NoRowKind.HEADERS)

    def _other_headers(self, row: TableRow, layout: Layout) -> Layout | None:
        """The headers of another table that begin in this row."""
        window = [row, *self._look(HEADER_WINDOW - 1)]
        found = next_layout(self._kind, window, self._own)
        if found is None or found.keys == layout.keys:
            return None
        # Part of the headers, printed again, is no other table.
        return None if found.refusal and is_header_again(layout, row.cells) else found

    def _no_row(self, row: TableRow, line: Line, layout: Layout) -> NoRowKind | None:
        """What a line is if it is no row."""
        texts = distinct_texts(row.cells)
        if line is Line.SIGNATURE:
            self._signers = max(self._signers, len(texts))
            self._signed.update(_filled_places(row))
        elif line is Line.SECTION:
            self._unit = _known(unit_in_titles([row])) or self._unit
            self._heads = (row, *self._above)
            self._section = None if _known(unit_in_titles([row])) else heading_of(row)
        elif line is Line.LOOSE and self._is_signed(row, texts):
            return NoRowKind.SIGNATURE
        elif line is Line.LOOSE and self._is_title(row, texts, layout):
            self._unit = _known(unit_in_titles([row])) or self._unit
            # Titles of the next table follow one another; those of the table above end.
            self._above = (*self._above, row) if self._in_titles else (row,)
            self._heads = self._above
            self._section = None
            return NoRowKind.TITLE
        elif line in (Line.ROW, Line.LOOSE):
            self._close_signatures()
        return _KINDS.get(line)

    def _is_signed(self, row: TableRow, texts: Sequence[str]) -> bool:
        """Whether a line has names, not more than sign above it, and below them."""
        if not len(texts) == _filled(row.cells) <= self._signers:
            return False
        near = {place + step for place in self._signed for step in (-1, 0, 1)}
        return near.issuperset(_filled_places(row))

    def _close_signatures(self) -> None:
        self._signers = 0
        self._signed.clear()

    def _is_title(self, row: TableRow, texts: Sequence[str], layout: Layout) -> bool:
        """Whether a line stands above headers, with nothing but titles and empty lines between."""
        if not _may_be_title(row, texts, layout):
            return False
        ahead = self._look(_TITLE_LINES + HEADER_WINDOW)
        for number, below in enumerate(ahead[:_TITLE_LINES]):
            if is_header_again(layout, below.cells) or next_layout(
                self._kind, ahead[number:], self._own
            ):
                return True
            if _has_content(below) and not _may_be_title(
                below, distinct_texts(below.cells), layout
            ):
                return False
        return False

    def _placed(self, row: TableRow, kind: NoRowKind | None, layout: Layout) -> PlacedLine:
        self._in_titles = kind is NoRowKind.TITLE
        return PlacedLine(row, kind, layout, self._unit, self._heads, self._section)

    def _note_sum(self, row: TableRow, layout: Layout) -> None:
        """Note the heading of a section whose sums stand in the same line."""
        order, label = (_text_of(row, layout.places.get(name)) for name in ("order", "field"))
        if is_section(order, label):
            self._section = heading_of(replace(row, cells=[order, label]))

    def _look(self, count: int) -> list[TableRow]:
        """The next lines, which stay to be taken."""
        while len(self._ahead) < count and (row := next(self._rows, None)) is not None:
            self._count(row)
            self._ahead.append(row)
        return list(islice(self._ahead, count))

    def _next(self) -> TableRow | None:
        if self._ahead:
            return self._ahead.popleft()
        row = next(self._rows, None)
        if row is not None:
            self._count(row)
        return row

    def _take(self) -> TableRow:
        return self._ahead.popleft()

    def _count(self, row: TableRow) -> None:
        if _has_content(row):
            self.lines += 1


def _amounts(layout: Layout) -> list[int]:
    """The places of numbers of dossiers. A line that has one is a row, also a sum or a heading."""
    return [layout.places[name] for name in AMOUNTS if name in layout.places]


def _cell(row: TableRow, place: int | None) -> Cell:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _text_of(row: TableRow, place: int | None) -> str:
    cell = _cell(row, place)
    return clean_text(cell) if isinstance(cell, str) else ""


def _known(unit: Unit) -> Unit | None:
    return unit if any(unit) else None


def _has_content(row: TableRow) -> bool:
    return any(not isinstance(cell, str) or cell.strip() for cell in row.cells)


def _filled(cells: Sequence[Cell]) -> int:
    """The number of different values of a line."""
    return len({str(cell).strip() for cell in cells} - {""})


def _filled_places(row: TableRow) -> list[int]:
    """The columns of the values of a line; of a merged cell the first."""
    spans = row.spans or {}
    return [
        place
        for place, cell in enumerate(row.cells)
        if cell != "" and spans.get(place, place) == place
    ]


def _may_be_title(row: TableRow, texts: Sequence[str], layout: Layout) -> bool:
    """Whether a line is a few texts, none of them in a column of persons."""
    if not texts or len(texts) > _TITLE_TEXTS or len(texts) != _filled(row.cells):
        return False
    if is_one_merged_text(row):
        return True
    width = len(row.cells)
    places = (layout.places.get(column, width) for column in _PERSONS)
    return all(place >= width or row.cells[place] == "" for place in places)


def _is_row_without_headers(row: TableRow) -> bool:
    """Whether a line above the headers looks like a row of another table."""
    filled = [cell for cell in row.cells if cell != ""]
    if any(isinstance(cell, str) and written_code(cell) for cell in filled):
        return True
    numbered = isinstance(filled[0], int | float) or str(filled[0]).strip(" .)").isdigit()
    return numbered and len(filled) >= _FEWEST_OF_A_ROW and not are_column_numbers(filled)
