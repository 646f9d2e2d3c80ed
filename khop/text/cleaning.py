"""Text as people and systems write it, cleaned so that it can be compared and stored."""

from __future__ import annotations

import unicodedata

from khop.text.normal_form import normal_form

#: Unicode categories that are invisible and that databases refuse: controls, lone surrogates.
_UNSTORABLE = frozenset({"Cc", "Cs"})


def is_gap(char: str) -> bool:
    """Whether it is white space, or has no width (zero-width space, BOM, soft hyphen)."""
    return char.isspace() or unicodedata.category(char) == "Cf"


def clean_text(text: str) -> str:
    """``text`` in NFC with single spaces, without control characters and lone surrogates."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    if not text.isprintable():
        text = "".join(map(_storable, text))
    return normal_form("NFC", " ".join(text.split()))


def _storable(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return "" if category in _UNSTORABLE or category == "Cf" else char


def fold_label(text: str) -> str:
    """A label for comparison: clean and case-folded; Vietnamese marks are kept."""
    return normal_form("NFC", clean_text(text).casefold())


def cut_text(text: str, longest: int, kept: int, tail: str = "...") -> str:
    """``text`` if it has at most ``longest`` characters, else its first ``kept`` and ``tail``.

    The text is composed first (NFC) and never cut between a letter and its mark.
    """
    text = normal_form("NFC", text)
    if len(text) <= longest:
        return text
    end = kept
    while end > 0 and unicodedata.combining(text[end]):
        end -= 1
    return text[:end].rstrip() + tail
