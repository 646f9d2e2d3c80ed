"""Forms of slips that citizens are given (docs/domain.md, Clock): 02 asks for a supplement, 03
refuses, 05 ends the work on a dossier; and notices of any other kind.

A form is told by its number ("Mẫu số 02") or by what it is called (``[slips.forms]`` of
``data/paper_words.toml``). The number 05 meant another form until TT 03/2025 came into force.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.paper.cells import read_text
from khop.mappings.paper.office.phrases import Phrases
from khop.mappings.paper.words import folded

NOTICE = "notice"
#: The forms of slips; ``NOTICE``: no form, a notice to the citizen.
FORMS = ("02", "03", "05", NOTICE)

WITHOUT_FORM = (
    "is not told by this row, by a line above it or by the sheet's name; add a column 'Mẫu số' "
    "with 02, 03, 05 or 'Thông báo', or set form in khop.toml"
)
_UNKNOWN = "is no form of a slip; write 02, 03, 05 or 'Thông báo'"
_SEVERAL = "names more than one form; write 02, 03, 05 or 'Thông báo'"
_OTHER = "is a form that is no slip: slips are forms 02, 03 and 05, and notices"
_OLD_05 = "was the process control sheet before 2025-07-01; write what the slip is called"
#: From this day on form 05 is the notice that the work ends (TT 03/2025/TT-VPCP).
_NEW_FORMS = date(2025, 7, 1)
_NUMBER = re.compile(r"(?:so)?0?([1-9])|mau(?:phieu)?(?:so)?0?([1-9])(?![0-9]).*", re.ASCII)
#: In titles a number behind "mẫu" alone may be part of a name.
_WITH_NUMBER = re.compile(r"mau(?:phieu)?so0?([1-9])(?![0-9])", re.ASCII)


def read_form(cell: Cell, field: str, day: date | None = None) -> str | None:
    """The form in a cell; None for none. ``day``: of the slip. Raises RecordError."""
    text = read_text(cell, field)
    if not text:
        return None
    key = folded(text)
    alone = _NUMBER.fullmatch(key)
    found = _named(key) | ({f"0{alone[1] or alone[2]}"} if alone else set())
    if not found:
        raise RecordError(field, _UNKNOWN)
    if len(found) > 1:
        raise RecordError(field, _SEVERAL)
    (form,) = found
    if form not in FORMS:
        raise RecordError(field, _OTHER)
    by_number = form == "05" and not _phrases().split(key)[0]
    if by_number and day is not None and day < _NEW_FORMS:
        raise RecordError(field, _OLD_05)
    return form


def form_in(texts: Iterable[str]) -> str | None:
    """The form that the first of these lines which names forms is about; None where it names
    several, or none does."""
    for text in texts:
        if found := _named(folded(text)):
            (form, *more) = found
            return form if form in FORMS and not more else None
    return None


@lru_cache(maxsize=4096)
def _named(key: str) -> frozenset[str]:
    """The forms that a folded text names; a notice of another form is that form."""
    found = _phrases().split(key)[0] | {f"0{number}" for number in _WITH_NUMBER.findall(key)}
    return frozenset((found - {NOTICE}) or found)


@cache
def _phrases() -> Phrases:
    return Phrases(load_table("paper_words")["slips"]["forms"])
