"""Unicode normal forms of text that anybody may have written."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

# Normalising sorts each run of combining marks, at a cost that grows with the square of the run.
# A text in pieces is sorted piece by piece.
_PIECE = 1000
_PLAIN = re.compile(r"[\x00-\x7f]")


def normal_form(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """``unicodedata.normalize`` in time that grows with the length of ``text``.

    The same, but for a text with thousands of combining marks in a row, which is no text.
    """
    if len(text) <= _PIECE or text.isascii():
        return unicodedata.normalize(form, text)
    pieces, start = [], 0
    while start < len(text):
        end = start + _PIECE
        # An ASCII sign never joins with what stands before it: a good place to cut.
        plain = _PLAIN.search(text, end, end + _PIECE)
        end = plain.start() if plain else end
        pieces.append(unicodedata.normalize(form, text[start:end]))
        start = end
    return "".join(pieces)
