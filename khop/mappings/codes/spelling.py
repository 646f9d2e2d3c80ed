"""The canonical spelling of a code of any kind."""

from __future__ import annotations

import re
import unicodedata

from khop.errors import RecordError
from khop.text.cleaning import is_gap
from khop.text.normal_form import normal_form

_ALREADY_CANONICAL = re.compile(r"[0-9A-Z.\-]*", re.ASCII)
#: Signs beside the dashes of Unicode (category Pd) that stand for a hyphen: minus signs, a bullet,
#: lines of tables.
_HYPHENS = frozenset("\u2212\u02d7\u2043\u2796\u207b\u208b\u2500\u2501\u23af")


def canonical_code(text: str) -> str:
    """The canonical spelling of a code: NFC, upper case, any dash as a hyphen, without white space
    of any kind.

    Raises RecordError when ``text`` is not text.
    """
    if not isinstance(text, str):
        raise RecordError("code", "is not text")
    if _ALREADY_CANONICAL.fullmatch(text):
        return text
    while True:
        bare = "".join("-" if is_dash(char) else char for char in text if not is_gap(char))
        upper = normal_form("NFC", normal_form("NFC", bare).upper())
        # Upper case of a few letters is several characters, which may compose again.
        if upper == text:
            return text
        text = upper


def is_dash(char: str) -> bool:
    """Whether it is a hyphen, or any sign that is written for one."""
    return char == "-" or (
        not char.isascii() and (char in _HYPHENS or unicodedata.category(char) == "Pd")
    )
