"""Words in headers and rows of logbooks and registers (``data/paper_words.toml``,
``data/paper_shorthand.toml``)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import fold_name

#: Remarks: "(dd/mm/yyyy)", "(nếu có)", "(3)".
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
#: "1. Mã hồ sơ", "3) Ngày ký".
_NUMBERED = re.compile(r"\s*[0-9]{1,2}\s*[.)]\s*(?=\D)")
_COMMON = "common"
#: Longer texts are no header.
_LONGEST_HEADER = 200
#: Longer texts are no word for "no value", and none that repeats the row before.
_LONGEST_BLANK = 24
#: A quick look: how a cell that repeats the row before may begin.
_MAY_BE_DITTO = re.compile(r"\s*(?:[^\w\s]|[nN][tThH./ ]|[cC][ùuU])")
_NUMBER = re.compile(r"[0-9]+")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Letters and digits alone, lower case, without accents: ``MÃ HỒ SƠ (*)`` is ``mahoso``."""
    return "".join(filter(str.isalnum, fold_name(text)))


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """A header for comparison; "" for a text that is too long to be one."""
    if len(text) > _LONGEST_HEADER:
        return ""
    bare = _BRACKETS.sub(" ", _NUMBERED.sub("", text))
    key = folded(bare) or folded(text) or text.strip()
    for long, short in short_forms().items():
        key = key.replace(long, short)
    return key


def bracketed(text: str) -> list[str]:
    """The remarks in brackets of a header."""
    return [found[1:-1] for found in _BRACKETS.findall(text)]


def unbracketed_key(text: str) -> str:
    """A header for comparison, its remarks in brackets as words of it."""
    return header_key(re.sub(r"[()\[\]]", " ", text))


@cache
def short_forms() -> Mapping[str, str]:
    """Long form of a term -> its short form."""
    return {
        folded(long): folded(short) for long, short in load_table("paper_words")["short"].items()
    }


@cache
def header_words(kind: str) -> Mapping[str, str]:
    """Header key -> the column it means in a kind of file.

    Words of the kind come before words that all kinds have in common.
    """
    table = load_table("paper_words")
    words: dict[str, str] = {}
    for lists in (table[_COMMON], table[kind]["headers"]):
        words |= {header_key(word): column for column, each in lists.items() for word in each}
    return words


def evidence_columns(kind: str) -> tuple[str, ...]:
    """The columns of evidence; a row of this kind needs one of them."""
    return tuple(load_table("paper_words")[kind]["evidence"])


def subject_columns(kind: str) -> tuple[str, ...]:
    """The columns that identify the dossier or person; a file needs one of them."""
    return tuple(load_table("paper_words")[kind]["subject"])


def with_example(kind: str, column: str) -> str:
    """A column with its most common header in this kind of file: ``code ('mã hồ sơ')``."""
    table = load_table("paper_words")
    headers = table[kind]["headers"].get(column) or table[_COMMON][column]
    return f"{column} ({headers[0]!r})"


@cache
def words(name: str) -> tuple[str, ...]:
    """One of the lists of ``[words]``, folded, longest first; signs without letters are kept."""
    raw = load_table("paper_words")["words"][name]
    return tuple(sorted({folded(word) or word for word in raw}, key=len, reverse=True))


@cache
def plain_words(name: str) -> frozenset[str]:
    """Words of a lower header that add nothing to the group header above it."""
    return frozenset(header_key(word) for word in load_table("paper_words")["plain"][name])


@cache
def _blanks() -> frozenset[str]:
    return frozenset(words("blanks"))


def is_blank(text: str) -> bool:
    """Whether a text means that there is no value: blank, "-", "chưa trả"."""
    bare = text.strip()
    if not bare:
        return True
    return len(bare) <= _LONGEST_BLANK and (folded(bare) or bare) in _blanks()


def is_ditto(text: str) -> bool:
    """Whether a cell repeats the row before: a ditto mark, "nt", "như trên"."""
    if len(text) > _LONGEST_BLANK or not _MAY_BE_DITTO.match(text):
        return False
    bare = "".join(text.split())
    return (folded(bare) or bare) in _dittos()


@cache
def _dittos() -> frozenset[str]:
    raw = load_table("paper_shorthand")["dittos"]
    return frozenset(folded(word) or word for word in raw)


def names_a_law(text: str) -> bool:
    """Whether a text names a law or a form."""
    key = folded(text)
    return any(folded(word) in key for word in load_table("paper_shorthand")["references"])


def without_phrases(text: str, lists: Collection[str]) -> str:
    """What of a text is in none of these lists of phrases, folded; "" for nothing."""
    rest = _NUMBER.sub("#", folded(text))
    while rest:
        phrase = next((each for each in _phrases(tuple(lists)) if rest.startswith(each)), None)
        if phrase is None:
            return rest
        rest = rest.removeprefix(phrase)
    return ""


@cache
def _phrases(lists: tuple[str, ...]) -> tuple[str, ...]:
    """The folded phrases of some lists, longest first. A column without notes has no list."""
    notes = load_table("paper_shorthand")["notes"]
    raw = {
        "#".join(map(folded, phrase.split("#"))) for name in lists for phrase in notes.get(name, ())
    }
    return tuple(sorted(raw, key=len, reverse=True))
