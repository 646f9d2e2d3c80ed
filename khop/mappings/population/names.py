"""Names of persons as the population database asks for and writes them."""

from __future__ import annotations

import unicodedata
from typing import Literal

from khop.mappings.identity import fold_name
from khop.text.cleaning import clean_text


def asked_name(name: str, form: Literal["joined", "spaced"] = "joined") -> str:
    """``TRANTHIMAILAN``: upper case, A-Z and 0-9 alone; "" when nothing is left.

    Marks are removed, so the place of a tone mark makes no difference; apostrophes and hyphens of
    highland names are removed too. ``spaced`` keeps one space between words, as an older version
    of the service needs.
    """
    words = ("".join(filter(_is_kept, word)) for word in fold_name(name).split())
    return (" " if form == "spaced" else "").join(word for word in words if word).upper()


def has_foreign_letters(name: str) -> bool:
    """Whether ``asked_name`` leaves out a letter that has no form in A-Z."""
    return any(unicodedata.category(c) in _LETTERS and not _is_kept(c) for c in fold_name(name))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are of one name; False for blank ones."""
    asked = asked_name(one)
    return bool(asked) and asked == asked_name(other)


def joined_name(*parts: str | None) -> str:
    """Family, middle and given name as one text, NFC; the live service fills only the last."""
    return clean_text(" ".join(part for part in parts if part))


#: Categories of letters after folding; a few scripts fold to capitals. Modifier letters (Lm) are
#: not among them: they are remains of typed marks.
_LETTERS = frozenset({"Ll", "Lu", "Lo"})


def _is_kept(char: str) -> bool:
    return char.isascii() and char.isalnum()
