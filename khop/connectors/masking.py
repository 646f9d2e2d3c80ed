"""Text of another system, made fit to stand in a fault: short, and without personal data."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200

_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+")
# Identity, tax, account and telephone numbers: nine digits and more, in a row or in groups. What
# follows a letter is a dossier's code, which people need to find the record.
_NUMBER = re.compile(
    r"\d{9,}|(?<!\w)(?<!\d[.–-])\(?\+?\d{2,6}\)?(?:[ .–-]+\d{2,6}){1,9}(?!\d)"
)
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?")
_PERSONAL_DIGITS = 9


def short_text(text: str) -> str:
    """``text`` without tags, addresses and personal numbers, in one line of at most 200 signs."""
    # Tags nest badly in broken pages, and cutting first would leave half a number unmasked.
    bare = _TAG.sub(" ", _printable(text[: LONGEST * 50]))
    bare = _ADDRESS.sub("[address]", bare)
    bare = _EMAIL.sub("[e-mail]", bare)
    bare = _NUMBER.sub(_masked, bare)
    line = " ".join(bare.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _masked(found: re.Match[str]) -> str:
    digits = sum(sign.isdigit() for sign in found[0])
    if digits < _PERSONAL_DIGITS or _DATE.fullmatch(found[0]):
        return found[0]
    return "*" * digits


def _printable(text: str) -> str:
    """Every kind of space one, and signs that show nothing gone: they could split a number."""
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else sign
