"""Checks of a personal number (số định danh cá nhân; docs/systems/population.md).

::

    001 1 85 012345
    │   │ │  └ random; there is no check digit
    │   │ └ last two digits of the birth year
    │   └ century and sex: 0, 1 the 1900s, 2, 3 the 2000s …; even male, odd female
    └ where the birth was registered
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Birth

_NUMBER = re.compile(r"[0-9]{12}")
_OLD_CARD = re.compile(r"[0-9]{9}")
_ZERO_LOST = (8, 10, 11)
_RUNS = ("0123456789" * 3, "123456789" * 3, "9876543210" * 3, "987654321" * 3)


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """``code``: a stable word. ``why``: a sentence without the number. With an ``error``, no person
    can have the number; with a ``warning``, a person should check it."""

    level: Literal["error", "warning"]
    code: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class NumberFacts:
    """The facts in the 12 digits of a number."""

    place: str
    birth_year: int
    male: bool


def number_facts(number: str) -> NumberFacts | None:
    """The facts in a 12-digit number; None for any other text."""
    if not _NUMBER.fullmatch(number):
        return None
    kind = int(number[3])
    return NumberFacts(number[:3], 1900 + 100 * (kind // 2) + int(number[4:6]), kind % 2 == 0)


def is_old_card(number: str) -> bool:
    """Whether the number has nine digits: a CMND, by which a person can still be found."""
    return _OLD_CARD.fullmatch(number) is not None


def check_personal_number(
    number: str,
    birth: Birth | None = None,
    male: bool | None = None,
    *,
    today: date,
) -> tuple[NumberFinding, ...]:
    """Errors and warnings about a number, by itself and with the stated birth and sex.

    A different birth or sex is a warning, because the rules for numbers after a correction of
    civil records are not public.
    """
    facts = number_facts(number)
    if facts is None:
        made_up = is_old_card(number) and _looks_made_up(number)
        return (_MADE_UP,) if made_up else _shape_findings(number)
    checks = (
        (facts.birth_year > today.year, _BORN_IN_FUTURE),
        (facts.place not in load_table("birth_places")["provinces"], _UNKNOWN_PLACE),
        (birth is not None and birth.year != facts.birth_year, _OTHER_YEAR),
        (male is not None and male != facts.male, _OTHER_SEX),
        (_looks_made_up(number), _MADE_UP),
    )
    return tuple(finding for found, finding in checks if found)


def _shape_findings(number: str) -> tuple[NumberFinding, ...]:
    if is_old_card(number):
        return ()
    if not number:
        return (_error("missing", "there is no number"),)
    if not (number.isascii() and number.isdigit()):
        return (_error("not_digits", "a personal number has digits only"),)
    if len(number) in _ZERO_LOST:
        return (
            _error(
                "zero_lost",
                f"it has {len(number)} digits: a leading zero was probably lost in a spreadsheet; "
                "the clerk must confirm the whole number",
            ),
        )
    return (_error("wrong_length", f"it has {len(number)} digits; 12 or 9 are expected"),)


def _looks_made_up(number: str) -> bool:
    return len(set(number)) == 1 or any(number in run for run in _RUNS)


def _error(code: str, why: str) -> NumberFinding:
    return NumberFinding("error", code, why)


_BORN_IN_FUTURE = _error("born_in_future", "its digits 4 to 6 give a birth year in the future")
_UNKNOWN_PLACE = NumberFinding(
    "warning",
    "unknown_birth_place",
    "its first three digits are none of the 63 provinces: born abroad, or a test number",
)
_OTHER_YEAR = NumberFinding(
    "warning", "birth_year_differs", "it was given for another birth year than the one stated"
)
_OTHER_SEX = NumberFinding(
    "warning", "sex_differs", "it was given for the other sex than the one stated"
)
_MADE_UP = NumberFinding("warning", "looks_made_up", "its digits are all the same, or in a row")
