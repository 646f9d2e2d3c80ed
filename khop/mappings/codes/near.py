"""Codes that may mean a dossier although they are not its code.

Two ways to be near:

``spellings(code)``      other codes of a known shape for the same unit, day and number: the unit in
                         its other order, the day with four digits of the year, zeros before the
                         number, one letter that looks like another
``near_codes(text)``     parts of codes in a text of no known shape: ``261109-0001``,
                         ``18.14-261109-0001``, ``H99.18.14-09112026-1``

A near code is a candidate for people, never evidence and never an accusation. A code with another
unit, day or number is not near.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import dropwhile

from khop.mappings.codes.dossier import CodeParts, parse_code
from khop.mappings.codes.grammar import CodeGrammar, Order
from khop.mappings.codes.organisation import OrganisationCode
from khop.mappings.codes.written import plain_text
from khop.mappings.facts.packaged import load_table

#: Letters and digits that are taken for each other.
_CONFUSED = ("0O", "1IL")
_AS_DIGIT = str.maketrans("OQIL", "0011")
_WIDTHS = range(4, 8)
_NEAR = re.compile(
    r"(?:(?<![0-9A-Z.])(?P<unit>[0-9A-Z]{1,3}(?:[. _,/-]{1,3}[0-9A-Z]{1,3}){0,6})[-/_. ]{1,3})?"
    r"(?<![0-9A-Z])(?P<date>[0-9OQIL]{8}|[0-9OQIL]{6})[-/_. ]{1,3}(?P<serial>[0-9OQIL]{1,7})"
    r"(?![0-9])",
    re.ASCII,
)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class NearCode:
    """A code as far as a text says it. ``unit``: the groups of the unit's code, in either order
    and perhaps not all; empty when the text has none. ``days``: those that its digits may mean.
    ``number``: the serial without leading zeros."""

    unit: tuple[str, ...]
    days: frozenset[date]
    number: str

    def may_be(self, parts: CodeParts) -> bool:
        """Whether it may mean the dossier of a code, as far as both say it."""
        if parts.tail is None or parts.date not in self.days or parts.tail[1] != self.number:
            return False
        unit = parts.organisation
        return not self.unit or (unit is not None and _within(self.unit, unit))


def near_codes(text: str) -> tuple[NearCode, ...]:
    """The codes and parts of codes in a text; none in a text without a day and a number."""
    found = (_near(match) for match in _NEAR.finditer(_in_latin(text[:_LONGEST])))
    return tuple(each for each in found if each.days and each.number)


def spellings(code: str, grammar: CodeGrammar | None = None) -> frozenset[str]:
    """Other codes that may be written for the dossier of a canonical code; of a code of unknown
    shape, those alone whose letters look alike."""
    parts = parse_code(code, grammar)
    found = {*_respelled(parts), *_padded(parts), *_confused(code), *_in_other_alphabets(code)}
    if not code.isascii():
        found.add(_in_latin(code))
    return frozenset(found - {code})


def _near(match: re.Match[str]) -> NearCode:
    # Groups without a digit are words: "HS", "TN".
    groups = tuple(dropwhile(str.isalpha, re.findall("[0-9A-Z]+", match["unit"] or "")))
    number = match["serial"].translate(_AS_DIGIT).lstrip("0")
    return NearCode(groups, frozenset(_days(match["date"].translate(_AS_DIGIT))), number)


def _days(digits: str) -> Iterator[date]:
    """The days that six or eight digits may mean: year first, or day first."""
    wide = len(digits) == 8
    year = 4 if wide else 2
    for text in (digits, digits[4:] + digits[2:4] + digits[:2]):
        try:
            whole = int(text[:year]) if wide else 2000 + int(text[:year])
            yield date(whole, int(text[year : year + 2]), int(text[year + 2 :]))
        except ValueError:
            continue


def _within(groups: Sequence[str], unit: OrganisationCode) -> bool:
    """Whether the groups are the unit's, in either order, or its last levels."""
    levels = _bare(unit.levels)
    written = _bare(groups)
    if not written or not levels:
        return False
    return any(
        tuple(order) == levels[len(levels) - len(order) :]
        for order in (written, written[::-1])
        if len(order) <= len(levels)
    )


def _bare(groups: Collection[str]) -> tuple[str, ...]:
    """Groups for comparison: without those of zeros, letters that look like digits as digits."""
    folded = (group.translate(_AS_DIGIT) for group in groups)
    return tuple(group for group in folded if group.strip("0"))


def _respelled(parts: CodeParts) -> Iterator[str]:
    """The same unit, day and number in every form."""
    organisation = parts.organisation
    if parts.tail is None or organisation is None:
        return
    day, number = parts.tail
    for unit in {organisation.code, *_orders(organisation)}:
        for written in (f"{day:%y%m%d}", f"{day:%Y%m%d}"):
            for width in _WIDTHS:
                if len(number) <= width:
                    yield f"{unit}-{written}-{number.zfill(width)}"


def _padded(parts: CodeParts) -> Iterator[str]:
    """The code with zeros at the end of its unit, and without them: ``H99.18.14.00``,
    ``H99.18.014``."""
    unit = parts.unit or ""
    above, dot, last = unit.rpartition(".")
    if not dot or not parts.code.startswith(f"{unit}-") or not last.isdecimal():
        return
    rest = parts.code[len(unit) :]
    if not last.strip("0"):
        yield f"{above}{rest}"
        return
    for written in (f"{unit}.00", f"{unit}.000", f"{above}.{last.lstrip('0').zfill(2)}"):
        yield f"{written}{rest}"
    if len(last) == 2:
        yield f"{above}.0{last}{rest}"


def _orders(unit: OrganisationCode) -> Iterator[str]:
    for order in (Order.NEW, Order.OLD):
        if text := unit.spelled(order):
            yield text
    if len(unit.levels) in (2, 3):
        yield ".".join(reversed(unit.levels))


def _confused(code: str) -> Iterator[str]:
    """The code with one of 0, O and 1, I, L in place of another."""
    for place, char in enumerate(code):
        for group in _CONFUSED:
            if char in group:
                yield from (code[:place] + other + code[place + 1 :] for other in group)


def _in_other_alphabets(code: str) -> Iterator[str]:
    """The code with one letter, or all, of another alphabet."""
    for alphabet in _alphabets():
        yield code.translate(alphabet)
        for place, char in enumerate(code):
            if ord(char) in alphabet:
                yield code[:place] + alphabet[ord(char)] + code[place + 1 :]


def _in_latin(text: str) -> str:
    """Plain text with the Latin letter for each that looks like it."""
    # Before it is made plain too: the usual form of the sigma that looks like C is another sigma.
    return plain_text(text.upper().translate(_look_alikes())).translate(_look_alikes())


@cache
def _look_alikes() -> Mapping[int, str]:
    table: Mapping[str, str] = load_table("code_writing")["look_alike"]
    return {ord(sign): letter for sign, letter in table.items()}


@cache
def _alphabets() -> tuple[Mapping[int, str], ...]:
    """ASCII -> its look-alikes, for each other alphabet; full width is one."""
    wide = {ord(char): chr(ord(char) + 0xFEE0) for char in _LATIN}
    found: list[dict[int, str]] = [wide]
    for sign, letter in load_table("code_writing")["look_alike"].items():
        table = next((each for each in found if ord(letter) not in each), None)
        if table is None:
            found.append(table := {})
        table[ord(letter)] = sign
    return tuple(found)


_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
