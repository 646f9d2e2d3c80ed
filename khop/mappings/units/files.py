"""Tables of units and of their relations, read from files (docs/domain.md, Codes).

``provinces``       the packaged table: the 34 provinces of today and the 63 before them
``load_units``      a province's own: one TOML file, or a CSV file of units and one of relations
``units_of_rows``   the same from rows that were parsed elsewhere

An error names file, row and column. Rows of a CSV file are counted as a spreadsheet shows them, so
the headers are row 1; entries of a TOML file are counted from 1.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from khop.errors import ConfigError
from khop.mappings.facts.csv_rows import csv_lines
from khop.mappings.facts.packaged import load_table
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind, UnitLevel
from khop.text.cleaning import clean_text, fold_label

_UNIT, _RELATION = "unit", "relation"
#: What a TOML file may have at its top; ``source`` is a note.
_TABLES = (_UNIT, _RELATION, "source")
#: A row with its place for messages, such as ``units.csv row 3``.
Row = tuple[str, Mapping[str, Any]]


@cache
def provinces() -> UnitHistory:
    """The provinces before and after 1 July 2025, from ``data/provinces.toml``.

    The id of a present province is its level-1 code (``H05``); that of an ended one has ``-63``
    after it.
    """
    return _of_tables("provinces.toml", load_table("provinces"))


def load_units(units: Path, relations: Path | None = None) -> UnitHistory:
    """A province's own table.

    ``units`` is a TOML file with ``[[unit]]`` and ``[[relation]]``, or a CSV file (UTF-8, comma,
    semicolon or tab) with a header row; ``relations`` a second CSV file. Columns and words are
    those of ``data/unit_files.toml``. Raises ConfigError with file, row and column.
    """
    if units.suffix.lower() == ".toml":
        if relations is not None:
            raise ConfigError("a TOML file holds the relations too", key=relations.name)
        return _of_tables(units.name, _toml(units))
    return units_of_rows(_csv(units, _UNIT), _csv(relations, _RELATION) if relations else ())


def units_of_rows(units: Iterable[Row], relations: Iterable[Row] = ()) -> UnitHistory:
    """Units and relations from pairs of (place for messages, values by column name).

    Raises ConfigError.
    """
    read = [_unit(_Cells(where, row, _UNIT)) for where, row in units]
    arrows = [each for where, row in relations for each in _relations(where, row)]
    return UnitHistory(read, arrows)


def _unit(cells: _Cells) -> OrgUnit:
    return OrgUnit(
        id=cells.needed("id"),
        name=cells.needed("name"),
        codes=tuple(cells.texts("codes")),
        level=_level(cells),
        statistics_code=cells.text("statistics_code"),
        valid_from=cells.day("valid_from"),
        valid_to=cells.day("valid_to"),
        source=cells.text("source"),
        origin=cells.where,
    )


def _relations(where: str, row: Mapping[str, Any]) -> Iterator[OrgRelation]:
    """The relations of a row; it may name several units on either side, each related to each."""
    cells = _Cells(where, row, _RELATION)
    kind = _kind(cells)
    effective = cells.day("effective") or cells.refuse("effective", "is missing")
    procedures = frozenset(cells.texts("procedures"))
    basis = cells.text("legal_basis")
    after: Sequence[str | None] = cells.texts("to") or [None]
    for one in cells.texts("from") or cells.refuse("from", "is missing"):
        for other in after:
            yield OrgRelation(one, other, kind, effective, procedures, basis, cells.where)


def _kind(cells: _Cells) -> RelationKind:
    kinds = _words("kinds")
    word = cells.needed("kind")
    if kind := kinds.get(fold_label(word)):
        return RelationKind(kind)
    cells.refuse("kind", f"{word!r} is none of {', '.join(kinds)}")


def _level(cells: _Cells) -> UnitLevel | None:
    word = cells.text("level", number=True)
    if not word:
        return None
    levels = _words("levels")
    if level := levels.get(fold_label(word)):
        return UnitLevel(int(level))
    cells.refuse("level", f"{word!r} is none of {', '.join(levels)}")


class _Cells:
    """The values of one row, each read as the type of its column."""

    def __init__(self, where: str, row: Mapping[str, Any], table: str) -> None:
        self.where = where
        known = load_table("unit_files")["columns"][table]
        for column in row:
            if column not in known:
                self.refuse(str(column), f"is no column of a {table}{_nearest(column, known)}")
        self._row = row

    def refuse(self, column: str, why: str) -> NoReturn:
        raise ConfigError(why, key=f"{self.where} {column}")

    def text(self, column: str, *, number: bool = False) -> str:
        """The text of a cell, "" for none. ``number``: a whole number is accepted too."""
        value = self._row.get(column)
        if number and type(value) is int:
            return str(value)
        return self._text(column, "" if value is None else value)

    def needed(self, column: str) -> str:
        return self.text(column) or self.refuse(column, "is missing")

    def texts(self, column: str) -> list[str]:
        """The texts of a cell that may hold several; none of them blank."""
        value = self._row.get(column)
        if isinstance(value, str):
            separator: str = load_table("unit_files")["list_separator"]
            value = value.split(separator) if value.strip() else []
        elif value is None:
            value = []
        elif not isinstance(value, Sequence):
            self.refuse(column, "is not text or a list of texts; put it in quotes")
        texts = [self._text(column, each) for each in value]
        return texts if all(texts) else self.refuse(column, "has a blank entry")

    def day(self, column: str) -> date | None:
        """A day; None when the cell is empty."""
        value = self._row.get(column)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        text = self.text(column)
        return _day(text) or self.refuse(column, _NO_DAY) if text else None

    def _text(self, column: str, value: object) -> str:
        if isinstance(value, str):
            return clean_text(value)
        self.refuse(column, "is not text; put it in quotes")


_NO_DAY = "is not a day that exists; write it like 2025-07-01 or 01/07/2025"


def _day(text: str) -> date | None:
    for form in load_table("unit_files")["date_formats"]:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            pass
    return None


def _of_tables(name: str, tables: Mapping[str, Any]) -> UnitHistory:
    for key in tables:
        if key not in _TABLES:
            raise ConfigError(
                f"is no table of this file{_nearest(key, _TABLES)}", key=f"{name} {key}"
            )
    return units_of_rows(_entries(name, tables, _UNIT), _entries(name, tables, _RELATION))


def _entries(name: str, tables: Mapping[str, Any], table: str) -> Iterator[Row]:
    entries = tables.get(table, [])
    if not isinstance(entries, list):
        raise ConfigError(f"write each {table} under [[{table}]]", key=f"{name} {table}")
    for place, entry in enumerate(entries, 1):
        where = f"{name} {table} {place}"
        if not isinstance(entry, dict):
            raise ConfigError(f"is not a table; write it under [[{table}]]", key=where)
        yield where, entry


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}", key=path.name) from None


def _csv(path: Path, table: str) -> Iterator[Row]:
    lines = csv_lines(path)
    headers = _headers(path.name, next(lines, []), table)
    for place, cells in enumerate(lines, 2):
        where = f"{path.name} row {place}"
        if len(cells) > len(headers):
            raise ConfigError("has more cells than there are headers", key=where)
        if cells:
            yield where, dict(zip(headers, cells, strict=False))


def _headers(name: str, cells: Sequence[str], table: str) -> list[str]:
    """The columns of the headers. Raises ConfigError for an unknown or repeated one."""
    known = _words("columns", table)
    read: list[str] = []
    if not cells:
        raise ConfigError("has no headers; name the columns in its first row", key=f"{name} row 1")
    for header in cells:
        where = f"{name} row 1 {clean_text(header)}".rstrip()
        column = known.get(fold_label(header))
        if column is None:
            raise ConfigError(f"is no column of a {table}{_nearest(header, known)}", key=where)
        if column in read:
            raise ConfigError(f"is a second column for {column}; keep one", key=where)
        read.append(column)
    return read


def _nearest(word: object, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(fold_label(str(word)), known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


@cache
def _words(*path: str) -> Mapping[str, str]:
    """Each word of a list, folded -> its key."""
    table = load_table("unit_files")
    for step in path:
        table = table[step]
    return {fold_label(word): key for key, words in table.items() for word in words}
