"""Numbers of dossiers in cells: 12, 12.0, ``1.234``; nothing else is a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.cells import read_text, unpowered, whole_number

#: The number columns of form II.06a, from column 3 to column 13.
AMOUNTS = (
    *("received_all", "received_online", "received_otherwise", "carried_over"),
    *("ended_all", "ended_early", "ended_on_time", "ended_late"),
    *("open_all", "open_in_time", "open_late"),
)
_LIKE_A_NUMBER = re.compile(r"[0-9][0-9.,\s]*", re.ASCII)
#: More dossiers than a country has; a code or a telephone that slipped into the column.
_MOST = 10**8
_LONGEST = len(str(_MOST)) + 1
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,\s])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_NO_NUMBER = "is no number of dossiers; write digits alone"


def read_amount(cell: Cell, field: str) -> int | None:
    """A number of dossiers; None for an empty cell and for a dash. Raises RecordError."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        text = whole_number(cell, field)
    else:
        text = unpowered(read_text(cell, field), field)
    if not text:
        return None
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[.,\s]", "", text)
    if not (text.isascii() and text.isdecimal()) or int(text[:_LONGEST]) >= _MOST:
        raise RecordError(field, _NO_NUMBER)
    return int(text)


def has_amount(cells: Sequence[Cell], places: Iterable[int]) -> bool:
    """Whether one of these cells has a number."""
    width = len(cells)
    return any(place < width and _is_like_a_number(cells[place]) for place in places)


def _is_like_a_number(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _LIKE_A_NUMBER.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float) and not isinstance(cell, bool)
