"""A table that fits the terminal: no code, date or number is ever broken.

::

    wide enough    a table; long texts are folded at spaces
    narrower       columns that may be left out are, one after another
    narrower yet   each row becomes a block of lines ``header: value``
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

#: A longer word (an address, the path of a file) may be broken.
_LONGEST_WORD = 40
#: Narrower than this, a column of sentences cannot be read.
_PROSE = 16
#: A space on each side of a cell and one between two columns; one on each side of the table.
_AROUND, _EDGES = 3, 1
_GAP = "  "


@dataclass(frozen=True, slots=True)
class FittedTable:
    """``rows``: one cell for each of ``headers``. ``optional``: positions of the columns that may
    be left out, the first one first. ``numbers``: positions of the columns of numbers."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Text]]
    optional: Sequence[int] = ()
    numbers: frozenset[int] = frozenset()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = list(range(len(self.headers)))
        for left_out in (None, *self.optional):
            shown = [place for place in shown if place != left_out]
            widths = self._widths(shown, options.max_width)
            if widths is not None:
                yield self._table(shown, widths)
                return
        yield from self._blocks(options.max_width)

    def _widths(self, shown: Sequence[int], room: int) -> list[int] | None:
        """The width of each column; None when even the narrowest table has no room."""
        least = [self._least(place) for place in shown]
        most = [max(low, self._most(place)) for low, place in zip(least, shown, strict=True)]
        free = room - _AROUND * len(shown) - _EDGES - sum(least)
        if free < 0:
            return None
        wanted = [high - low for high, low in zip(most, least, strict=True)]
        whole = sum(wanted)
        if whole <= free:
            return most
        return [low + free * more // whole for low, more in zip(least, wanted, strict=True)]

    def _least(self, place: int) -> int:
        words = [word for text in self._texts(place) for word in text.split()]
        longest = max(map(cell_len, words), default=1)
        return max(min(longest, _LONGEST_WORD), min(self._most(place), _PROSE), 1)

    def _most(self, place: int) -> int:
        return max(
            (cell_len(line) for text in self._texts(place) for line in text.splitlines()),
            default=1,
        )

    def _texts(self, place: int) -> Iterable[str]:
        yield self.headers[place]
        for row in self.rows:
            yield row[place].plain

    def _table(self, shown: Sequence[int], widths: Sequence[int]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, title_justify="left", expand=False)
        for place, width in zip(shown, widths, strict=True):
            justify = "right" if place in self.numbers else "left"
            table.add_column(
                self.headers[place],
                width=width,
                overflow="fold",
                justify=justify,  # type: ignore[arg-type]
            )
        for row in self.rows:
            table.add_row(*(row[place] for place in shown))
        return table

    def _blocks(self, room: int) -> Iterable[Text]:
        """Every column of every row; values that are empty are left out."""
        for row in self.rows:
            for header, value in zip(self.headers, row, strict=True):
                if value.plain:
                    yield _entry(header, value, room)
            yield Text("")


def _entry(header: str, value: Text, room: int) -> Text:
    """``header: value``; a value that does not fit beside its header begins on the next line."""
    label = Text(f"{header}: " if header else "", style="bold")
    first = max((cell_len(word) for word in value.plain.split()), default=0)
    if cell_len(label.plain) + first > room:
        return Text("\n").join([Text(label.plain.rstrip(), style="bold"), Text(_GAP) + value])
    return label + value
