"""Where the table of a sheet begins, and what its columns are.

Above the table stand title rows; its headers take one to three rows, groups above their parts::

    SỔ THEO DÕI HỒ SƠ                        title
    Đơn vị: UBND xã Mẫu                      title
    STT | Mã hồ sơ | Ngày                    headers
        |          | Tiếp nhận | Hẹn trả     headers
    1   | H99…     | 08/10/2026 | …          rows
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.errors import ConfigError
from khop.mappings.paper.words import (
    evidence_columns,
    header_key,
    header_words,
    plain_words,
    subject_columns,
)
from khop.text.cleaning import clean_text

#: Rows at the top of a sheet among which the headers are looked for.
SEARCHED_ROWS = 60
_MOST_HEADER_ROWS = 3
#: Columns known of a row that is taken for an attempt at headers.
_ATTEMPT = 2
_DATES = frozenset({"received", "due", "returned", "signed", "new_due", "finished"})
_PERSONS = frozenset({"applicant", "submitter", "recipient"})

#: Columns that rows are read from; the others are known and left out.
READ_COLUMNS = frozenset(
    {
        *("code", "received", "due", "returned", "signed", "new_due"),
        *("number", "symbol", "number_symbol", "number_signed"),
        *("applicant", "submitter", "identity", "birth"),
        *("unit", "issuer", "unit_code", "procedure"),
    }
)

#: The texts of a header from the top down, without repetition.
Header = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """``headers``: of every column. ``places``: column's meaning -> its place. ``keys``: the
    header rows as compared, to know them again on the next page. ``first``: index, among the
    rows searched, of the first row under the headers."""

    headers: tuple[Header, ...]
    places: Mapping[str, int]
    keys: tuple[tuple[str, ...], ...] = ()
    first: int = 0

    def name(self, column: str) -> str:
        """The header of a column, as a person finds it."""
        return shown(self.headers[self.places[column]])


def shown(header: Header) -> str:
    """A header in one line."""
    return " / ".join(header)


def find_layout(
    kind: str, rows: Sequence[TableRow], own: Mapping[str, str], where: str
) -> Layout | None:
    """The headers among the first rows of a sheet; None when nothing there looks like any.

    ``own``: the deployment's name for a column. ``where``: the sheet, for messages. Raises
    ConfigError for headers of which one that is needed is missing, and for two that mean the
    same.
    """
    attempt: _Found | None = None
    for start in range(len(rows)):
        found = _best_of(kind, rows[start : start + _MOST_HEADER_ROWS], own)
        if found is None:
            continue
        if not _missing(kind, found.places, own):
            _refuse_twice(kind, found, own, where)
            keys = tuple(tuple(map(_key, row.cells)) for row in found.rows)
            first = start + found.skipped + len(found.rows)
            return Layout(found.headers, found.places, keys, first)
        if attempt is None or len(found.places) > len(attempt.places):
            attempt = found
    if attempt is None or not _is_meant(kind, attempt.places, own):
        return None
    raise ConfigError(_incomplete(kind, attempt, own), key=where)


@dataclass(frozen=True, slots=True)
class _Found:
    """``rows`` read as headers, ``skipped`` titles before them, and what they mean."""

    rows: Sequence[TableRow]
    headers: tuple[Header, ...]
    places: Mapping[str, int]
    skipped: int = 0


def _is_meant(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> bool:
    """Whether headers that do not suffice were meant for this kind of file."""
    telling = {*evidence_columns(kind), *subject_columns(kind), *own}
    return len(places) >= _ATTEMPT and not telling.isdisjoint(places)


def lay_out(kind: str, headers: Iterable[Sequence[str]], own: Mapping[str, str]) -> Layout:
    """The layout of headers that are known."""
    kept = tuple(tuple(header) for header in headers)
    return Layout(kept, _places(kind, kept, own))


def _best_of(kind: str, rows: Sequence[TableRow], own: Mapping[str, str]) -> _Found | None:
    """The fewest header rows that know the most columns."""
    best: _Found | None = None
    for depth in range(1, len(rows) + 1):
        if not all(map(_may_be_headers, rows[:depth])):
            break
        found = _read(kind, rows[:depth], own)
        if found.places and (best is None or len(found.places) > len(best.places)):
            best = found
    return _without_titles(kind, best, own) if best else None


def _read(kind: str, rows: Sequence[TableRow], own: Mapping[str, str], skipped: int = 0) -> _Found:
    headers = _headers(rows)
    return _Found(rows, headers, _places(kind, headers, own), skipped)


def _without_titles(kind: str, found: _Found, own: Mapping[str, str]) -> _Found:
    """Titles that stand right above the headers change nothing of what these mean."""
    while len(found.rows) > 1 and not _read(kind, found.rows[:1], own).places:
        lower = _read(kind, found.rows[1:], own, found.skipped + 1)
        if lower.places != found.places:
            break
        found = lower
    return found


def _may_be_headers(row: TableRow) -> bool:
    """Text alone, and some of it."""
    filled = [cell for cell in row.cells if cell != ""]
    return bool(filled) and all(isinstance(cell, str) for cell in filled)


def _headers(rows: Sequence[TableRow]) -> tuple[Header, ...]:
    width = max(len(row.cells) for row in rows)
    lines = [_line(row, width) for row in rows]
    for upper, lower in pairwise(lines):
        _spread(upper, lower)
    columns = zip(*lines, strict=True)
    return tuple(tuple(dict.fromkeys(filter(None, column))) for column in columns)


def _line(row: TableRow, width: int) -> list[str]:
    """The texts of a header row. What continues a merged cell has none, unless parts follow."""
    texts = [clean_text(cell) if isinstance(cell, str) else "" for cell in row.cells]
    texts += [""] * (width - len(texts))
    for column, first in (row.spans or {}).items():
        if column != first:
            texts[column] = ""
    return texts


def _spread(upper: list[str], lower: list[str]) -> None:
    """A group stands over each of its parts, although only its first cell is written."""
    group, grouped = "", False
    for place, text in enumerate(upper):
        if text:
            group, grouped = text, bool(lower[place])
        elif lower[place] and grouped:
            upper[place] = group
        else:
            grouped = False


def _places(kind: str, headers: Sequence[Header], own: Mapping[str, str]) -> dict[str, int]:
    """Column -> the first place whose header means it; the deployment's names go first."""
    places: dict[str, int] = {}
    for column, name in own.items():
        key = header_key(name)
        found = (place for place, header in enumerate(headers) if key in _readings(header))
        if (place := next(found, None)) is not None:
            places[column] = place
    taken = set(places.values())
    for place, header in enumerate(headers):
        column_meant = _meaning(kind, header)
        if place not in taken and column_meant and column_meant not in own:
            places.setdefault(column_meant, place)
    return places


def _meaning(kind: str, header: Header) -> str | None:
    known = header_words(kind)
    if len(header) > 1 and (group := _grouped(known, header)) is not None:
        return group or None
    return next((known[key] for key in _readings(header) if key in known), None)


def _grouped(known: Mapping[str, str], header: Header) -> str | None:
    """What a part under a group of known meaning is: "" for nothing of use; None when the
    group says nothing of it."""
    whole = next((known[key] for key in _joined(header) if key in known), None)
    if whole is not None:
        return whole
    group, part = known.get(header_key(header[-2])), header_key(header[-1])
    if group in _DATES and part in plain_words("date"):
        return group
    if group in _PERSONS and part in plain_words("person"):
        return group
    return "" if group in _DATES or group == "recipient" else None


def _joined(header: Header) -> tuple[str, ...]:
    return (
        header_key(" ".join(header)),
        header_key(" ".join(reversed(header))),
        header_key(" ".join(header[-2:])),
        header_key(" ".join(reversed(header[-2:]))),
    )


def _readings(header: Header) -> tuple[str, ...]:
    """The ways a header may be written, the fullest first."""
    return (*_joined(header), header_key(header[-1])) if header else ()


def _missing(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> list[str]:
    """What a file of this kind needs and these headers do not have."""
    named = [column for column in own if column not in places]
    groups = [
        f"one of {', '.join(group)}" if len(group) > 1 else group[0]
        for group in dict.fromkeys((evidence_columns(kind), subject_columns(kind)))
        if not any(column in places or column in named for column in group)
    ]
    return [*groups, *named]


def _refuse_twice(kind: str, found: _Found, own: Mapping[str, str], where: str) -> None:
    taken = set(found.places.values())
    for place, header in enumerate(found.headers):
        column = _meaning(kind, header)
        if column not in READ_COLUMNS or column in own or place in taken:
            continue
        first = found.places[column]
        raise ConfigError(
            f"the headers {shown(found.headers[first])!r} (column {first + 1}) and "
            f"{shown(header)!r} (column {place + 1}) both mean {column}; name one of them in "
            f'khop.toml: [sources.NAME.columns] {column} = "its header", or rename the other',
            key=where,
        )


def _incomplete(kind: str, found: _Found, own: Mapping[str, str]) -> str:
    known = ", ".join(
        f"{shown(found.headers[place])!r} ({column})" for column, place in found.places.items()
    )
    missing = _missing(kind, found.places, own)
    example = missing[-1].removeprefix("one of ").split(",")[0]
    return (
        f"its headers lack {' and '.join(missing)}; recognised in row {found.rows[0].number}: "
        f"{known}. Name the column in khop.toml: [sources.NAME.columns] {example} = "
        '"its header in the file"'
    )


def refuse_unknown_columns(columns: Iterable[str]) -> None:
    """Raises ValueError for a name that is no column rows are read from."""
    for name in columns:
        if name not in READ_COLUMNS:
            near = get_close_matches(name, READ_COLUMNS, n=1)
            meant = (
                f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(READ_COLUMNS))}"
            )
            raise ValueError(f"{name!r} is no column; {meant}")


def is_header_again(layout: Layout, cells: Sequence[Cell]) -> bool:
    """Whether a row repeats the headers, as on each printed page."""
    filled = [(place, cell) for place, cell in enumerate(cells) if cell != ""]
    return any(_repeats(header, filled) for header in layout.keys)


def _repeats(header: Sequence[str], filled: Sequence[tuple[int, Cell]]) -> bool:
    """The first cell that differs ends it: nearly every row is told by that."""
    return len(filled) >= min(_ATTEMPT, sum(map(bool, header))) and all(
        isinstance(cell, str) and place < len(header) and header_key(cell) == header[place]
        for place, cell in filled
    )


def _key(cell: Cell) -> str:
    return header_key(cell) if isinstance(cell, str) else ""
