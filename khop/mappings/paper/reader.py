"""Sheets of logbooks and registers, read into ``PaperRow`` (docs/domain.md, Apologies, Reports).

::

    TableRow ── SheetLines ──┬─ headers, sums, signatures …  NoRow
                             └─ a row ─┬─ PaperRecord ───┬─ PaperRow, OfficeRow
                                       └─ OfficeRecord ──┴─ Reject, whose payload can be read again

Each line with content gives one of the three, and each sheet a ``SheetRead`` with their number.

A row is rejected when its code is unusable, and when none of its days of evidence can be read. The
header of any other unusable cell goes into ``fields_lost``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial

from khop.connectors.spreadsheets.model import Cell, Sheet, TableRow
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.paper.documents import ResultRule, holds_all_documents
from khop.mappings.paper.forms import form_in
from khop.mappings.paper.headers import SEARCHED_ROWS, Layout, lacks, lay_out
from khop.mappings.paper.items import AnyRow, NoRow, PaperItem, SheetRead
from khop.mappings.paper.lines import distinct_texts, unit_or_code
from khop.mappings.paper.meanings import shown
from khop.mappings.paper.office.kinds import OFFICE_RECORDS
from khop.mappings.paper.office.record import OfficeRecord, RowContext
from khop.mappings.paper.office.report import head_of
from khop.mappings.paper.payload import pack, unpack
from khop.mappings.paper.record import PaperRecord
from khop.mappings.paper.row_cells import RowPlace
from khop.mappings.paper.row_key import RowKeys
from khop.mappings.paper.tables import PlacedLine, SheetLines
from khop.mappings.paper.words import evidence_columns, folded, subject_columns, with_example
from khop.mappings.paper.writing import Dittos, Writing
from khop.mappings.records import PaperKind, Reject, UnknownCode
from khop.mappings.states.status import StatusTable, portal_statuses

NO_HEADERS = "no headers"


@dataclass(frozen=True, slots=True)
class _SheetInHand:
    """The sheet that is read. ``of_documents``: whether a table of it is a book of all outgoing
    documents. ``keys``: of the rows of its file. ``last``: as in ``read``."""

    sheet: Sheet
    of_documents: Callable[[Layout], bool]
    writing: Writing
    file: str
    keys: RowKeys
    last: date | None
    dittos: Dittos = field(default_factory=Dittos)


class PaperReader:
    """Reads the files of one source.

    ``key``: the installation's secret. ``unit``: name or code of the unit of rows that name none;
    without it, a line above them names it (``Đơn vị: …``). ``columns``: meaning of a column ->
    its header in these files, where the table does not have that header. ``grammar``: the shapes
    of codes, by default the packaged ones. ``results``: which rows of a register are results.
    ``form``: of slips that name none; without it, a line above them or the sheet names it.
    ``scores``: text of a rating -> the ``Satisfaction`` that it means. ``statuses``: what the
    states of a ministry's file mean.
    """

    def __init__(
        self,
        kind: PaperKind,
        key: bytes,
        *,
        unit: str | None = None,
        columns: Mapping[str, str] | None = None,
        grammar: CodeGrammar | None = None,
        results: ResultRule | None = None,
        form: str | None = None,
        scores: Mapping[str, str] | None = None,
        statuses: StatusTable | None = None,
    ) -> None:
        self.kind = kind
        self._first_day = evidence_columns(kind)[0]
        self._key = key
        self._unit = unit_or_code(unit)
        self._own = dict(columns or {})
        self._grammar = grammar
        self._results = results or ResultRule()
        self._form = form
        self._statuses = statuses or portal_statuses({}, {})
        self._scores = {folded(text): score for text, score in (scores or {}).items()}

    def read(
        self, sheets: Iterable[Sheet], file: str, last: date | None = None
    ) -> Iterator[PaperItem]:
        """The lines of the sheets in order, and after each sheet what was read of it.

        A file is read again when its whole columns change what a cell of it means (``writing``).
        ``last``: today; a later day is no evidence. None refuses no day. Raises ConfigError when
        no sheet has headers, and for incomplete headers.
        """
        written = [(sheet, Writing(sheet.delimiter)) for sheet in sheets]
        items = list(self._items(written, file, last))
        for _, writing in written:
            writing.conclude(other for _, other in written)
        if any(writing.changes_a_cell for _, writing in written):
            items = list(self._items(written, file, last))
        yield from items

    def _items(
        self, written: Iterable[tuple[Sheet, Writing]], file: str, last: date | None
    ) -> Iterator[PaperItem]:
        keys = RowKeys(self.kind, self._key)
        found = False
        for sheet, writing in written:
            where = f"{file}, sheet {sheet.name}" if sheet.name else file
            lines = SheetLines(self.kind, writing.lettered(sheet.rows()), self._own, where)
            if lines.first is None:
                yield SheetRead(sheet.name, not_read=NO_HEADERS)
                continue
            found = True
            of_documents = cache(partial(self._holds_documents, lines, where))
            one = _SheetInHand(sheet, of_documents, writing, file, keys, last)
            yield from self._sheet(one, lines)
        if not found:
            raise ConfigError(_without_headers(self.kind), key=file)

    def has_headers(self, sheet: Sheet) -> bool:
        """Whether a sheet has headers. Raises ConfigError for incomplete ones."""
        return SheetLines(self.kind, sheet.rows(), self._own, "").first is not None

    def replay(self, payload: object, last: date | None = None) -> AnyRow:
        """Read a rejected row again, by the present rules. ``last``: as in ``read``. Raises
        RecordError."""
        place, occurrence, headers, cells = unpack(self.kind, payload)
        layout = lay_out(self.kind, headers, self._own)
        if missing := lacks(self.kind, layout):
            raise RecordError("headers", f"lack {missing}")
        record = self._record(place, layout, cells, last)
        base = record.base(RowKeys(self.kind, self._key))
        return record.row(RowKeys.key_of(base, occurrence))

    def _record(
        self, place: RowPlace, layout: Layout, cells: Sequence[Cell], last: date | None
    ) -> PaperRecord | OfficeRecord:
        if (office := OFFICE_RECORDS.get(self.kind)) is not None:
            return office(
                layout, place, cells, RowContext(self._grammar, last, self._scores, self._statuses)
            )
        grammar, results = self._grammar, self._results
        return PaperRecord(self.kind, self._key, layout, place, cells, grammar, last, results)

    def _headed(self, place: RowPlace, line: PlacedLine) -> RowPlace:
        """The place of a row, with what the lines above it tell."""
        if self.kind is PaperKind.SLIPS:
            return replace(place, form=self._form or _form_above(line, place.sheet))
        if self.kind is not PaperKind.REPORT:
            return place
        head = head_of(line.heads)
        place = replace(place, first=head.first, last=head.last, section=line.section)
        if any(self._unit):
            return place
        return replace(place, unit=head.unit, unit_code=head.unit_code)

    def _holds_documents(self, lines: SheetLines, where: str, layout: Layout) -> bool:
        """Whether a table is a book of all outgoing documents. Raises ConfigError."""
        if not layout.refusal:
            self._results.check(layout, where)
        return holds_all_documents(self.kind, layout, lines.titles, self._results)

    def _sheet(self, one: _SheetInHand, lines: SheetLines) -> Iterator[PaperItem]:
        name = one.sheet.name
        bare = _BareColumns()
        for line in lines:
            if line.kind is not None:
                one.writing.pass_by(line.row)
                yield NoRow(line.kind, name, line.row.number)
            elif line.layout is None:
                yield _above_headers(line.row, name, one.file)
            else:
                bare.note(line.row, line.layout)
                one.writing.see(line.layout.places, line.row)
                one.writing.shifted.see(len(line.layout.headers), line.row.cells)
                yield self._row(line, line.layout, one)
        tables = tuple(map(_columns, lines.layouts))
        unread = (*_unknown(lines.layouts), *bare.names())
        yield SheetRead(name, lines.lines, tables, unread)

    def _row(self, line: PlacedLine, layout: Layout, one: _SheetInHand) -> AnyRow | Reject:
        sheet, number = one.sheet, line.row.number
        unit = self._unit if any(self._unit) else line.unit
        told = one.writing.at(number)
        place = RowPlace(one.file, sheet.name, number, sheet.from_1904, *unit, **told)
        if one.of_documents(layout):
            place = replace(place, of_documents=True)
        if one.writing.shifted.has(
            len(layout.headers), line.row.cells, layout.places.get(self._first_day)
        ):
            place = replace(place, shifted=True)
        place = self._headed(place, line)
        cells = one.dittos.filled(layout.places, line.row)
        record = self._record(place, layout, cells, one.last)
        base = record.base(one.keys)
        occurrence = one.keys.count(base)
        try:
            if layout.refusal:
                raise RecordError("headers", f"above this row cannot be read: {layout.refusal}")
            return record.row(RowKeys.key_of(base, occurrence))
        except RecordError as error:
            return Reject(
                error.field,
                error.reason,
                record.place.native_id,
                record.code,
                pack(self.kind, record, occurrence),
                record.unit,
                error.row if isinstance(error, UnknownCode) else None,
            )


def _form_above(line: PlacedLine, sheet: str) -> str | None:
    """The form that the lines above a row of slips, or the name of its sheet, tell."""
    return form_in([*(text for row in line.heads for text in distinct_texts(row.cells)), sheet])


class _BareColumns:
    """The columns without a header in which rows have something."""

    def __init__(self) -> None:
        self._found: dict[int, None] = {}
        self._layout: Layout | None = None
        self._bare: tuple[int, ...] = ()

    def note(self, row: TableRow, layout: Layout) -> None:
        if layout is not self._layout:
            self._layout = layout
            headers = enumerate(layout.headers)
            self._bare = tuple(place for place, header in headers if not header)
        width = len(layout.headers)
        if self._bare or len(row.cells) > width:
            places = (*self._bare, *range(width, len(row.cells)))
            spans = row.spans or {}
            self._found |= dict.fromkeys(
                place
                for place in places
                if place < len(row.cells)
                and row.cells[place] != ""
                and spans.get(place, place) == place
            )

    def names(self) -> list[str]:
        return [f"column {letters(place)}, which has no header" for place in sorted(self._found)]


def letters(place: int) -> str:
    """The name of a column in a spreadsheet program: 0 is ``A``, 27 is ``AB``."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _columns(layout: Layout) -> tuple[str, ...]:
    """The headers of a table with their meanings."""
    return tuple(f"{shown(layout.headers[p])} = {name}" for name, p in layout.places.items())


def _unknown(layouts: Iterable[Layout]) -> list[str]:
    """The headers that were not recognised, each once."""
    found = (
        f"{shown(layout.headers[place])} (column {letters(place)})"
        for layout in layouts
        for place in layout.unknown
    )
    return list(dict.fromkeys(found))


def _above_headers(row: TableRow, sheet: str, file: str) -> Reject:
    return Reject(
        "headers",
        "of this row were not recognised; name its columns in khop.toml: [sources.NAME.columns]",
        RowPlace(file, sheet, row.number).native_id,
    )


def _without_headers(kind: PaperKind) -> str:
    needed = (
        " or ".join(with_example(kind, column) for column in columns(kind))
        for columns in (evidence_columns, subject_columns)
    )
    return (
        f"no row of headers was found among the first {SEARCHED_ROWS} rows; to be read as "
        f"{kind}, it needs columns for {', and for '.join(needed)}. Name them in khop.toml: "
        '[sources.NAME.columns] code = "its header in the file"'
    )
