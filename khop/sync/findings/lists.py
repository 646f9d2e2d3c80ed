"""Lists of findings for those who show them: pages, reports, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Literal, Unpack

import sqlalchemy as sa

from khop.mappings.units.names import UnitNames
from khop.sync.findings import counts
from khop.sync.findings.filters import Filters, FindingFilters
from khop.sync.findings.finding_list import FindingList
from khop.sync.findings.pages import Turn, finding_page
from khop.sync.ledger import Ledger
from khop.sync.results import FindingCount, FindingDay, FindingPage, Freshness


class FindingLists:
    """The findings of a ledger, as ``Engine.findings`` has them. ``names``: of the province's
    units. ``known``: how fresh the sources are. Methods raise KhopError for a filter that no
    finding can meet."""

    def __init__(
        self,
        ledger: Ledger,
        names: UnitNames,
        known: Callable[[sa.Connection], Freshness],
    ) -> None:
        self._ledger = ledger
        self._names = names
        self._known = known

    @contextmanager
    def whole(self, **wanted: Unpack[FindingFilters]) -> Iterator[FindingList]:
        """All that are wanted, as they are in one moment, and beforehand how many of which kind.

        A transaction is open in the ``with`` block: keep it short.
        """
        filters = Filters(**wanted)
        with self._ledger.read() as connection:
            filters = filters.of_units(connection, self._names)
            yield FindingList(connection, filters, self._known)

    def page(
        self,
        *,
        after: str | None = None,
        before: str | None = None,
        size: int = 50,
        **wanted: Unpack[FindingFilters],
    ) -> FindingPage:
        """One page of all that are wanted: the first, or the one ``after`` or ``before`` the page
        whose ``next`` or ``previous`` it is. ``size``: findings on it."""
        turn = Turn(after, before, size)
        return finding_page(self._ledger, Filters(**wanted), self._names, turn)

    def counts(self, **wanted: Unpack[FindingFilters]) -> list[FindingCount]:
        """How many findings there are, by severity, rule, unit and state; no finding is read.

        Raises KhopError for filters of codes, times and days, which have no counter.
        """
        with self._ledger.read() as connection:
            names = self._names
            return counts.counts_of(connection, Filters(**wanted).of_units(connection, names))

    def days(
        self,
        first: date,
        last: date,
        *,
        by: Literal["rule", "unit"] | None = None,
        **wanted: Unpack[FindingFilters],
    ) -> list[FindingDay]:
        """How many findings were found, came back, ended and were excluded on each local day, and
        how many needed work at its end; ``by``: of each rule or unit. No finding is read.

        Raises KhopError for filters but rules, units and who acts.
        """
        with self._ledger.read() as connection:
            filters = Filters(**wanted).of_units(connection, self._names)
            return counts.days_of(connection, filters, first, last, by)
