"""Tables of results on a terminal. Cells are plain text: no markup, no control characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from khop.text.safe_display import plain
from khop.text.words import Words

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def result_table(words: Words, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table whose headers are the sentences ``table.NAME``; see ``table_with_headers``."""
    return table_with_headers([words(f"table.{name}") for name in columns], rows)


def table_with_headers(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table with these headers: columns of numbers aligned right, long texts folded."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title_justify="left")
    lines = [list(row) for row in rows]
    for position, header in enumerate(headers):
        numbers = bool(lines) and all(_is_number(line[position]) for line in lines)
        made.add_column(plain(header), justify="right" if numbers else "left", overflow="fold")
    for line in lines:
        made.add_row(*map(_cell, line))
    return made


def _cell(value: object) -> Text:
    from rich.text import Text

    return Text("" if value is None else plain(str(value)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
