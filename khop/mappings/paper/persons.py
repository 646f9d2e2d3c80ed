"""What stands beside the name of a person in a cell: titles, telephones, a second person.

::

    "Ông Nguyễn Văn Mẫu - 0901234567"  ──>  Nguyễn Văn Mẫu, not certain

A name is certain when the cell holds nothing else. Another one is compared too, so that people are
shown the dossier that it may mean, but it accuses nobody: "Ông" is a title and a family name.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import fold_name
from khop.mappings.paper.words import folded

_MARKS = " \t\r\n.,;:*\"'`“”‘’«»()[]<>-–—_/|"
_NAME = re.compile(r"[^\W\d_]+(?:['’\u02bc][^\W\d_]+)?(?:[ \-][^\W\d_]+(?:['’\u02bc][^\W\d_]+)?)+")
_BRACKETS = re.compile(r"[(\[<{][^()\[\]<>{}]*[)\]>}]")
#: Where the name of one person ends.
_BEHIND = re.compile(
    r"[\d\n,;:+&/|=]|\s[-–—]\s|\s(?:và|va|cùng)\s|\ssinh\s(?:năm|ngày)"
    r"|\s(?:sđt|đt|tel|phone|cccd|cmnd|cc|sn|số)\s*[:.\d]",
    re.IGNORECASE,
)
_IN_ORDER = re.compile(r"^\s*\d{1,3}\s*[.)/\-]\s*")
_VOWEL = re.compile("[aeiouy]")
_LONGEST_TITLE = 3


@lru_cache(maxsize=4096)
def person_name(text: str) -> tuple[str, bool]:
    """The name in a cell, and whether it is certain."""
    bare = text.strip(_MARKS)
    if _NAME.fullmatch(bare) and _is_whole(bare):
        return bare, True
    plain = _IN_ORDER.sub("", _BRACKETS.sub(" ", text), count=1)
    rest = _without_title(plain.strip(_MARKS))
    if behind := _BEHIND.search(rest):
        rest = rest[: behind.start()]
    return " ".join(rest.strip(_MARKS).split()) or bare, False


def _is_whole(name: str) -> bool:
    """Whether a name has no title, and no word that is shortened to letters without a vowel."""
    words = fold_name(name).split()
    if words[0] in _titles() or _BEHIND.search(f" {name} "):
        return False
    return all(_VOWEL.search(word) for word in words)


def _without_title(text: str) -> str:
    words = text.split()
    for count in range(min(_LONGEST_TITLE, len(words) - 2), 0, -1):
        if folded("".join(words[:count])) in _titles():
            return _without_title(" ".join(words[count:]).strip(_MARKS))
    return text


@cache
def _titles() -> frozenset[str]:
    return frozenset(map(folded, load_table("paper_shorthand")["titles"]))
