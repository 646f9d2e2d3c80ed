"""The payload of a rejected row, in plain JSON, from which the row is read again.

Headers and cells are kept unchanged, so that a later version, or another column name in khop.toml,
can read them. The payload holds personal data and is stored encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khop.connectors.spreadsheets.model import Cell, CellError
from khop.errors import RecordError
from khop.mappings.paper.row_cells import RowCells, RowPlace
from khop.mappings.records import PaperKind

#: Types that JSON lacks: type -> name and writer.
_WRITTEN: Mapping[type, tuple[str, Any]] = {
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    time: ("time", time.isoformat),
    timedelta: ("seconds", timedelta.total_seconds),
    CellError: ("error", lambda error: error.code),
}
_READ: Mapping[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
    "error": CellError,
}


class _Payload(BaseModel):
    """A row and its headers."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    kind: str
    place: dict[str, str | int | bool | None]
    occurrence: Annotated[int, Field(ge=1)]
    headers: list[list[str]]
    cells: list[str | int | float | bool | dict[str, str | float]]
    version: Literal[1] = 1


def pack(kind: PaperKind, record: RowCells, occurrence: int) -> dict[str, Any]:
    """The payload of a row. ``occurrence``: its number among rows of equal base."""
    return {
        "version": 1,
        "kind": kind.value,
        "place": asdict(record.place),
        "occurrence": occurrence,
        "headers": [list(header) for header in record.layout.headers],
        "cells": [_written(cell) for cell in record.cells],
    }


def unpack(
    kind: PaperKind, payload: object
) -> tuple[RowPlace, int, Sequence[Sequence[str]], Sequence[Cell]]:
    """Place, number among rows of equal base, headers and cells. Raises RecordError."""
    try:
        read = _Payload.model_validate(payload)
        place = RowPlace(**read.place)  # type: ignore[arg-type]
        cells = [_cell(cell) for cell in read.cells]
    except (ValidationError, TypeError, ValueError, KeyError, OverflowError):
        raise RecordError("payload", "is no row of a table file") from None
    if read.kind != kind:
        raise RecordError("payload", f"is no row of a {kind} file")
    return place, read.occurrence, read.headers, cells


def _written(cell: Cell) -> object:
    if type(cell) not in _WRITTEN:
        return cell
    name, write = _WRITTEN[type(cell)]
    return {name: write(cell)}


def _cell(value: Any) -> Cell:
    if not isinstance(value, dict):
        read: Cell = value
        return read
    ((name, text),) = value.items()
    made: Cell = _READ[name](text)
    return made
