"""Codes of dossiers, read by the shapes G1 to G5 and G7 (docs/domain.md, Codes)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

#: Pattern with (date, serial), and what makes the date's year one of four digits.
_SHAPES = (
    (r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}-(\d{6})-(\d{4})", "20"),
    (r"[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,6}-(\d{6})-(\d{4})", "20"),
    (r".+-(\d{6})-(\d{6,7})", "20"),
    (r"[A-Y]\d{2}(?:\.[0-9A-Z]{1,3})*-(\d{8})-(\d{4,7})", ""),
    (r".+-(\d{6})-(\d{5})", "20"),
    (r"(?:[0-9A-Z]{2}\.){1,2}[A-Z]\d{2}-(\d{6})-(\d{4})", "20"),
)
_EPOCH = date(1970, 1, 1)


@lru_cache(maxsize=1)  # several rules in turn ask about the code of one case
def read_code(code: str) -> tuple[int | None, str] | None:
    """(day since 1970, serial) of a code of a known shape; None for any other.

    The day is None when its digits are no day, or none between 1990 and 2100.
    """
    for pattern, century in _SHAPES:
        if found := re.fullmatch(pattern, code, re.ASCII):
            return _day(f"{century}{found[1]}"), found[2]
    return None


def _day(digits: str) -> int | None:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return (day - _EPOCH).days if 1990 <= day.year <= 2100 else None
