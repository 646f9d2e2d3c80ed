"""Whether a word is a syllable of written Vietnamese (``data/vietnamese_syllables.toml``)."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from khop.mappings.facts.packaged import load_table
from khop.text.normal_form import normal_form

#: Grave, acute, tilde, hook above, dot below.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
#: The tones of a syllable that ends in a stop: acute, dot below.
_STOPPED_TONES = frozenset("\u0301\u0323")
_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED = frozenset("ăâêôơư")
#: Rimes whose tone stands on either vowel: hòa and hoà, thủy and thuỷ.
_EITHER = frozenset({"oa", "oe", "uy"})
_LONGEST = len("nghiêng") + 8


@lru_cache(maxsize=16_384)
def is_syllable(word: str) -> bool:
    """Whether a word, in any case and normal form, is a Vietnamese syllable with its tone."""
    if len(word) > _LONGEST:
        return False
    bare, tones = "", []
    for letter in normal_form("NFC", word.lower()):
        parts = normal_form("NFD", letter)
        bare += normal_form("NFC", "".join(sign for sign in parts if sign not in _TONES))
        tones += [(sign, len(bare) - 1) for sign in parts if sign in _TONES]
    bare = unicodedata.normalize("NFC", bare)
    rime = _rime(bare)
    if rime is None or len(tones) > 1:
        return False
    stopped = rime.endswith(tuple(load_table("vietnamese_syllables")["stopped"]))
    if not tones:
        return not stopped
    ((tone, place),) = tones
    on = place - (len(bare) - len(rime))
    return on in _places(rime) and (not stopped or tone in _STOPPED_TONES)


def _rime(bare: str) -> str | None:
    """The rime of a syllable without its tone; None when it has no known parts."""
    rimes, beginnings = _parts()
    for length in (3, 2, 1, 0):
        if bare[:length] in beginnings and bare[length:] in rimes and len(bare) >= length:
            return bare[length:]
    return None


@cache
def _places(rime: str) -> frozenset[int]:
    """The letters of a rime on which its tone may stand."""
    vowels = [place for place, letter in enumerate(rime) if letter in _VOWELS]
    marked = [place for place in vowels if rime[place] in _MARKED]
    if marked:
        return frozenset(marked[-1:])
    if rime in _EITHER:
        return frozenset(vowels)
    if len(vowels) < len(rime):
        return frozenset(vowels[-1:])
    return frozenset(vowels[1:2] if len(vowels) > 2 else vowels[:1])


@cache
def _parts() -> tuple[frozenset[str], frozenset[str]]:
    table = load_table("vietnamese_syllables")
    return frozenset(table["rimes"]), frozenset(table["beginnings"])
