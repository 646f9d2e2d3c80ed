"""Text of another system, made safe for error texts and logs: short, without personal data."""

from __future__ import annotations

import re
import unicodedata

from khop.text.normal_form import normal_form

LONGEST = 200

_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]+")
# Identity, tax, account and telephone numbers: nine digits and more, in a row or in groups. Digits
# after a letter belong to a dossier's code, which people need to find the record.
_NUMBER = re.compile(r"\d{9,}|(?<!\w)(?<!\d[.–-])\(?\+?\d{2,6}\)?(?:[ .–-]+\d{2,6}){1,9}(?!\d)")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?")
_PERSONAL_DIGITS = 9
# A day as people write it. With an hour after it, it has as many digits as a personal number.
_WRITTEN_DAY = re.compile(r"(?<![\d.–-])\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d(?!\d)")

_EDGES = "\"'“”‘’()[]<>.,;:!?"
_LONGEST_NAME = 6
# The most common family names, without those that also begin place names (Hà, Thái, Lâm).
_FAMILIES = frozenset({
    "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ",
    "hồ", "ngô", "dương", "lý", "đào", "đoàn", "vương", "trịnh", "trương", "đinh", "phùng", "tô",
    "tạ", "lương", "lưu", "tăng", "quách", "kiều", "nông", "hứa", "giáp", "lò", "giàng", "thào",
    "sùng", "triệu", "mạc", "quàng", "lường", "tòng", "khổng", "đàm", "nghiêm", "doãn", "nguyen",
    "tran", "pham", "hoang", "huynh", "bui", "ngo", "vuong",
})  # fmt: skip
# Words in capitals that look like a family name and a given name.
_NO_NAMES = frozenset({("hồ", "sơ"), ("lý", "do")})


def short_text(text: str) -> str:
    """``text`` without tags, addresses, personal numbers and recognisable names, in one line of
    at most 200 characters."""
    # The text is masked before it is cut, because a cut could leave half a number unmasked.
    bare = _TAG.sub(" ", _printable(text[: LONGEST * 50]))
    bare = _ADDRESS.sub("[address]", bare)
    bare = _EMAIL.sub("[e-mail]", bare)
    bare = _NUMBER.sub(_masked, bare)
    line = " ".join(_without_names(normal_form("NFC", bare).split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def holds_personal_number(text: str) -> bool:
    """Whether ``text`` may hold an identity, tax, account or telephone number.

    Dossier codes and days do not count as such.
    """
    bare = _WRITTEN_DAY.sub("/", _printable(text))
    return any(_masked(found) != found[0] for found in _NUMBER.finditer(bare))


def _masked(found: re.Match[str]) -> str:
    digits = sum(sign.isdigit() for sign in found[0])
    if digits < _PERSONAL_DIGITS or _DATE.fullmatch(found[0]):
        return found[0]
    return "*" * digits


def _without_names(words: list[str]) -> list[str]:
    """The words, with each capitalised name that begins with a family name as ``[name]``."""
    kept: list[str] = []
    place = 0
    while place < len(words):
        length = _name_length(words[place : place + _LONGEST_NAME])
        kept.append("[name]" if length else words[place])
        place += length or 1
    return kept


def _name_length(words: list[str]) -> int:
    """How many of the first words are a name; 0 when they do not begin with one."""
    bare = [word.strip(_EDGES) for word in words]
    if not bare or bare[0].casefold() not in _FAMILIES or not bare[0][0].isupper():
        return 0
    length = 1
    while length < len(words) and bare[length][:1].isupper() and words[length - 1][-1].isalpha():
        length += 1
    second = bare[1].casefold() if length > 1 else ""
    return length if second and (bare[0].casefold(), second) not in _NO_NAMES else 0


def _printable(text: str) -> str:
    """``text`` with plain spaces and without invisible characters, which could split a number."""
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else sign
