"""The canonical spelling of a code of any kind."""

from __future__ import annotations

import re

from khop.errors import RecordError
from khop.text.cleaning import is_gap
from khop.text.normal_form import normal_form

_ALREADY_CANONICAL = re.compile(r"[0-9A-Z.\-]*", re.ASCII)


def canonical_code(text: str) -> str:
    """The canonical spelling of a code: NFC, upper case, without white space of any kind.

    Raises RecordError when ``text`` is not text.
    """
    if not isinstance(text, str):
        raise RecordError("code", "is not text")
    if _ALREADY_CANONICAL.fullmatch(text):
        return text
    while True:
        bare = "".join(char for char in text if not is_gap(char))
        upper = normal_form("NFC", normal_form("NFC", bare).upper())
        # Upper case of a few letters is several characters, which may compose again.
        if upper == text:
            return text
        text = upper
