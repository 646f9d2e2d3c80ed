"""Working days counted by hand, from the notices of each year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

#: Weekdays off, and Saturdays worked. Elsewhere only weekends are known to be off.
_OFF = {
    2021: "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9",
    2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
    2027: "1/1",
}
_WORKED = {2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}


_EPOCH = date(1970, 1, 1)


def _days(table: Mapping[int, str]) -> set[date]:
    return {
        date(year, int(month), int(day))
        for year, text in table.items()
        for day, month in (part.split("/") for part in text.split())
    }


class CountedByHand:
    """Working days since 1990, without a library: weeks are counted, the tables correct them."""

    def __init__(self) -> None:
        self._off, self._worked = _days(_OFF), _days(_WORKED)
        self.order = cache(self._count)

    def _count(self, day: int) -> int:
        """Working days up to and including ``day`` (days since 1970)."""
        today = _EPOCH + timedelta(days=day)
        first = date(1990, 1, 1)  # a Monday
        weeks, rest = divmod((today - first).days + 1, 7)
        number = weeks * 5 + min(rest, 5)
        number -= sum(1 for off in self._off if off <= today)
        return number + sum(1 for worked in self._worked if worked <= today)
