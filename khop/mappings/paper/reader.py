"""Sheets of logbooks and registers, read into ``PaperRow`` (docs/domain.md, Apologies, Reports).

::

    TableRow ── line_kind ──┬─ headers, sums, signatures …  left out
                            └─ a row ── PaperRecord ──┬─ PaperRow
                                                      └─ Reject, whose payload can be read again

A row is rejected for an unusable cell in a column of evidence or of the code. In any other column,
the header of an unusable cell goes into ``fields_lost``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from khop.connectors.spreadsheets.model import Sheet, TableRow
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.paper.headers import (
    SEARCHED_ROWS,
    Layout,
    find_layout,
    lay_out,
)
from khop.mappings.paper.lines import Line, line_kind, proof_columns, unit_in_titles, unit_or_code
from khop.mappings.paper.payload import pack, unpack
from khop.mappings.paper.record import PaperRecord, RowPlace
from khop.mappings.paper.row_key import RowKeys
from khop.mappings.paper.words import evidence_columns, subject_columns, with_example
from khop.mappings.records import PaperKind, PaperRow, Reject, UnknownCode


class PaperReader:
    """Reads the files of one source.

    ``key``: the installation's secret. ``unit``: name or code of the unit of rows that name none;
    without it, a line above them names it (``Đơn vị: …``). ``columns``: meaning of a column ->
    its header in these files, where the table does not have that header. ``grammar``: the shapes
    of codes, by default the packaged ones.
    """

    def __init__(
        self,
        kind: PaperKind,
        key: bytes,
        *,
        unit: str | None = None,
        columns: Mapping[str, str] | None = None,
        grammar: CodeGrammar | None = None,
    ) -> None:
        self.kind = kind
        self._key = key
        self._unit = unit_or_code(unit)
        self._own = dict(columns or {})
        self._grammar = grammar

    def read(self, sheets: Iterable[Sheet], file: str) -> Iterator[PaperRow | Reject]:
        """The rows of the sheets that have headers, in order.

        Raises ConfigError when no sheet has headers, and for incomplete headers.
        """
        keys = RowKeys(self.kind, self._key)
        found = False
        for sheet in sheets:
            rows = sheet.rows()
            top = list(islice(rows, SEARCHED_ROWS))
            if layout := self._layout(sheet, top, file):
                found = True
                yield from self._sheet(sheet, layout, top, rows, keys, file)
        if not found:
            raise ConfigError(_without_headers(self.kind), key=file)

    def layout(self, sheet: Sheet, file: str) -> Layout | None:
        """The headers of a sheet; None when it has none. Raises ConfigError."""
        return self._layout(sheet, list(islice(sheet.rows(), SEARCHED_ROWS)), file)

    def replay(self, payload: object) -> PaperRow:
        """Read a rejected row again, by the present rules. Raises RecordError."""
        place, occurrence, headers, cells = unpack(self.kind, payload)
        layout = lay_out(self.kind, headers, self._own)
        record = PaperRecord(self.kind, self._key, layout, place, cells, self._grammar)
        base = record.base(RowKeys(self.kind, self._key))
        return record.row(RowKeys.key_of(base, occurrence))

    def _layout(self, sheet: Sheet, top: Sequence[TableRow], file: str) -> Layout | None:
        where = f"{file}, sheet {sheet.name}" if sheet.name else file
        return find_layout(self.kind, top, self._own, where)

    def _sheet(
        self,
        sheet: Sheet,
        layout: Layout,
        top: Sequence[TableRow],
        rest: Iterator[TableRow],
        keys: RowKeys,
        file: str,
    ) -> Iterator[PaperRow | Reject]:
        above, under = top[: layout.first], chain(top[layout.first :], rest)
        for row, unit in self._table(layout, above, under):
            place = RowPlace(file, sheet.name, row.number, sheet.from_1904, *unit)
            record = PaperRecord(self.kind, self._key, layout, place, row.cells, self._grammar)
            yield self._one(record, keys)

    def _table(
        self, layout: Layout, above: Sequence[TableRow], under: Iterable[TableRow]
    ) -> Iterator[tuple[TableRow, tuple[str | None, str | None]]]:
        """The rows of a table, each with the unit's name and code from the lines above it."""
        proofs = proof_columns(layout)
        unit = _known_unit(self._unit) or unit_in_titles(above)
        signed = False
        for row in under:
            line = line_kind(row, layout, proofs)
            if line is Line.SIGNATURE or line is Line.ROW:
                signed = line is Line.SIGNATURE
            if line is Line.SECTION and not _known_unit(self._unit):
                unit = _known_unit(unit_in_titles([row])) or unit
            if line is Line.ROW or (line is Line.LOOSE and not signed):
                yield row, unit

    def _one(self, record: PaperRecord, keys: RowKeys) -> PaperRow | Reject:
        base = record.base(keys)
        occurrence = keys.count(base)
        try:
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


def _known_unit(unit: tuple[str | None, str | None]) -> tuple[str | None, str | None] | None:
    return unit if any(unit) else None


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
