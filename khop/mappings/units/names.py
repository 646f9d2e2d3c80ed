"""One name for each unit, however a source writes it (docs/trust.md, Names of units).

A unit is known by its code, else by its name in the province's table. Two units of one name are
never taken for each other: such a name alone says nothing, and in lists their code stands behind
it. A unit that the table does not know keeps the name that the source gives it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache

from khop.errors import KhopError
from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.facts.packaged import load_table
from khop.mappings.time.calendar import LAST_DAY
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.index import spellings_of
from khop.mappings.units.model import OrgUnit
from khop.text.cleaning import clean_text
from khop.text.normal_form import normal_form

#: Tones of Vietnamese: grave, acute, tilde, hook, dot below. The other marks make other letters.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_WORDS = re.compile(r"[^\W_]+")


class UnitNames:
    """The names of a province's units. ``grammar``: the shapes of its codes."""

    def __init__(self, history: UnitHistory, grammar: CodeGrammar | None = None) -> None:
        self._history = history
        self._grammar = grammar
        self._exact = _by_name(history.units, fold_name)
        self._bare = _by_name(history.units, bare_name)
        self._unmarked = _by_name(history.units, _unmarked)
        self._displayed = {fold_name(self.name_of(unit)): (unit,) for unit in history.units}
        self._find = lru_cache(maxsize=8192)(self._found)

    def unit(
        self, name: str | None, code: str | None = None, on: date | None = None, dossier: str = ""
    ) -> OrgUnit | None:
        """The unit of a code, else of a name or of a code in the place of a name, on a day.

        ``dossier``: the code of a dossier, which decides between units of one name. None when the
        table does not know the unit, or knows several and nothing decides.
        """
        day = on or LAST_DAY
        found = self._find(name or "", code or "", day)
        if len(found) > 1 and dossier:
            written = parse_code(dossier, self._grammar).unit
            own = None if written is None else self._history.of_code(written, day)
            found = tuple(each for each in found if own is not None and each.id == own.id)
        return found[0] if len(found) == 1 else None

    def shown(
        self, name: str | None, code: str | None = None, on: date | None = None, dossier: str = ""
    ) -> str | None:
        """The name of the unit in every list; for a unit that the table does not know, the name
        as it is written, else the code."""
        found = self.unit(name, code, on, dossier)
        if found is None:
            return clean_text(name or "") or clean_text(code or "") or None
        return self.name_of(found)

    def name_of(self, unit: OrgUnit) -> str:
        """The name of a unit in the table; with its code where another unit has the same name."""
        name = clean_text(unit.name)
        if len(self._bare[bare_name(name)]) == 1:
            return name
        return f"{name} ({unit.codes[0] if unit.codes else unit.id})"

    def chosen(self, text: str) -> str:
        """The name in lists of the unit that a person asks for, by any of its names or codes.

        An unknown unit is taken as it is written. Raises KhopError for a name that several units
        have.
        """
        found = self._find(text, "", LAST_DAY)
        if len(found) > 1:
            codes = ", ".join(unit.codes[0] if unit.codes else unit.id for unit in found)
            raise KhopError(f"several units have the name {text}; write the code of one: {codes}")
        return self.name_of(found[0]) if found else clean_text(text)

    def written(self, text: str) -> frozenset[str]:
        """The usual ways to write the unit of a name or code: its codes, and its name with and
        without ``UBND``. Of an unknown unit, the text alone."""
        unit = self.unit(text)
        if unit is None:
            return frozenset({text})
        name = clean_text(unit.name)
        bare = _without_front(name)
        names = {name, bare, bare[:1].upper() + bare[1:]}
        for front in load_table("unit_names")["left_out"]:
            names |= {f"{front} {bare}", f"{front} {bare[:1].upper()}{bare[1:]}"}
        codes = {spelling for code in unit.codes for spelling in spellings_of(code)}
        return frozenset({text, *names, *codes})

    def _found(self, name: str, code: str, on: date) -> tuple[OrgUnit, ...]:
        """The units that come into question."""
        for text in (code, name):
            if text and (unit := self._history.of_code(text, on)) is not None:
                return (unit,)
        found = self._named(name)
        return tuple(unit for unit in found if unit.in_force(on)) or found

    def _named(self, name: str) -> tuple[OrgUnit, ...]:
        exact, bare = fold_name(name), bare_name(name)
        for known, key in ((self._displayed, exact), (self._exact, exact), (self._bare, bare)):
            if key in known:
                return known[key]
        # Written without any mark, as on a machine without a Vietnamese keyboard.
        return self._unmarked.get(bare, ())


@lru_cache(maxsize=8192)
def fold_name(name: str) -> str:
    """A name for comparison: words in lower case, the tone behind its syllable."""
    text = normal_form("NFC", clean_text(name).casefold()).replace("\u00f0", "\u0111")
    return " ".join(map(_tone_behind, _WORDS.findall(text)))


@lru_cache(maxsize=8192)
def bare_name(name: str) -> str:
    """A folded name without ``UBND`` in front, and with the word for its kind written out."""
    folded = fold_name(name)
    for words in _left_out():
        if folded.startswith(f"{words} "):
            folded = folded.removeprefix(f"{words} ")
            break
    first, space, rest = folded.partition(" ")
    return f"{_short().get(first, first)}{space}{rest}" if rest else folded


def _without_front(name: str) -> str:
    folded = fold_name(name)
    fronts: list[str] = load_table("unit_names")["left_out"]
    found = next((front for front in fronts if folded.startswith(f"{fold_name(front)} ")), "")
    return name[len(found) :].strip()


def _unmarked(name: str) -> str:
    letters = normal_form("NFD", bare_name(name).replace("\u0111", "d"))
    return "".join(char for char in letters if not unicodedata.combining(char))


def _tone_behind(word: str) -> str:
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(_TONE.findall(letters))
    return unicodedata.normalize("NFC", _TONE.sub("", letters)) + tones


def _by_name(
    units: Iterable[OrgUnit], key: Callable[[str], str]
) -> Mapping[str, tuple[OrgUnit, ...]]:
    found: dict[str, list[OrgUnit]] = defaultdict(list)
    for unit in units:
        found[key(unit.name)].append(unit)
    return {name: tuple(each) for name, each in found.items()}


@cache
def _left_out() -> tuple[str, ...]:
    return tuple(map(fold_name, load_table("unit_names")["left_out"]))


@cache
def _short() -> Mapping[str, str]:
    table: Mapping[str, str] = load_table("unit_names")["short"]
    return {fold_name(short): fold_name(word) for short, word in table.items()}
