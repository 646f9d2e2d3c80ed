"""Matching keys and masked displays of applicants.

Identity numbers and names are read here, and leave only as an HMAC or masked (docs/domain.md,
Personal data).
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache

from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.time.parsing import FIRST_BIRTH_YEAR, LAST_YEAR, parse_wire_day
from khop.text.cleaning import clean_text, is_gap
from khop.text.normal_form import normal_form

#: The length of one secret. A longer key is several secrets, each applied to what the one before
#: made: stored matching keys can then be carried over to a new secret (``sync.privacy``).
KEY_BYTES = 32

#: Sent by one system where it has no usable number (docs/systems/dvcqg.md).
_PLACEHOLDER = "000000001"
_SEPARATORS = frozenset(".,+-–/_'`")
#: A number read through a numeric column has lost its leading zero (docs/systems/igate.md).
_LOST_ZERO = {11: 12, 8: 9}
#: Numbers as spreadsheets spoil them: with a decimal zero, or as a power of ten that lost digits.
_DECIMAL_ZERO = re.compile(r"([0-9]{8,})[.,]0")
_POWER = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+")
#: Đ and the Icelandic letter that is typed for it have no decomposition. The apostrophe of
#: highland names (H’Hen) is typed in many ways, or not at all.
_PLAIN = str.maketrans(
    {"đ": "d", "ð": "d"} | dict.fromkeys("'’‘`\u00b4\u02bb\u02bc\u02b9\u2032", "")
)
#: Changes for the key of a name only: hyphens become spaces, the Ê Đê and Jrai letter ƀ becomes b
#: (one system lacks it), and a circumflex that a converter left beside its letter goes
#: (docs/systems/population.md).
_KEY_ONLY = str.maketrans(dict.fromkeys("-–—\u2010", " ") | {"ƀ": "b", "\u02c6": ""})
#: Fewer digits than any identity paper has: a remark such as "không có", not a number.
_FEWEST_DIGITS = 5
#: A day that is not known, as the population database and older systems write it.
_YEAR_ALONE = re.compile(r"00/00/([0-9]{4})|([0-9]{4})(?:-00-00|0000)?")
#: Phonetic letters, Greek, Cyrillic, Armenian.
_OTHER_ALPHABET = re.compile(r"[\u0131\u0250-\u02af\u0370-\u058f]")
_SHORTEST_SHOWN = 9


class ApplicantKind(StrEnum):
    """What a matching key is made of. Keys of two kinds are never equal, also for one person."""

    CITIZEN_NUMBER = "number_12"
    OLD_NUMBER = "number_9"
    OTHER_NUMBER = "number"
    BIRTH_DATE = "name_date"
    BIRTH_YEAR = "name_year"


_KIND_OF_DIGITS = {12: ApplicantKind.CITIZEN_NUMBER, 9: ApplicantKind.OLD_NUMBER}
_HEAD, _TAIL = 4, 2
#: Digits of a year.
_YEAR = 4


def fold_name(name: str) -> str:
    """A name for comparison: lower case, single spaces, without Vietnamese marks.

    Marks are removed, because sources write "Hoà", "Hòa" and "HOA". Apostrophes are removed too,
    hyphens are kept.
    """
    letters = normal_form("NFKD", clean_text(name).translate(_PLAIN)).casefold()
    # Case folding composes a few letters again.
    letters = normal_form("NFKD", letters)
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(bare.translate(_PLAIN).split())


def _in_latin(name: str) -> str:
    """A name with the Latin letters that letters of other alphabets look like."""
    if not _OTHER_ALPHABET.search(name):
        return name
    return normal_form("NFKD", name).translate(_look_alikes())


@cache
def _look_alikes() -> Mapping[int, str]:
    """Letter of another alphabet -> the Latin letter that it looks like."""
    table: Mapping[str, str] = load_table("look_alikes")["letters"]
    return {ord(sign): latin for latin, signs in table.items() for sign in signs}


def identity_digits(number: str | int | None) -> str:
    """An identity number for comparison: as ``written_digits``, with a lost leading zero put
    back. It is never sent: nobody has confirmed the zero."""
    bare = written_digits(number)
    if not bare.isdecimal():
        return bare
    padded = bare.zfill(_LOST_ZERO.get(len(bare), 0))
    return "" if padded == _PLACEHOLDER else padded


def written_digits(number: str | int | None) -> str:
    """An identity number as it is written, without gaps, signs between digits and spoilt decimals.

    A document number with letters is kept in upper case. "" when there is none, for a remark,
    zeros, fewer than five digits, the known placeholder, and a number that a spreadsheet has
    rounded (``9.9085E+10``).
    """
    bare = "" if number is None else _without_gaps(str(number))
    if sum(map(str.isdecimal, bare)) < _FEWEST_DIGITS:
        return ""
    return "" if bare == _PLACEHOLDER or not bare.strip("0") else bare


def sendable_number(number: str, field: str) -> str:
    """The number, where it may be sent. Raises RecordError for one that has lost a zero."""
    if number.isdecimal() and len(number) in _LOST_ZERO:
        raise RecordError(
            field,
            f"has {len(number)} digits: a leading zero was probably lost; "
            "correct the number where the dossier was entered",
        )
    return number


def _without_gaps(number: str) -> str:
    if number.isascii() and number.isdigit():
        return number
    text = "".join(c for c in normal_form("NFKC", number).upper() if not is_gap(c))
    if _POWER.fullmatch(text):
        return ""
    if whole := _DECIMAL_ZERO.fullmatch(text):
        return whole[1]
    bare = "".join(c for c in text if c not in _SEPARATORS)
    # Letters that are now neighbours may compose, so the result is checked again.
    return bare if bare == number else _without_gaps(bare)


def applicant_key(
    key: bytes,
    identity_number: str | int | None,
    name: str | None = None,
    birth: date | str | None = None,
) -> str | None:
    """The matching key of an applicant, equal in all sources: HMAC-SHA-256, hex.

    It is made of the identity number, else of folded name and birth (a date, a wire date, or a
    year alone); None when there is neither. A birth before 1880 counts as none. In a name,
    hyphens count as spaces, ƀ as b, and a letter of another alphabet as the Latin letter that it
    looks like. ``key`` is the installation's secret, or several
    (``KEY_BYTES``).
    """
    return key_and_kind(key, identity_number, name, birth)[0]


def applicant_kind(
    identity_number: str | int | None, name: str | None = None, birth: date | str | None = None
) -> str | None:
    """What ``applicant_key`` makes the key of the same values of, as in ``ApplicantKind``; None
    where it makes none."""
    return _made_of(identity_number, name, birth)[1]


def key_and_kind(
    key: bytes,
    identity_number: str | int | None,
    name: str | None = None,
    birth: date | str | None = None,
) -> tuple[str | None, str | None]:
    """``applicant_key`` and ``applicant_kind`` of the same values."""
    text, kind = _made_of(identity_number, name, birth)
    return None if text is None else _digest(key, text), kind


def _made_of(
    identity_number: str | int | None, name: str | None, birth: date | str | None
) -> tuple[str | None, str | None]:
    """The text that a matching key is made of, and its kind."""
    if digits := identity_digits(identity_number):
        length = len(digits) if digits.isdecimal() else 0
        kind = _KIND_OF_DIGITS.get(length, ApplicantKind.OTHER_NUMBER)
        return f"number:{digits}", kind.value
    born = _birth(birth)
    folded = " ".join(fold_name(_in_latin(name or "")).translate(_KEY_ONLY).split()) if born else ""
    if not folded:
        return None, None
    kind = ApplicantKind.BIRTH_YEAR if len(born) == _YEAR else ApplicantKind.BIRTH_DATE
    return f"name:{folded}|{born}", kind.value


def actor_key(key: bytes, who: str) -> str:
    """The key of an officer, from the source's own id of the account, else the name."""
    return _digest(key, f"actor:{who}")


def mask_number(number: str | int) -> str:
    """``0990******01``: the first four and last two digits; of a short number, only stars."""
    digits = identity_digits(number)
    if len(digits) < _SHORTEST_SHOWN:
        return "*" * len(digits)
    hidden = len(digits) - _HEAD - _TAIL
    return f"{digits[:_HEAD]}{'*' * hidden}{digits[-_TAIL:]}"


def mask_name(name: str) -> str:
    """``Nguyễn V. M.``: the family name and initials; of a single word, its initial."""
    words = clean_text(name).split()
    initials = [f"{word[0].upper()}." for word in words]
    return " ".join([words[0], *initials[1:]] if len(words) > 1 else initials)


def _digest(key: bytes, text: str) -> str:
    made = hmac.digest(key[:KEY_BYTES], text.encode("utf-8", "surrogatepass"), "sha256").hex()
    for start in range(KEY_BYTES, len(key), KEY_BYTES):
        made = hmac.digest(key[start : start + KEY_BYTES], made.encode(), "sha256").hex()
    return made


def _birth(birth: date | str | None) -> str:
    if birth is None:
        return ""
    if isinstance(birth, date):
        return birth.isoformat()[:10] if _is_birth_year(birth.year) else ""
    text = birth.strip()
    if found := _YEAR_ALONE.fullmatch(text):
        year = found[1] or found[2]
        return year if _is_birth_year(int(year)) else ""
    try:
        day = parse_wire_day(text, "birth")
    except RecordError:
        return ""
    return day.isoformat() if day else ""


def _is_birth_year(year: int) -> bool:
    return FIRST_BIRTH_YEAR <= year <= LAST_YEAR
