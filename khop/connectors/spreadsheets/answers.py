"""What the process that reads a workbook answers: lines of JSON, with cells in them.

An empty row is null. A type that JSON lacks is an object of one key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from khop.connectors.spreadsheets.model import Cell, CellError, TableRow

#: Exit codes of the process: its memory was not enough; the workbook has too much text.
NO_MEMORY, TOO_MUCH_TEXT = 3, 4
#: The longest answer, and all answers to one workbook, in bytes.
LONGEST_ANSWER, ALL_ANSWERS = 64 << 20, 1 << 30

_WRITTEN: Mapping[type, tuple[str, Callable[[Any], object]]] = {
    datetime: ("moment", datetime.isoformat),
    date: ("day", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("seconds", timedelta.total_seconds),
    CellError: ("error", lambda error: error.code),
}
_READ: Mapping[str, Callable[[Any], object]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
    "error": CellError,
}


def to_line(answer: object) -> bytes:
    """A line of JSON."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=_written)
    return text.encode() + b"\n"


def from_line(line: bytes) -> Any:
    """What a line says, with cells as they were. Raises ValueError, TypeError."""
    return json.loads(line, object_hook=_read)


def with_rows(rows: Sequence[TableRow], *, last: bool) -> dict[str, object]:
    """The answer with rows that follow each other. ``last``: no more come."""
    return {
        "first": rows[0].number if rows else 0,
        "width": max((len(row.cells) for row in rows), default=0),
        "rows": [None if row.cells.count("") == len(row.cells) else row.cells for row in rows],
        "spans": {at: list(row.spans.items()) for at, row in enumerate(rows) if row.spans},
        "last": last,
    }


def rows_of(answer: Mapping[str, Any]) -> list[TableRow]:
    """The rows in an answer of ``with_rows``. Raises KeyError, TypeError, ValueError."""
    number, spans = answer["first"], answer["spans"]
    empty: Sequence[Cell] = ("",) * answer["width"]
    return [
        TableRow(
            number + at,
            empty if cells is None else cells,
            dict(spans[str(at)]) if str(at) in spans else None,
        )
        for at, cells in enumerate(answer["rows"])
    ]


def _written(value: object) -> object:
    name, write = _WRITTEN[type(value)]
    return {name: write(value)}


def _read(value: dict[str, Any]) -> object:
    if len(value) == 1:
        ((name, content),) = value.items()
        if name in _READ:
            return _READ[name](content)
    return value
