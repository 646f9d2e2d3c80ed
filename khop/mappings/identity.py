"""Who a dossier is of, without saying who: matching keys and masked displays.

Identity numbers and names are read here and leave only as an HMAC or masked (specs/domain.md
4.2).
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import date

from khop.faults import RecordError
from khop.mappings.text import clean_text, is_gap
from khop.mappings.times import parse_wire_day
from khop.normal_form import normal_form

#: Sent by one system where it has no usable number; it is nobody's (specs/dvcqg.md 2.1).
_PLACEHOLDER = "000000001"
_SEPARATORS = frozenset(".-–/_'`")
#: A number read through a numeric column has lost its leading zero (specs/igate.md 3).
_LOST_ZERO = {11: 12, 8: 9}
#: Đ and the Icelandic letter that is typed for it have no decomposition.
_D = str.maketrans({"đ": "d", "ð": "d"})
#: Fewer digits than any identity paper has: a remark such as "không có", not a number.
_FEWEST_DIGITS = 5
_SHORTEST_SHOWN = 9
_HEAD, _TAIL = 4, 2


def fold_name(name: str) -> str:
    """A name as it is compared: lower case, single spaces, without Vietnamese marks.

    Marks go, because one source writes "Hoà", another "Hòa", a paper list "HOA".
    """
    letters = normal_form("NFKD", clean_text(name)).casefold()
    # Case folding composes a few letters anew.
    letters = normal_form("NFKD", letters)
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(bare.translate(_D).split())


def identity_digits(number: str | int | None) -> str:
    """An identity number as it is compared: digits, with a lost leading zero put back.

    A document number with letters stays, in upper case. "" when there is none, and for a
    remark in its place, zeros, and the known placeholder.
    """
    if number is None:
        return ""
    bare = str(number)
    if not (bare.isascii() and bare.isdigit()):
        text = normal_form("NFKC", bare).upper()
        bare = "".join(c for c in text if not (is_gap(c) or c in _SEPARATORS))
    if not bare.strip("0") or bare == _PLACEHOLDER:
        return ""
    if not bare.isdecimal():
        return bare if sum(map(str.isdecimal, bare)) >= _FEWEST_DIGITS else ""
    return bare.zfill(_LOST_ZERO.get(len(bare), 0))


def applicant_key(
    key: bytes,
    identity_number: str | int | None,
    name: str | None = None,
    birth: date | str | None = None,
) -> str | None:
    """The key two sources share for one applicant: HMAC-SHA-256, hex.

    Over the identity number, else over folded name and birth date (a date, a wire date, or a
    bare year); None when there is neither. ``key`` is the installation's secret.
    """
    if digits := identity_digits(identity_number):
        return _digest(key, f"number:{digits}")
    folded, born = fold_name(name or ""), _birth(birth)
    return _digest(key, f"name:{folded}|{born}") if folded and born else None


def actor_key(key: bytes, who: str) -> str:
    """The key of an officer, from the source's own id of the account, else the name."""
    return _digest(key, f"actor:{who}")


def mask_number(number: str | int) -> str:
    """``0990******01``: the first four and the last two digits; short numbers not at all."""
    digits = identity_digits(number)
    if len(digits) < _SHORTEST_SHOWN:
        return "*" * len(digits)
    hidden = len(digits) - _HEAD - _TAIL
    return f"{digits[:_HEAD]}{'*' * hidden}{digits[-_TAIL:]}"


def mask_name(name: str) -> str:
    """``Nguyễn V. M.``: the family name and initials; of a single word only its initial."""
    words = clean_text(name).split()
    initials = [f"{word[0].upper()}." for word in words]
    return " ".join([words[0], *initials[1:]] if len(words) > 1 else initials)


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _birth(birth: date | str | None) -> str:
    if birth is None or isinstance(birth, date):
        return birth.isoformat()[:10] if birth else ""
    text = birth.strip()
    if len(text) == 4 and text.isdecimal():
        return text
    try:
        day = parse_wire_day(text, "birth")
    except RecordError:
        return ""
    return day.isoformat() if day else ""
