"""Text in older encodings of Vietnamese: TCVN3, VNI, VISCII, windows-1258, and UTF-8 read as
another encoding (``data/older_encodings.toml``).

Such a text holds other letters than a reader saw: "Ng« V¨n MÉu" is Ngô Văn Mẫu. It is recognised
by its words: they are no Vietnamese syllables as they stand, and all of them are in exactly one
older encoding. Names with uncommon letters (Niê, Êban, José) are in none and stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from khop.mappings.facts.packaged import load_table
from khop.mappings.paper.syllables import is_syllable

#: Words: everything but white space and the signs and digits of ASCII. In UTF-8 read as another
#: encoding, "à" has a space without break.
_WORDS = re.compile(r"(?:Ã\xa0|[^\s\x00-\x1a\x1c-\x40\x5b-\x60\x7b-\x7f])+")
#: Signs that are part of no name, beside a letter: a letter of an older encoding, or one that a
#: program could not write. The acute accent is left out: it is typed as an apostrophe.
_ODD = "\u0080-\u009f¡-©«-±µ-¹»-¿×÷\ufffd"
#: The same between two letters: it may stand at the end of a word in ordinary text.
_ODD_INSIDE = "?€\u201a„…†‡‰\u2039“”•™\u203a"
_LETTER = r"[^\W\d_]"
_DAMAGE = re.compile(
    rf"[{_ODD}](?={_LETTER})|(?<={_LETTER})[{_ODD}]|(?<={_LETTER})[{_ODD_INSIDE}](?={_LETTER})"
)
#: Letters and signs that Vietnamese text never has, or hardly ever.
_RARE = re.compile(r"[\u0080-\u009f¡-¿ÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ\ufffd]")

#: Acute, grave, hook above, tilde, dot below: the order of the marks of VNI.
_TONES = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")

#: Signs alone ("12³") are no words, and measures none in a name.
_PLAIN_LETTER = re.compile(r"[A-Za-z]")
_MEASURE = re.compile(r"[a-z]{0,2}m[²³]", re.IGNORECASE)
#: Signs at the ends of words in ordinary text.
_AT_ENDS = "“”„\u2018\u2019\u201a\u2013—…•"

_Decode = Callable[[str], str | None]


class Lettering(NamedTuple):
    """A text as it is to be read.

    ``encoding``: the older encoding it was in, "" for none. ``text``: None when it cannot be told
    what was written.
    """

    text: str | None
    encoding: str = ""


def may_be_older(text: str) -> bool:
    """Whether a text has a sign that Vietnamese text hardly ever has; a quick look."""
    return _RARE.search(text) is not None


def read_lettering(text: str, seen: Collection[str] = ()) -> Lettering:
    """A text, converted where it is in an older encoding.

    ``seen``: older encodings of other cells of the file, in which a text that looks like ordinary
    Vietnamese may be written too.
    """
    if (text.isascii() and "?" not in text) or (not seen and all(map(_is_plain, text.split()))):
        return Lettering(text)
    words = _accented(text)
    if all(map(_is_ordinary, words)):
        damaged = _DAMAGE.search(text) is not None
        doubtful = any(True for _ in _decoded(text, words, seen))
        return Lettering(None if damaged or doubtful else text)
    found = dict(_decoded(text, words, _decoders()))
    if len(set(found.values())) > 1:
        found = {name: read for name, read in found.items() if name in seen} or found
    if len(set(found.values())) == 1:
        encoding, read = next(iter(found.items()))
        return Lettering(read, encoding)
    if found or _DAMAGE.search(text) or any(map(_is_older, words)):
        return Lettering(None)
    return Lettering(text)


def _is_older(word: str) -> bool:
    """Whether one word among others is no syllable, and is one in an older encoding."""
    return not is_syllable(word) and any(True for _ in _decoded(word, [word], _decoders()))


@lru_cache(maxsize=16_384)
def _is_plain(word: str) -> bool:
    """Whether a word is ordinary and nothing in it was lost."""
    return _DAMAGE.search(word) is None and all(map(_is_ordinary, _accented(word)))


def _is_ordinary(word: str) -> bool:
    return is_syllable(word) and word.lower() not in load_table("older_encodings")["telling"]


def _accented(text: str) -> list[str]:
    words = (word.strip(_AT_ENDS) for word in _WORDS.findall(text))
    return [
        word
        for word in words
        if not word.isascii() and _PLAIN_LETTER.search(word) and not _MEASURE.fullmatch(word)
    ]


def _decoded(text: str, words: list[str], encodings: Collection[str]) -> Iterator[tuple[str, str]]:
    """(encoding, text) for each encoding in which all words are syllables, and others."""
    for encoding in encodings:
        read = _decoders()[encoding](text) if words else None
        if read is not None and read != unicodedata.normalize("NFC", text):
            found = [word for word in _WORDS.findall(read) if not word.isascii()]
            if found and all(map(is_syllable, found)):
                yield encoding, read


@cache
def _decoders() -> Mapping[str, _Decode]:
    table = load_table("older_encodings")
    decoders: dict[str, _Decode] = {
        name: _one_byte_each(each["letters"], bytes.fromhex(each["bytes"]))
        for name, each in table["single"].items()
    }
    decoders["vni"] = _pairs(table["pairs"]["vni"])
    decoders["windows-1258"] = lambda text: _recoded(text, "cp1258")
    decoders["utf-8"] = lambda text: _recoded(text, "utf-8")
    return decoders


def _one_byte_each(letters: str, codes: bytes) -> _Decode:
    """A decoder: each byte stands for one letter; the others are left as they are."""
    table = dict(zip(codes, letters, strict=True))

    def decode(text: str) -> str | None:
        codes = _bytes_of(text)
        if codes is None or any(code > 0x7F and code not in table for code in codes):
            return None
        return "".join(table.get(code, chr(code)) for code in codes)

    return decode


def _recoded(text: str, encoding: str) -> str | None:
    codes = _bytes_of(text)
    try:
        return None if codes is None else unicodedata.normalize("NFC", codes.decode(encoding))
    except UnicodeDecodeError:
        return None


def _bytes_of(text: str) -> bytes | None:
    """The bytes that a program of Western Europe shows as this text; None when there are none."""
    codes = bytearray()
    for sign in text:
        try:
            codes += sign.encode("cp1252")
        except UnicodeEncodeError:
            # Bytes without a letter in windows-1252 are shown as control characters.
            if ord(sign) > 0xFF:
                return None
            codes.append(ord(sign))
    return bytes(codes)


def _pairs(table: Mapping[str, Any]) -> _Decode:
    """A decoder: a letter, and its mark as the next character."""
    known = _letters_and_marks(table)

    def decode(text: str) -> str | None:
        read: list[str] = []
        place = 0
        while place < len(text):
            pair = text[place : place + 2]
            written = pair if pair.lower() in known else pair[0]
            letter = known.get(written.lower())
            if letter is None and not written.isascii():
                return None
            read.append(_cased(letter, pair[0]) if letter else written)
            place += len(written)
        return "".join(read)

    return decode


def _letters_and_marks(table: Mapping[str, Any]) -> Mapping[str, str]:
    known: dict[str, str] = dict(table["singles"])
    for letter in table["toned"]:
        base = known.get(letter, letter)
        known |= _marked(letter, base, table["tones"], _TONES)
    for marks, sign in ((table["circumflex"], "\u0302"), (table["breve"], "\u0306")):
        for letter, written in marks.items():
            known |= _marked(letter, letter, written, ["", *_TONES], sign)
    return known


def _marked(
    letter: str, base: str, written: str, tones: Sequence[str], sign: str = ""
) -> dict[str, str]:
    """``written``: the mark for each of the ``tones``, all with the same ``sign`` beside it."""
    return {
        letter + mark: unicodedata.normalize("NFC", base + sign + tone)
        for mark, tone in zip(written, tones, strict=True)
    }


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter
