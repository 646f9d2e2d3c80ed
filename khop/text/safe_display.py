"""Foreign text made harmless for the place it is shown in."""

from __future__ import annotations

import unicodedata

#: What spreadsheets take for the start of a formula; full-width forms count as these.
_FORMULA_STARTS = frozenset("=+-@")
#: The most characters one cell of a workbook holds.
CELL_LIMIT = 32_767


def plain(text: str) -> str:
    """``text`` on one line, without control, direction-changing and unpaired characters.

    Terminals obey control sequences, and readers are misled by turned-round text.
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    category = unicodedata.category(character)
    return "" if category in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def cell(text: str) -> str:
    """``text`` for a cell of CSV: never a formula, whichever program opens it."""
    shown = plain(text)
    head = unicodedata.normalize("NFKC", shown.lstrip()[:1])
    return f"'{shown}" if head in _FORMULA_STARTS else shown


def cut(text: str, limit: int = CELL_LIMIT) -> str:
    """``text`` with at most ``limit`` characters; a cut is visible."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
