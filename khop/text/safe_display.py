"""Text of other systems, made safe to show in a terminal, a page or a spreadsheet."""

from __future__ import annotations

import unicodedata

#: Characters that start a formula in a spreadsheet; full-width forms do too.
_FORMULA_STARTS = frozenset("=+-@")
#: The most characters one cell of a workbook holds.
CELL_LIMIT = 32_767


def plain(text: str) -> str:
    """``text`` on one line, without control, direction-changing and unpaired characters.

    Terminals obey control sequences, and direction marks make text read otherwise than it is.
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    category = unicodedata.category(character)
    return "" if category in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def cell(text: str) -> str:
    """``text`` for a cell of CSV, so that no spreadsheet program reads it as a formula."""
    shown = plain(text)
    head = unicodedata.normalize("NFKC", shown.lstrip()[:1])
    return f"'{shown}" if head in _FORMULA_STARTS else shown


def cut(text: str, limit: int = CELL_LIMIT) -> str:
    """``text`` with at most ``limit`` characters; a cut text ends with "…"."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
