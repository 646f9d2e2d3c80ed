"""Lines of a sheet that are not rows of its table: empty lines, sums, signatures, sections.

A line is a row where it looks like one: by a code, a day or an identity number in its column
(``proves_a_row``), or by a number in order, a document's number, a procedure or a day without a
year (``_looks_like_a_row``). What is neither a row so nor known as another line is a row too: it
then goes to quarantine, and is not left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

from khop.connectors.spreadsheets.model import Cell, CellError, TableRow
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.written import written_code
from khop.mappings.identity import fold_name
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.meanings import DATES
from khop.mappings.paper.words import folded, is_blank, words
from khop.text.cleaning import clean_text

_COLUMN_NUMBER = re.compile(r"[(\[]?([0-9]{1,2})(?:\.0)?[)\]]?(?:\s*=.*)?")
_FEWEST_COLUMN_NUMBERS = 3
_DAY_ALONE = re.compile(
    r"ngay[\s.…]*\d{0,2}[\s.…]*thang[\s.…]*\d{0,2}[\s.…]*nam[\s.…]*\d{0,4}[\s.…]*"
)
#: "II. Lĩnh vực đất đai", "A) Hộ tịch"; not the initials of a name.
_ROMAN = re.compile(r"[IVX]+\s*[.)\-–:]|[A-H]\s*[.)]\s+(?!\w\s*\.)")
_ROMAN_ALONE = re.compile(r"\s*(?:[IVXL]+|[A-H])\s*[.):]?\s*")
_NUMBERED = re.compile(r"\d{1,2}\s*[.)]\s*")
_NUMERAL = re.compile(r"(?:\d|[ivx]+\b)")
_IN_ORDER = re.compile(r"\s*0*([1-9]\d*)(?:\.0)?\s*[.)]?\s*")
#: Longer texts are not labels.
_LONGEST_LINE = 300
#: Place and date under a table, above the signatures: "Mẫu, ngày 30 tháng 9 năm 2026".
_PLACE_AND_DAY = re.compile(
    r".{1,60}[\s,.…]ngay[\s.…]*\d{0,2}[\s.…]*thang[\s.…]*\d{0,2}[\s.…]*nam.*"
)
#: What a text in a column of days has when it is meant as a day.
_LIKE_A_DAY = re.compile(r"\d{1,2}\s*[/.\-]\s*\d{1,2}|\d{4}|\d.*th[aá]ng", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_PROOF_COLUMNS = (
    *("received", "due", "returned", "signed", "new_due", "identity", "code", "day"),
    *("forwarded", "refused", "asked", "answered", "published"),
    *("ended", "changed"),
)
_NUMBER_COLUMNS = (
    "code",
    "number",
    "number_symbol",
    "number_signed",
    "procedure",
    "symbol",
    "feedback_id",
)
_SIGN_COLUMNS = frozenset({*_PROOF_COLUMNS, *_NUMBER_COLUMNS})
#: The largest number that may be a sum of rows; days and codes that became numbers are larger.
_LARGEST_COUNT = 20_000
_SHORTEST_DAY = len("1/1/26")
_COLUMN_LETTERS = ("A", "B", "C")
_has_digit = re.compile("[0-9]").search
_has_letter = re.compile(r"[^\W\d_]").search


class Line(Enum):
    """The kinds of lines under the headers. ``LOOSE``: a row, unless it stands among signatures or
    above other headers."""

    ROW = auto()
    LOOSE = auto()
    EMPTY = auto()
    BLANK = auto()
    NUMBERS = auto()
    TOTAL = auto()
    SIGNATURE = auto()
    SECTION = auto()
    REMARK = auto()


def proof_columns(layout: Layout) -> list[tuple[str, int]]:
    """The columns that prove a line to be a row, with their places; the quickest first."""
    return [(name, layout.places[name]) for name in _PROOF_COLUMNS if name in layout.places]


def proves_a_row(row: TableRow, proofs: Sequence[tuple[str, int]]) -> bool:
    """Whether a line has a code, an identity number or a day in its column, so that it is a row.

    ``proofs``: from ``proof_columns``. One text over several columns proves nothing.
    """
    cells, width = row.cells, len(row.cells)
    proven = any(_proves_a_row(column, cells[place]) for column, place in proofs if place < width)
    return proven and (row.spans is None or not is_one_merged_text(row))


def line_kind(row: TableRow, layout: Layout) -> Line:
    """The kind of a line that is not proven to be a row."""
    place = layout.places.get("order", len(row.cells))
    order: Cell = row.cells[place] if place < len(row.cells) else ""
    others = [cell for at, cell in enumerate(row.cells) if at != place and _is_filled(cell)]
    filled = [order, *others] if _is_filled(order) else others
    if not filled:
        return Line.EMPTY
    numbered = _is_in_order(order)
    no_order = order == "" or isinstance(order, CellError) or _is_no_value(order)
    if all(map(_is_no_value, others)) and (numbered or no_order):
        return Line.BLANK
    if are_column_numbers(filled):
        return Line.NUMBERS
    if _is_sum(others if numbered else filled):
        return Line.TOTAL
    if _is_heading(others if numbered else filled):
        return Line.SECTION
    one_text = is_one_merged_text(row)
    if not one_text and (numbered or _looks_like_a_row(row, layout)):
        return Line.ROW
    return _line_of_words(filled, order, others, one_text)


def names_a_code(cell: Cell) -> bool:
    """Whether a cell in a column of codes is meant as a code, not as a sum or column number."""
    if not isinstance(cell, str):
        return isinstance(cell, bool) or not isinstance(cell, int | float) or cell > _LARGEST_COUNT
    text = clean_text(cell)
    if not text or _COLUMN_NUMBER.fullmatch(text):
        return False
    return not (is_total(text) or _is_signature([text]))


def distinct_texts(cells: Sequence[Cell]) -> list[str]:
    """The different texts of a line, in order, without those too long to be labels."""
    texts = [clean_text(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    return list(dict.fromkeys(text for text in texts if len(text) <= _LONGEST_LINE))


def is_one_merged_text(row: TableRow) -> bool:
    """Whether a line is one text in a cell that was merged over several columns."""
    filled = {str(cell) for cell in row.cells if cell != ""}
    wide = any(place != first for place, first in (row.spans or {}).items())
    return wide and len(filled) == 1


def _line_of_words(
    filled: Sequence[Cell], order: Cell, others: Sequence[Cell], one_text: bool
) -> Line:
    """The kind of a line that has no sign of a row."""
    texts = distinct_texts(filled)
    if not texts:
        return Line.LOOSE
    if _is_signature(texts):
        return Line.SIGNATURE
    if len(texts) == 1 and _is_remark(texts[0]):
        return Line.REMARK
    lettered = isinstance(order, str) and _ROMAN_ALONE.fullmatch(order) is not None
    if one_text or (lettered and len(distinct_texts(others)) == len(others) == 1):
        return Line.SECTION
    return Line.LOOSE


def _is_remark(text: str) -> bool:
    """``Ghi chú: …``, ``Trang 1/2``, ``Ấn định danh sách này gồm 12 hồ sơ``."""
    if ":" in text and _head(text) in words("remarks"):
        return True
    return any(_starts_with(text, word) for word in words("long_remarks")) or any(
        _starts_with(text, word, _NUMERAL) for word in words("numbered_remarks")
    )


def _looks_like_a_row(row: TableRow, layout: Layout) -> bool:
    """Whether a line has part of a code or a day, or the number of a document or procedure."""
    for column, place in layout.places.items():
        cell = row.cells[place] if place < len(row.cells) else ""
        if cell == "" or column not in _SIGN_COLUMNS:
            continue
        if isinstance(cell, CellError):
            return True
        if column in _NUMBER_COLUMNS and _has_digit(str(cell)):
            return not (isinstance(cell, str) and _signs(cell))
        if not isinstance(cell, str):
            continue
        # "Chưa trả" in a column of days
        if column in DATES and is_blank(cell) and _has_letter(cell):
            return True
        if _LIKE_A_DAY.search(cell) and not _is_place_and_day(cell):
            return True
    return False


def _is_filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _is_no_value(cell: Cell) -> bool:
    """Whether a cell has a sign for "nothing": "-", "…"."""
    return isinstance(cell, str) and is_blank(cell) and not _has_letter(cell)


def _is_in_order(cell: Cell) -> bool:
    """Whether a cell is a number in order: 1, ``01``, ``1.``"""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    return _IN_ORDER.fullmatch(str(cell)) is not None


def _is_sum(filled: Sequence[Cell]) -> bool:
    """Whether a line is a sum: its first text is a word of sums."""
    texts = distinct_texts(filled)
    return bool(texts) and is_total(texts[0])


def is_section(order: str, label: str) -> bool:
    """Whether a row that has numbers is the sum of a section: ``II | Cấp xã``, ``Cấp xã``."""
    if _ROMAN_ALONE.fullmatch(order) and order.strip():
        return True
    return any(_starts_with(_ROMAN.sub("", label), word) for word in words("report_sections"))


def heading_of(row: TableRow) -> str | None:
    """The heading in a line, without its number: ``II | Cấp xã`` and ``II. Cấp xã`` are one."""
    texts = [_ROMAN.sub("", text).strip() for text in distinct_texts(row.cells)]
    return next((text for text in reversed(texts) if not _ROMAN_ALONE.fullmatch(text)), None)


def is_total(text: str) -> bool:
    """``Tổng cộng: 3``; ``Tổng số hồ sơ tiếp nhận``; not ``Tổng công ty Mẫu``."""
    if _head(text) in words("totals") or folded(text) in words("totals"):
        return True
    return any(_starts_with(text, word) for word in words("long_totals"))


def _is_heading(filled: Sequence[Cell]) -> bool:
    """Whether a line is a heading, with at most the number of its rows behind it."""
    texts = distinct_texts(filled)
    if not texts:
        return False
    if _labelled(texts) != (None, None):
        return len(texts) <= 2
    if not _is_section(texts[0]):
        return False
    return all("hoso" in folded(text) and _has_digit(text) for text in texts[1:])


def _is_signature(texts: Sequence[str]) -> bool:
    """Whether texts are a signature, or the place and day of signing.

    All of them sign; or the first does, and the others are names.
    """
    if len(texts) == 1 and _DAY_ALONE.fullmatch(fold_name(texts[0])):
        return True
    if all(map(_signs, texts)):
        return True
    placed = [text for text in texts if _signs(text) and not _has_digit(text)]
    return texts[0] in placed and not any(map(_has_digit, texts))


def _signs(text: str) -> bool:
    """``Người lập biểu``, ``(Ký tên)``, ``TM. UBND XÃ MẪU``, ``Mẫu, ngày 30 tháng 9 năm 2026``."""
    if len(text) > _LONGEST_LINE:
        return False
    if _head(text) in words("signatures") or folded(text) in words("signatures"):
        return True
    begin, dot, _ = text.partition(".")
    return (bool(dot) and folded(begin) in words("on_behalf")) or _is_place_and_day(text)


def _is_place_and_day(text: str) -> bool:
    """``Mẫu, ngày 30 tháng 9 năm 2026``, also with dots to be filled in."""
    if len(text) > _LONGEST_LINE or text[:1].isdigit():
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
    if cell == "" or isinstance(cell, CellError):
        return False
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return True
    if not isinstance(cell, str):
        return cell > _LARGEST_COUNT
    if column == "code":
        return written_code(cell) is not None
    if len(cell) < _SHORTEST_DAY or not _has_digit(cell):
        return False
    # Shorter texts are column numbers or counts. Most begin with a digit; others may be headers,
    # such as "Ngày trả (7)".
    if column == "identity":
        return cell[0].isdigit() or _has_digit(_BRACKETS.sub("", cell)) is not None
    if not _LIKE_A_DAY.search(cell if cell[0].isdigit() else _BRACKETS.sub("", cell)):
        return False
    return not _is_place_and_day(cell)


def _is_section(text: str) -> bool:
    if _ROMAN.match(text):
        return True
    bare = _NUMBERED.sub("", text, count=1)
    return any(_starts_with(bare, word) for word in words("sections")) or any(
        _starts_with(bare, word, _NUMERAL) for word in words("numbered_sections")
    )


def _starts_with(text: str, word: str, then: re.Pattern[str] | None = None) -> bool:
    """Whether a text begins with a word (folded), as whole words. ``then``: what has to follow."""
    parts = re.findall(r"\w+", fold_name(text))
    joined = ""
    for number, part in enumerate(parts, 1):
        joined += part
        if joined == word:
            rest = " ".join(parts[number:])
            return then is None or then.match(rest) is not None
        if len(joined) > len(word):
            break
    return False


def _head(text: str) -> str:
    """What stands before the first sign or number of a text, folded."""
    return folded(re.split(r"[:;,.(\d]", text.lstrip("( *-–"), maxsplit=1)[0])


def are_column_numbers(filled: Sequence[Cell]) -> bool:
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
