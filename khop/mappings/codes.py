"""Codes of dossiers and procedures: one canonical spelling, and what the shapes say.

Shapes are data (``data/code_formats.toml``, specs/domain.md 1.3, 1.6); an unknown one is kept,
never refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from khop.mappings.data_tables import load_table
from khop.mappings.text import is_gap
from khop.normal_form import normal_form

#: Serials of this length were made up when the code was sent (specs/domain.md 1.3 F5).
SYNTHETIC_SERIAL = 5
_ALREADY_CANONICAL = re.compile(r"[0-9A-Z.\-]*", re.ASCII)


def canonical_code(text: str) -> str:
    """The one spelling of a code: Unicode NFC, upper case, no white space of any kind."""
    if _ALREADY_CANONICAL.fullmatch(text):
        return text
    while True:
        bare = "".join(char for char in text if not is_gap(char))
        upper = normal_form("NFC", normal_form("NFC", bare).upper())
        # Upper case of a few letters is several characters, which may compose again.
        if upper == text:
            return text
        text = upper


@dataclass(frozen=True, slots=True)
class CodeParts:
    """What a dossier code says.

    ``grammar``: id of its shape, None for an unknown one; then nothing else is known either.
    ``date``: the day it was given out, None when those digits are no day. ``synthetic``: the
    serial has five digits, so a machine made it up.
    """

    code: str
    grammar: str | None = None
    unit: str | None = None
    date: date | None = None
    serial: str | None = None
    synthetic: bool = False


def parse_code(code: str) -> CodeParts:
    """Read a dossier code; any spelling of it."""
    code = canonical_code(code)
    for grammar, (pattern, date_format) in _grammars().items():
        if pattern.fullmatch(code):
            unit, day, serial = code.rsplit("-", 2)
            synthetic = len(serial) == SYNTHETIC_SERIAL
            return CodeParts(code, grammar, unit, _day(day, date_format), serial, synthetic)
    return CodeParts(code)


def code_patterns() -> Mapping[str, str]:
    """Grammar id -> anchored pattern over canonical codes, for RE2, PostgreSQL and ``re``."""
    return {row["id"]: row["pattern"] for row in load_table("code_formats")["dossier"]}


@lru_cache(maxsize=8192)
def base_procedure(text: str) -> str | None:
    """The procedure as announced, ``d.dddddd``, without authority and case (specs/domain.md 1.6).

    The canonical text itself when the shape is unknown; None for blank.
    """
    code = canonical_code(text)
    match = _procedure_pattern().fullmatch(code)
    return match[1] if match else code or None


@cache
def _grammars() -> Mapping[str, tuple[re.Pattern[str], str]]:
    rows = load_table("code_formats")["dossier"]
    return {row["id"]: (re.compile(row["pattern"]), row["date_format"]) for row in rows}


@cache
def _procedure_pattern() -> re.Pattern[str]:
    return re.compile(load_table("code_formats")["procedure"]["pattern"])


def _day(digits: str, date_format: str) -> date | None:
    if date_format == "yyMMdd":
        digits = f"20{digits}"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
