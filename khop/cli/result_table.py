"""Tables of results on a terminal. Cells are plain text: no markup, no control characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from khop.text.safe_display import plain
from khop.text.words import Words

if TYPE_CHECKING:
    from rich.text import Text

    from khop.audit.formats.fitted_table import FittedTable


def result_table(
    words: Words, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> FittedTable:
    """A table whose headers are the sentences ``table.NAME``; see ``table_with_headers``.

    English sentences of the library are translated.
    """
    from khop.cli.shell import FROM_LIBRARY

    def cells(row: Sequence[object]) -> list[object]:
        return [
            words.translated(value) if name in FROM_LIBRARY and isinstance(value, str) else value
            for name, value in zip(columns, row, strict=True)
        ]

    return table_with_headers([words(f"table.{name}") for name in columns], map(cells, rows))


def table_with_headers(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> FittedTable:
    """A table with these headers: columns of numbers aligned right, long texts folded."""
    from khop.audit.formats.fitted_table import FittedTable

    lines = [list(row) for row in rows]
    numbers = {
        position
        for position in range(len(headers))
        if lines and all(_is_number(line[position]) for line in lines)
    }
    cells = [list(map(_cell, line)) for line in lines]
    return FittedTable(list(map(plain, headers)), cells, numbers=frozenset(numbers))


def _cell(value: object) -> Text:
    from rich.text import Text

    return Text("" if value is None else plain(str(value)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
