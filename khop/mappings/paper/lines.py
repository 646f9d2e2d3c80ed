"""Lines of a sheet that are not rows of its table: empty lines, sums, signatures, sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from khop.connectors.spreadsheets.model import Cell, TableRow
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.written import written_code
from khop.mappings.identity import fold_name
from khop.mappings.paper.headers import Layout, is_header_again
from khop.mappings.paper.words import folded, words
from khop.text.cleaning import clean_text

_COLUMN_NUMBER = re.compile(r"[(\[]?([0-9]{1,2})(?:\.0)?[)\]]?(?:\s*=.*)?")
_FEWEST_COLUMN_NUMBERS = 3
_DAY_ALONE = re.compile(
    r"ngay[\s.…]*\d{0,2}[\s.…]*thang[\s.…]*\d{0,2}[\s.…]*nam[\s.…]*\d{0,4}[\s.…]*"
)
_ROMAN = re.compile(r"[IVX]+\s*[.)\-–:/]|[A-Z]\s*[.)]\s")
#: Longer texts are not labels.
_LONGEST_LINE = 300
#: Place and date under a table, above the signatures: "Mẫu, ngày 30 tháng 9 năm 2026".
_PLACE_AND_DAY = re.compile(
    r".{1,60}[\s,.…]ngay[\s.…]*\d{0,2}[\s.…]*thang[\s.…]*\d{0,2}[\s.…]*nam.*"
)


class Line(Enum):
    """The kinds of lines under the headers. ``LOOSE``: a row, unless it is among signatures."""

    ROW = auto()
    LOOSE = auto()
    EMPTY = auto()
    HEADERS = auto()
    NUMBERS = auto()
    TOTAL = auto()
    SIGNATURE = auto()
    SECTION = auto()


def proof_columns(layout: Layout) -> list[tuple[str, int]]:
    """The columns that prove a line to be a row, with their places; the quickest first."""
    return [(name, layout.places[name]) for name in _PROOF_COLUMNS if name in layout.places]


def line_kind(row: TableRow, layout: Layout, proofs: Sequence[tuple[str, int]]) -> Line:
    """The kind of a line. ``proofs``: from ``proof_columns``.

    A line with a code, an identity number or a date in its column is always a row.
    """
    cells, width = row.cells, len(row.cells)
    if any(_proves_a_row(column, cells[place]) for column, place in proofs if place < width):
        return Line.HEADERS if is_header_again(layout, cells) else Line.ROW
    filled = [cell for cell in cells if not isinstance(cell, str) or cell.strip()]
    order = layout.places.get("order", width)
    if not filled or (len(filled) == 1 and order < width and cells[order] == filled[0]):
        return Line.EMPTY
    if is_header_again(layout, cells):
        return Line.HEADERS
    return Line.NUMBERS if _are_column_numbers(filled) else _other_line(filled)


def names_a_code(cell: Cell) -> bool:
    """Whether a cell in a column of codes is meant as a code, not as a sum or column number."""
    if not isinstance(cell, str):
        return isinstance(cell, bool) or not isinstance(cell, int | float) or cell > _LARGEST_COUNT
    text = clean_text(cell)
    if not text or _COLUMN_NUMBER.fullmatch(text):
        return False
    return not (_begins(text, "totals", whole=True) or _is_signature([text]))


def _other_line(filled: Sequence[Cell]) -> Line:
    texts = [clean_text(cell) for cell in filled if isinstance(cell, str)]
    distinct = list(dict.fromkeys(text for text in texts if len(text) <= _LONGEST_LINE))
    if not distinct:
        return Line.LOOSE
    if _begins(distinct[0], "totals", whole=True):
        return Line.TOTAL
    if _is_signature(distinct):
        return Line.SIGNATURE
    if len(distinct) == 1 and len(texts) == len(filled) and _is_section(distinct[0]):
        return Line.SECTION
    return Line.LOOSE


def _is_signature(texts: Sequence[str]) -> bool:
    """Whether the texts are a signature, or the place and day of signing."""
    if any(_begins(text, "signatures", whole=True) for text in texts):
        return True
    alone = len(texts) == 1 and _DAY_ALONE.fullmatch(fold_name(texts[0])) is not None
    return alone or any(map(_is_place_and_day, texts))


def _is_place_and_day(text: str) -> bool:
    """``Mẫu, ngày 30 tháng 9 năm 2026``, also with dots to be filled in."""
    if len(text) > _LONGEST_LINE or text[0].isdigit():
        return False
    return _PLACE_AND_DAY.fullmatch(fold_name(text)) is not None


def unit_in_titles(rows: Sequence[TableRow]) -> tuple[str | None, str | None]:
    """The unit and its code in title lines: ``Đơn vị: UBND xã Mẫu``."""
    name = code = None
    for row in rows:
        found = _labelled(row.cells)
        name, code = found[0] or name, found[1] or code
    return name, code


def unit_or_code(text: str | None) -> tuple[str | None, str | None]:
    """A written unit as (name, None), or as (None, code)."""
    if not text:
        return None, None
    return (None, text) if parse_organisation(text).levels else (text, None)


def _labelled(cells: Sequence[Cell]) -> tuple[str | None, str | None]:
    """The unit and code after a label, in its cell or in the next one."""
    texts = list(dict.fromkeys(clean_text(c) for c in cells if isinstance(c, str) and c.strip()))
    for place, text in enumerate(texts):
        label, colon, value = text.partition(":")
        following = texts[place + 1] if place + 1 < len(texts) else ""
        value = value.strip() or (following if colon else "")
        key = folded(label) if colon and len(text) <= _LONGEST_LINE else ""
        if not value or folded(value) in words("measures"):
            continue
        if key in words("unit_code"):
            return None, value
        if key in words("unit"):
            return unit_or_code(value)
    return None, None


def _proves_a_row(column: str, cell: Cell) -> bool:
    """Whether a cell proves its line to be a row: a day, a code, an identity number."""
    if cell == "":
        return False
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return True
    if not isinstance(cell, str):
        return cell > _LARGEST_COUNT
    if column == "code":
        return written_code(cell) is not None
    # Shorter texts are column numbers or counts.
    return len(cell) >= _SHORTEST_DAY and bool(_has_digit(cell)) and not _is_place_and_day(cell)


_PROOF_COLUMNS = ("received", "due", "returned", "signed", "new_due", "identity", "code")
#: The largest number that may be a sum of rows; days and codes that became numbers are larger.
_LARGEST_COUNT = 20_000
_SHORTEST_DAY = len("1/1/26")
_has_digit = re.compile("[0-9]").search


def _is_section(text: str) -> bool:
    return bool(
        _ROMAN.match(text) or _begins(text, "sections") or _labelled([text]) != (None, None)
    )


def _begins(text: str, name: str, *, whole: bool = False) -> bool:
    """Whether a text begins with one of the words. ``whole``: another word may follow only after
    a sign or a number."""
    if not whole:
        key = folded(text)
        return any(key.startswith(word) for word in words(name))
    head = re.split(r"[:;,.(\d]", text.lstrip("( *-–"), maxsplit=1)[0]
    key = folded(text)
    return folded(head) in words(name) or key in words(name)


def _are_column_numbers(filled: Sequence[Cell]) -> bool:
    """Whether the cells are ``(1) (2) (3)``, the column numbers of printed forms."""
    if len(filled) < _FEWEST_COLUMN_NUMBERS or isinstance(filled[-1], bool):
        return False
    found = [
        _COLUMN_NUMBER.fullmatch(str(cell).strip())
        for cell in filled
        if cell not in _COLUMN_LETTERS
    ]
    numbers = [int(match[1]) for match in found if match]
    return (
        len(numbers) == len(found) >= 2
        and numbers[0] <= 2
        and all(after - before == 1 for before, after in pairwise(numbers))
    )


_COLUMN_LETTERS = ("A", "B", "C")
