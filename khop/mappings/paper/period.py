"""The month and year that titles and headings of sections name: "Tháng 11 năm 2026"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.identity import fold_name
from khop.mappings.paper.words import names_a_law
from khop.mappings.time.parsing import FIRST_YEAR, LAST_YEAR

_END = r"[\s.,;:)\-]*$"
_MONTH_AND_YEAR = re.compile(
    rf"(?:^|[^a-z])(?:thang|t)\s*(\d{{1,2}})\s*(?:[/.\-,]?\s*(?:nam)\s*|[/.\-]\s*)(\d{{4}}){_END}",
    re.ASCII,
)
_MONTH = re.compile(rf"^(?:[ivx]+[\s.)\-]+)?thang\s*(\d{{1,2}}){_END}", re.ASCII)
_YEAR = re.compile(rf"(?:^|[^a-z])nam\s*:?\s*(\d{{4}}){_END}", re.ASCII)
_DAY_BEFORE = re.compile(r"ngay[\s.…]*\d{0,2}[\s.…]*$")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Period:
    """``year``: of a month, or of a whole book, which names no month."""

    month: int | None = None
    year: int | None = None
    #: of the title above all rows
    book_year: int | None = None


NO_PERIOD = Period()


def period_of(cells: Iterable[Cell], before: Period = NO_PERIOD) -> Period:
    """The period of the rows below a title or heading with these cells.

    ``before``: that of the lines above it. A heading that names a month alone has the year of the
    book's title. A line that names two periods, a law or a form tells none.
    """
    found = before
    for text in dict.fromkeys(cell for cell in cells if isinstance(cell, str)):
        found = _named(text, found)
    return found


def _named(text: str, before: Period) -> Period:
    if len(text) > _LONGEST or names_a_law(text):
        return before
    folded = fold_name(text)
    if both := _MONTH_AND_YEAR.search(folded):
        if _DAY_BEFORE.search(folded[: both.start() + 1]):
            return before  # the day of a signature
        return _checked(int(both[1]), int(both[2]), before)
    if month := _MONTH.search(folded):
        return _checked(int(month[1]), before.book_year, before)
    if year := _YEAR.search(folded):
        return _checked(None, int(year[1]), before, whole=True)
    return before


def _checked(month: int | None, year: int | None, before: Period, *, whole: bool = False) -> Period:
    if (month is not None and not 1 <= month <= 12) or (
        year is not None and not FIRST_YEAR <= year <= LAST_YEAR
    ):
        return before
    return Period(month, year, year if whole else before.book_year)
