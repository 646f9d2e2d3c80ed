"""The headers of a sheet: where its table begins, and what its columns mean.

Title rows come above the table. Headers take one to three rows, with groups above their parts::

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
#: The fewest known columns of a row that is taken as an attempt at headers.
_ATTEMPT = 2
_DATES = frozenset({"received", "due", "returned", "signed", "new_due", "finished"})
_PERSONS = frozenset({"applicant", "submitter", "recipient"})

#: Columns that are read; other known columns are ignored.
READ_COLUMNS = frozenset(
    {
        *("code", "received", "due", "returned", "signed", "new_due"),
        *("number", "symbol", "number_symbol", "number_signed"),
        *("applicant", "submitter", "identity", "birth"),
        *("unit", "issuer", "unit_code", "procedure"),
    }
)

#: The texts of one column's header, from the top down, without repetition.
Header = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a sheet.

    ``headers``: of every column. ``places``: meaning of a column -> its place. ``keys``: the
    header rows for comparison, to recognise them when a page repeats them. ``first``: index of
    the first row under the headers, among the rows searched.
    """

    headers: tuple[Header, ...]
    places: Mapping[str, int]
    keys: tuple[tuple[str, ...], ...] = ()
    first: int = 0

    def name(self, column: str) -> str:
        """The header of a column, as it is written in the sheet."""
        return shown(self.headers[self.places[column]])


def shown(header: Header) -> str:
    """A header in one line."""
    return " / ".join(header)


def find_layout(
    kind: str, rows: Sequence[TableRow], own: Mapping[str, str], where: str
) -> Layout | None:
    """The headers among the first rows of a sheet; None when no row looks like headers.

    ``own``: column -> the deployment's header for it. ``where``: the sheet, for messages. Raises
    ConfigError when a required header is missing, and when two headers mean the same column.
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
    """``rows`` read as headers, the number of titles ``skipped``, and the columns found."""

    rows: Sequence[TableRow]
    headers: tuple[Header, ...]
    places: Mapping[str, int]
    skipped: int = 0


def _is_meant(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> bool:
    """Whether incomplete headers look like an attempt at this kind of file."""
    typical = {*evidence_columns(kind), *subject_columns(kind), *own}
    return len(places) >= _ATTEMPT and not typical.isdisjoint(places)


def lay_out(kind: str, headers: Iterable[Sequence[str]], own: Mapping[str, str]) -> Layout:
    """The layout of given headers."""
    kept = tuple(tuple(header) for header in headers)
    return Layout(kept, _places(kind, kept, own))


def _best_of(kind: str, rows: Sequence[TableRow], own: Mapping[str, str]) -> _Found | None:
    """The fewest rows that, read as headers, give the most known columns."""
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
    """Without titles right above the headers, which do not change the columns found."""
    while len(found.rows) > 1 and not _read(kind, found.rows[:1], own).places:
        lower = _read(kind, found.rows[1:], own, found.skipped + 1)
        if lower.places != found.places:
            break
        found = lower
    return found


def _may_be_headers(row: TableRow) -> bool:
    """Whether all filled cells are text, and there is one."""
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
    """The texts of a header row; the cells of a merged cell after its first are empty."""
    texts = [clean_text(cell) if isinstance(cell, str) else "" for cell in row.cells]
    texts += [""] * (width - len(texts))
    for column, first in (row.spans or {}).items():
        if column != first:
            texts[column] = ""
    return texts


def _spread(upper: list[str], lower: list[str]) -> None:
    """Writes a group over each of its parts, since only its first cell has the text."""
    group, grouped = "", False
    for place, text in enumerate(upper):
        if text:
            group, grouped = text, bool(lower[place])
        elif lower[place] and grouped:
            upper[place] = group
        else:
            grouped = False


def _places(kind: str, headers: Sequence[Header], own: Mapping[str, str]) -> dict[str, int]:
    """Column -> the first place whose header means it; the deployment's names come first."""
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
    """The column of a part under a group: "" for one that is not used; None when the group does
    not decide it."""
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
    """The spellings of a header that are compared, the fullest first."""
    return (*_joined(header), header_key(header[-1])) if header else ()


def _missing(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> list[str]:
    """The columns that this kind of file needs and these headers lack."""
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
    """Raises ValueError for a name that is not one of ``READ_COLUMNS``."""
    for name in columns:
        if name not in READ_COLUMNS:
            near = get_close_matches(name, READ_COLUMNS, n=1)
            meant = (
                f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(READ_COLUMNS))}"
            )
            raise ValueError(f"{name!r} is no column; {meant}")


def is_header_again(layout: Layout, cells: Sequence[Cell]) -> bool:
    """Whether a row repeats the headers, as printed pages do."""
    filled = [(place, cell) for place, cell in enumerate(cells) if cell != ""]
    return any(_repeats(header, filled) for header in layout.keys)


def _repeats(header: Sequence[str], filled: Sequence[tuple[int, Cell]]) -> bool:
    """Whether all filled cells equal the header; most rows differ in the first one."""
    return len(filled) >= min(_ATTEMPT, sum(map(bool, header))) and all(
        isinstance(cell, str) and place < len(header) and header_key(cell) == header[place]
        for place, cell in filled
    )


def _key(cell: Cell) -> str:
    return header_key(cell) if isinstance(cell, str) else ""
