"""Unicode normal forms of untrusted text, in linear time."""

from __future__ import annotations

import unicodedata
from typing import Literal

# Normalising sorts each run of combining marks; the cost grows with the square of its length.
# So a long text is normalised in pieces.
_PIECE = 1000
# Korean vowels and codas join with the character before them although they are no marks.
_VOWEL, _LAST_CODA = "\u1160", "\u11ff"
_Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


def normal_form(form: _Form, text: str) -> str:
    """``unicodedata.normalize`` in time that grows with the length of ``text``.

    The result is the same, except for a thousand combining marks in a row, which no text has.
    """
    if len(text) <= _PIECE or text.isascii():
        return unicodedata.normalize(form, text)
    pieces, start = [], 0
    while start < len(text):
        end = _cut(text, start + _PIECE)
        pieces.append(unicodedata.normalize(form, text[start:end]))
        start = end
    return "".join(pieces)


def _cut(text: str, place: int) -> int:
    """The first place from ``place`` on where no character joins with the one before it."""
    last = min(place + _PIECE, len(text))
    return next((end for end in range(place, last) if _parts(text[end - 1 : end + 1])), last)


def _parts(pair: str) -> bool:
    before, sign = pair[0], pair[1]
    if unicodedata.combining(sign) or _VOWEL <= sign <= _LAST_CODA:
        return False
    return unicodedata.normalize("NFC", pair) == unicodedata.normalize("NFC", before) + sign
