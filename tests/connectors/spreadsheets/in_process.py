"""Workbooks read in the process of the tests, for tests that read very many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from khop.connectors.spreadsheets.answers import from_line, rows_of, to_line, with_rows
from khop.connectors.spreadsheets.model import TableLimits, TableRow
from khop.connectors.spreadsheets.workbook import Workbook, is_hidden


@dataclass
class OwnSheet:
    """A sheet whose rows were written and read as the answers of the worker are."""

    name: str
    hidden: bool
    from_1904: bool
    book: Workbook
    delimiter: str = ""

    def rows(self) -> Iterator[TableRow]:
        answer = with_rows(list(self.book.rows(self.name)), last=True)
        return iter(rows_of(from_line(to_line(answer))))


def own_sheets(data: bytes, name: str) -> list[OwnSheet]:
    """The sheets of a workbook. Raises ConfigError."""
    book = Workbook(data, name, TableLimits())
    return [OwnSheet(each.name, is_hidden(each), book.from_1904, book) for each in book.sheets]
