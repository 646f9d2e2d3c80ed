"""Sheets for the tests of paper rows, without a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.mappings.paper.items import PaperItem
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject

KEY = b"k" * 32
FILE = "so.xlsx"


@dataclass
class Lines:
    """A sheet of lists of cells; ``spans``: row number -> its merged cells."""

    lines: Sequence[Sequence[Cell]]
    name: str = "So"
    hidden: bool = False
    from_1904: bool = False
    spans: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    delimiter: str = ""

    def rows(self) -> Iterator[TableRow]:
        for number, cells in enumerate(self.lines, 1):
            yield TableRow(number, list(cells), self.spans.get(number))


def read(
    lines: Sequence[Sequence[Cell]],
    kind: PaperKind = PaperKind.LOGBOOK,
    *,
    name: str = "So",
    from_1904: bool = False,
    **settings: Any,
) -> list[PaperRow | Reject]:
    """The rows of one sheet."""
    sheet = Lines(lines, name, from_1904=from_1904)
    return rows_of(PaperReader(kind, KEY, **settings).read([sheet], FILE))


def rows_of(items: Iterable[PaperItem]) -> list[PaperRow | Reject]:
    """The rows among the lines of a file."""
    return [item for item in items if isinstance(item, PaperRow | Reject)]


def replayed(reader: PaperReader, payload: object) -> PaperRow:
    """A rejected row of evidence, read again."""
    row = reader.replay(payload)
    assert isinstance(row, PaperRow), row
    return row


def row_of(found: Sequence[PaperRow | Reject]) -> PaperRow:
    """The only row."""
    (row,) = found
    assert isinstance(row, PaperRow), row
    return row


def reject_of(found: Sequence[PaperRow | Reject]) -> Reject:
    """The only reject."""
    (reject,) = found
    assert isinstance(reject, Reject), reject
    return reject
