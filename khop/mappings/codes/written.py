"""Codes of dossiers as people and programs write them, cleaned of what stands around the code.

::

    "Mã HS: H99.18.14–261109–0001 (bổ sung)"  ──>  H99.18.14-261109-0001

A text is the code only when it holds exactly one code of a known shape and nothing that could
belong to the code or to another one. Anything else keeps no code (docs/trust.md); ``codes.near``
says which dossiers it may mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from html import unescape
from urllib.parse import unquote

from khop.mappings.codes.grammar import CodeGrammar, CodeShape, Order, packaged_grammar, readings
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.spelling import canonical_code, is_dash
from khop.mappings.facts.packaged import load_table
from khop.text.cleaning import is_gap
from khop.text.normal_form import normal_form

_LONGEST = 500
_CANONICAL = re.compile(r"[0-9A-Z.\-]+", re.ASCII)
#: Letters in another form (full width, bold, no-break): the same letters.
_SAME_LETTER = frozenset({"<wide>", "<narrow>", "<font>", "<noBreak>", "<compat>"})
_SOFT_HYPHEN = "\u00ad"
#: No width, although Unicode counts them as marks or letters.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
_NEAR_A_SIGN = re.compile(r"\s*([-./_])\s*")
_HYPHENS = re.compile(r"-{2,}")
#: What is peeled off both ends: quotes, brackets, punctuation, the guards of exports.
_PEELED = (
    " \t\r\n\"'`()[]{}<>*=,;:.!?|\\/_-+#@^~"
    "\u00b4\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb"
    "\u2039\u203a\u3008\u3009\u300a\u300b\u300c\u300d\u2026\u2022\u00b7"
)
_RUN = re.compile(r"[0-9A-Z][0-9A-Z.\-]*", re.ASCII)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.\-]{1,9}:)?//|www\.", re.IGNORECASE)
_PARTS_OF_ADDRESS = re.compile(r"[/?&=#;:!,\"'()<>|\s]")
#: A whole code whose parts are divided by other signs than hyphens.
_REDIVIDED = re.compile(
    r"([0-9A-Z]{2,3}(?:\.[0-9A-Z]{1,3})*)[-/_. ]([0-9]{6}|[0-9]{8})[-/_. ]([0-9]{4,7})", re.ASCII
)


def is_proper(code: str, grammar: CodeGrammar | None = None) -> bool:
    """Whether a canonical code is of a known shape, in the letters that systems use, with a day
    that exists and on which such codes were given out."""
    if not code.isascii() or not code.isprintable() or " " in code:
        return False
    shapes = (grammar or packaged_grammar()).dossier
    return any(_fits(shape, parts) for shape, parts in readings(shapes, code))


def _fits(shape: CodeShape, parts: Mapping[str, str]) -> bool:
    day = shape.day(parts["date"]) if "date" in parts else None
    if "date" in parts and (day is None or not shape.given_out_on(day)):
        return False
    # A shape for units of either order takes any text before the day.
    return shape.order is not Order.EITHER or bool(parse_organisation(parts["unit"]).levels)


def written_code(text: str, grammar: CodeGrammar | None = None) -> str | None:
    """The code in a text that a person or a program wrote; None when it holds none, or more than
    one, or something else that may belong to it."""
    if _CANONICAL.fullmatch(text) and is_proper(text, grammar):
        return text
    if len(text) > _LONGEST:
        return None
    for plain in _readings(text):
        if (code := _code_in(plain, grammar)) is not None:
            return code
    return None


def cleaned_code(text: str, grammar: CodeGrammar | None = None) -> str:
    """The code in a text, else the canonical spelling of the text as it is."""
    return written_code(text, grammar) or canonical_code(text)


def codes_in(text: str, grammar: CodeGrammar | None = None) -> set[str]:
    """The codes of a known shape in a text."""
    runs = _RUN.findall(plain_text(text[:_LONGEST]))
    return {code for run in runs if is_proper(code := run.rstrip(".-"), grammar)}


def plain_text(text: str) -> str:
    """Upper case, dashes as hyphens, letters in their usual form, nothing without width.

    A sign above or below the line, such as the number of a footnote, becomes a space.
    """
    return normal_form("NFC", "".join(map(_plain, text))).upper()


def _readings(text: str) -> list[str]:
    """The plain text; a soft hyphen has no width, or is a hyphen."""
    if "&" in text:
        text = unescape(text)  # a page of the web, copied as it is
    readings = [plain_text(text)]
    if _SOFT_HYPHEN in text:
        readings.append(plain_text(text.replace(_SOFT_HYPHEN, "-")))
    return readings


def _code_in(text: str, grammar: CodeGrammar | None) -> str | None:
    if _ADDRESS.search(text):
        return _in_address(text, grammar)
    loose = _without_label(_peeled(text))
    close = _HYPHENS.sub("-", _NEAR_A_SIGN.sub(r"\1", loose))
    return (
        _proper(close, grammar)
        or _redivided(close, grammar)
        or _before_a_note(close, grammar)
        or _before_a_note(loose, grammar)
    )


def _proper(code: str, grammar: CodeGrammar | None) -> str | None:
    return code if code and is_proper(code, grammar) else None


def _redivided(text: str, grammar: CodeGrammar | None) -> str | None:
    """``H99.18.14/261109/0001``: other signs between the parts of a whole code."""
    found = _REDIVIDED.fullmatch(text)
    return None if found is None else _proper("-".join(found.groups()), grammar)


def _before_a_note(text: str, grammar: CodeGrammar | None) -> str | None:
    """The code at the beginning of a text whose rest has no digit and is no part of a word."""
    found = _RUN.match(text)
    if found is None:
        return None
    code, rest = found[0].rstrip(".-"), text[found.end() :]
    rest = rest.replace(code, "")  # the same code twice
    if any(map(str.isdigit, rest)) or (rest and rest[0].isalnum()):
        return None
    return _proper(code, grammar)


def _in_address(text: str, grammar: CodeGrammar | None) -> str | None:
    """The code that is a whole part of a web address, if it is the only one."""
    parts = _PARTS_OF_ADDRESS.split(unquote(text).upper())
    found = {code for part in parts if (code := _proper(_peeled(part), grammar))}
    return found.pop() if len(found) == 1 else None


def _without_label(text: str) -> str:
    """The text without a label before the code."""
    for longest in range(min(len(text), _longest_label() + 8), 0, -1):
        head = text[:longest]
        if not text[longest : longest + 1].isalnum() and _folded(head) in _labels():
            return _peeled(text[longest:])
    for longest in range(1, min(len(text), _longest_label() + 8)):
        # "MHSH99.18…": a label without a space behind it.
        if _folded(text[:longest]) in _labels() and _RUN.fullmatch(text[longest:]):
            return text[longest:]
    return text


def _peeled(text: str) -> str:
    return text.strip(_PEELED)


def _plain(char: str) -> str:
    if char.isascii():
        return " " if char.isspace() or not char.isprintable() else char
    if is_dash(char):
        return "-"
    if char.isspace():
        return " "
    if is_gap(char) or _INVISIBLE.match(char):
        return ""
    kind, _, _ = unicodedata.decomposition(char).partition(" ")
    if kind in _SAME_LETTER:
        return unicodedata.normalize("NFKC", char)
    return " " if kind.startswith("<") else char


def _folded(text: str) -> str:
    """Letters and digits alone, without marks, in lower case."""
    bare = normal_form("NFD", text.casefold().replace("đ", "d").replace("ð", "d"))
    return "".join(filter(str.isalnum, bare))


@cache
def _labels() -> frozenset[str]:
    return frozenset(map(_folded, load_table("code_writing")["labels"]))


@cache
def _longest_label() -> int:
    return max(map(len, load_table("code_writing")["labels"]))
