"""The headers of a sheet: where a table begins, and what its columns mean.

Title rows come above the table. Headers take one to three rows, with groups above their parts::

    SỔ THEO DÕI HỒ SƠ                        title
    Đơn vị: UBND xã Mẫu                      title
    STT | Mã hồ sơ | Ngày                    headers
        |          | Tiếp nhận | Hẹn trả     headers
    1   | H99…     | 08/10/2026 | …          rows
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.errors import ConfigError
from khop.mappings.codes.dossier import parse_code
from khop.mappings.paper.meanings import DATES, READ_COLUMNS, Header, meanings, shown
from khop.mappings.paper.words import (
    evidence_columns,
    header_key,
    header_words,
    is_blank,
    plain_words,
    subject_columns,
)
from khop.text.cleaning import clean_text

#: Rows at the top of a sheet among which the headers are looked for.
SEARCHED_ROWS = 60
_MOST_HEADER_ROWS = 3
#: Rows that are looked at to read headers: they, and the row below, which may belong to them.
HEADER_WINDOW = _MOST_HEADER_ROWS + 1
#: The fewest known columns of a row that is taken as an attempt at headers.
_ATTEMPT = 2
#: The fewest texts of a row that begins with "STT" to be headers, whatever the others are.
_FEWEST_WITH_ORDER = 3
_HAS_LETTERS = re.compile(r"[^\W\d_]")
_IS_DATED = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{2}")


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The columns of a table; two tables are never the same one.

    ``headers``: of every column. ``places``: meaning of a column -> its place. ``keys``: the
    header rows for comparison, to recognise them when a page repeats them. ``first``: index of
    the first row under the headers, among the rows searched; ``start``: of the first row of
    headers. ``refusal``: why the rows under these headers cannot be read.
    ``columns``: what each header means.
    """

    headers: tuple[Header, ...]
    places: Mapping[str, int]
    keys: tuple[tuple[str, ...], ...] = ()
    first: int = 0
    start: int = 0
    refusal: str | None = None
    columns: tuple[str | None, ...] = ()

    def name(self, column: str) -> str:
        """The header of a column, as it is written in the sheet."""
        return shown(self.headers[self.places[column]])

    @property
    def unknown(self) -> list[int]:
        """The places of headers that were not recognised."""
        named = zip(self.headers, self.columns, strict=True)
        return [place for place, (header, column) in enumerate(named) if header and not column]

    @property
    def summaries(self) -> list[int]:
        """The places of summaries; there may be several."""
        return [place for place, column in enumerate(self.columns) if column == "summary"]


def find_layout(
    kind: str, rows: Sequence[TableRow], own: Mapping[str, str], where: str
) -> Layout | None:
    """The headers among the first rows of a sheet; None when no row looks like headers.

    ``own``: column -> the deployment's header for it. ``where``: the sheet, for messages. Raises
    ConfigError when a required header is missing, and when two headers mean the same column.
    """
    attempt: _Found | None = None
    for start in range(len(rows)):
        found = _best_of(kind, rows[start : start + HEADER_WINDOW], own)
        if found is None:
            continue
        if not _missing(kind, found.places, own):
            if twice := _twice(found, own):
                raise ConfigError(twice, key=where)
            return found.layout(start)
        if attempt is None or len(found.places) > len(attempt.places):
            attempt = found
    if attempt is None or not _is_meant(kind, attempt.places, own):
        return None
    raise _incomplete(kind, attempt, own, where)


def next_layout(kind: str, rows: Sequence[TableRow], own: Mapping[str, str]) -> Layout | None:
    """The headers that begin with the first of these rows, below another table.

    Headers that cannot be read have a ``refusal``. None when the row is no row of headers.
    """
    found = _best_of(kind, rows[:HEADER_WINDOW], own)
    if found is None or found.skipped:
        return None
    present = {column: name for column, name in own.items() if column in found.places}
    if _missing(kind, found.places, present):
        if not _may_be_other_headers(kind, found, rows[0], own):
            return None
        return found.layout(0, str(_incomplete(kind, found, present)))
    return found.layout(0, _twice(found, own))


@dataclass(frozen=True, slots=True)
class _Found:
    """``rows`` read as headers, the number of titles ``skipped``, and the columns found.

    ``columns``: what each header means, ``places``: the first place of each meaning.
    """

    rows: Sequence[TableRow]
    headers: tuple[Header, ...]
    columns: Sequence[str | None]
    places: Mapping[str, int]
    skipped: int = 0

    def layout(self, start: int, refusal: str | None = None) -> Layout:
        keys = tuple(tuple(map(_key, row.cells)) for row in self.rows)
        begin = start + self.skipped
        first = begin + len(self.rows)
        columns = tuple(self.columns)
        return Layout(self.headers, self.places, keys, first, begin, refusal, columns)


def _is_meant(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> bool:
    """Whether incomplete headers look like an attempt at this kind of file."""
    typical = {*evidence_columns(kind), *subject_columns(kind), *own}
    return len(places) >= _ATTEMPT and not typical.isdisjoint(places)


def _may_be_other_headers(kind: str, found: _Found, row: TableRow, own: Mapping[str, str]) -> bool:
    """Whether incomplete headers inside a sheet are headers, and no row of texts."""
    if _is_meant(kind, found.places, own):
        return True
    return "order" in found.places and sum(cell != "" for cell in row.cells) >= _FEWEST_WITH_ORDER


def lay_out(kind: str, headers: Iterable[Sequence[str]], own: Mapping[str, str]) -> Layout:
    """The layout of given headers."""
    kept = tuple(tuple(header) for header in headers)
    columns = meanings(kind, kept, own)
    return Layout(kept, _places(columns), columns=columns)


def lacks(kind: str, layout: Layout) -> str | None:
    """The columns that this kind of file needs and a layout has not, in one line."""
    return " and ".join(_missing(kind, layout.places, {})) or None


def _best_of(kind: str, rows: Sequence[TableRow], own: Mapping[str, str]) -> _Found | None:
    """The rows from the first on that, read as headers, give the most known columns."""
    best: _Found | None = None
    for depth in range(1, min(len(rows), _MOST_HEADER_ROWS) + 1):
        if not _may_be_headers(rows[depth - 1]):
            break
        if _goes_on(kind, rows, depth):
            continue
        found = _read(kind, rows[:depth], own)
        if found.places and (best is None or len(found.places) > len(best.places)):
            best = found
    return _without_titles(kind, best, own) if best else None


def _goes_on(kind: str, rows: Sequence[TableRow], depth: int) -> bool:
    """Whether the row under the first ``depth`` rows has the parts of their groups."""
    return (
        depth < len(rows)
        and _may_be_headers(rows[depth])
        and _has_parts(kind, rows[depth - 1], rows[depth])
    )


def _has_parts(kind: str, upper: TableRow, lower: TableRow) -> bool:
    """Whether the texts of a row stand below groups of the row above, and nothing else does.

    A group of several parts has one text above them; a part by itself has a word of headers.
    """
    width = max(len(upper.cells), len(lower.cells))
    above, below = _line(upper, width), _line(lower, width)
    parts = [place for place, text in enumerate(below) if text and text != above[place]]
    # Remarks on how a column is to be filled in may stand beside the parts of another.
    parts = [place for place in parts if not below[place].startswith(("(", "["))] or parts
    heads = _heads(upper, above, below)
    if not parts or any(heads[place] is None for place in parts):
        return False
    words = header_words(kind).keys() | plain_words("date") | plain_words("person")
    known = [header_key(below[place]) in words for place in parts]
    grouped = [heads[place] for place in parts]
    several = any(grouped.count(head) > 1 for head in grouped)
    if all(known) or (several and any(known)) or (several and bool(upper.spans)):
        return True
    return _tells_of_days(kind, [above[head or 0] for head in heads], below, parts)


def _tells_of_days(
    kind: str, heads: Sequence[str], below: Sequence[str], parts: Sequence[int]
) -> bool:
    """Whether words stand below headers of days, and elsewhere nothing but remarks in brackets:
    "Hẹn" below "Ngày trả". A row has a day, a code or a number there."""
    days = {key for key, column in header_words(kind).items() if column in DATES}
    days |= plain_words("date") | plain_words("short_reception") | plain_words("short_return")
    of_days = {place for place in parts if header_key(heads[place]) in days}
    remarks = {place for place in parts if below[place].startswith(("(", "["))}
    blank = any(is_blank(below[place]) for place in parts)
    return bool(of_days) and (of_days | remarks).issuperset(parts) and not blank


def _read(kind: str, rows: Sequence[TableRow], own: Mapping[str, str], skipped: int = 0) -> _Found:
    headers = _headers(rows)
    columns = meanings(kind, headers, own)
    return _Found(rows, headers, columns, _places(columns), skipped)


def _places(columns: Sequence[str | None]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, column in enumerate(columns):
        if column is not None:
            places.setdefault(column, place)
    return places


def _without_titles(kind: str, found: _Found, own: Mapping[str, str]) -> _Found:
    """Without titles right above the headers, which do not change what the columns mean."""
    while len(found.rows) > 1:
        lower = _read(kind, found.rows[1:], own, found.skipped + 1)
        same = lower.columns == found.columns or _is_title(kind, found.rows[0])
        if not same or _goes_down(found.rows[0], found.rows[1]):
            break
        found = lower
    return found


def _is_title(kind: str, row: TableRow) -> bool:
    """Whether a row has no word of headers, so that it is no row of groups."""
    known = header_words(kind)
    return not any(_key(cell) in known or _key(cell) in plain_words("date") for cell in row.cells)


def _goes_down(upper: TableRow, lower: TableRow) -> bool:
    """Whether a text of the upper row stands below itself too, since its cell was merged."""
    return any(
        cell != "" and cell in lower.cells[place : place + 1]
        for place, cell in enumerate(upper.cells)
    )


def _may_be_headers(row: TableRow) -> bool:
    """Whether all filled cells are words, and there is one."""
    filled = [cell for cell in row.cells if cell != ""]
    return bool(filled) and all(isinstance(cell, str) and _is_words(cell) for cell in filled)


def _is_words(text: str) -> bool:
    """Whether a text is neither a number, nor a day, nor a code."""
    if text.strip() in ("", "#"):
        return True
    if not _HAS_LETTERS.search(text) or _IS_DATED.search(text):
        return False
    return not text[-1].isdigit() or parse_code(text).grammar is None


def _headers(rows: Sequence[TableRow]) -> tuple[Header, ...]:
    width = max(len(row.cells) for row in rows)
    lines = [_line(row, width) for row in rows]
    for (row, upper), (_, lower) in pairwise(zip(rows, lines, strict=True)):
        for place, head in enumerate(_heads(row, upper, lower)):
            if head is not None and lower[place]:
                upper[place] = upper[head]
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


def _heads(row: TableRow, upper: Sequence[str], lower: Sequence[str]) -> list[int | None]:
    """For each place the place of the text above it; a group has its text in the first cell."""
    spans = row.spans or {}
    wide = {first for place, first in spans.items() if place != first}
    heads: list[int | None] = []
    group: int | None = None
    for place, text in enumerate(upper):
        if text:
            group = place if lower[place] or place in wide else None
            heads.append(place)
            continue
        if (group in wide and spans.get(place) != group) or (
            group not in wide and not lower[place]
        ):
            group = None
        heads.append(group)
    return heads


def _missing(kind: str, places: Mapping[str, int], own: Mapping[str, str]) -> list[str]:
    """The columns that this kind of file needs and these headers lack."""
    named = [column for column in own if column not in places]
    groups = [
        f"one of {', '.join(group)}" if len(group) > 1 else group[0]
        for group in dict.fromkeys((evidence_columns(kind), subject_columns(kind)))
        if not any(column in places or column in named for column in group)
    ]
    return [*groups, *named]


def _twice(found: _Found, own: Mapping[str, str]) -> str | None:
    """What is wrong with two headers that mean the same column."""
    again = {
        place: column
        for place, column in enumerate(found.columns)
        if column in READ_COLUMNS and column not in own and found.places[column] != place
    }
    if not again:
        return None
    place, column = next(iter(again.items()))
    first = found.places[column]
    one, other = shown(found.headers[first]), shown(found.headers[place])
    if len(set(again.values())) > 1 and all(found.places[each] < place for each in again.values()):
        reason = (
            f"two tables stand side by side: {one!r} is column {first + 1}, and {other!r} is "
            f"column {place + 1}; put the second table below the first, or on a sheet of its own"
        )
    else:
        reason = (
            f"the headers {one!r} (column {first + 1}) and {other!r} (column {place + 1}) both "
            f"mean {column}; name one of them in khop.toml: [sources.NAME.columns] {column} = "
            '"its header", or rename the other'
        )
    return reason


def _incomplete(kind: str, found: _Found, own: Mapping[str, str], where: str = "") -> ConfigError:
    known = ", ".join(
        f"{shown(found.headers[place])!r} ({column})" for column, place in found.places.items()
    )
    missing = _missing(kind, found.places, own)
    example = missing[-1].removeprefix("one of ").split(",")[0]
    return ConfigError(
        f"its headers lack {' and '.join(missing)}; recognised in row {found.rows[0].number}: "
        f"{known}. Name the column in khop.toml: [sources.NAME.columns] {example} = "
        '"its header in the file"',
        key=where,
    )


def is_header_again(layout: Layout, cells: Sequence[Cell]) -> bool:
    """Whether a row repeats the headers, as printed pages do."""
    filled = [(place, cell) for place, cell in enumerate(cells) if cell != ""]
    return any(_repeats(header, filled) for header in layout.keys)


def _repeats(header: Sequence[str], filled: Sequence[tuple[int, Cell]]) -> bool:
    """Whether all filled cells equal the header; most rows differ in the first one."""
    return len(filled) >= min(_ATTEMPT, sum(map(bool, header))) and all(
        isinstance(cell, str)
        and place < len(header)
        and not cell.isdecimal()  # as numbers in order are
        and header_key(cell) == header[place]
        for place, cell in filled
    )


def _key(cell: Cell) -> str:
    return header_key(cell) if isinstance(cell, str) else ""
