"""Whether a finding stood: two reconciles found it, and the portal was asked between them.

::

    reconcile finds it ──► the portal answers a look-up ──► the last reconcile finds it still

A finding that is not resolved was found by every reconcile since it opened. Times are those of this
machine's clock (``run.clock_us``, ``run.finished_us``); the order of reconciles is that of their
rows. So a clock that was ahead, or set back, makes a finding wait and never hurries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger.schema import run

#: How many reconciles are looked at. A finding of before them counts as found by the first.
_RECONCILES = 5000
#: A reconcile of another time than that of the clock (``--now``) confirms nothing. The two times of
#: an ordinary one differ by the wait for its lease.
_NEAR_US = 3600 * 1_000_000


class Standing:
    """The reconciles so far. ``now_us``: the clock; what ended later ended under a wrong one."""

    def __init__(self, connection: sa.Connection, now_us: int) -> None:
        self._now_us = now_us
        self._runs = _reconciles(connection)
        self._first: dict[int, int | None] = {}

    def stood(self, opened_us: int, checked_us: int | None) -> bool:
        """Whether a finding that opened then stood. ``checked_us``: when the portal was last asked
        about its dossier and answered."""
        if checked_us is None or not self._runs or not self._counts(self._runs[-1]):
            return False
        if opened_us not in self._first:
            self._first[opened_us] = self._end_of_first(opened_us)
        first_us = self._first[opened_us]
        return first_us is not None and first_us < checked_us < int(self._runs[-1].clock_us)

    def _end_of_first(self, opened_us: int) -> int | None:
        """When the first reconcile that found it had ended; None when only the last one did, or
        none."""
        opened = False
        for row in self._runs[:-1]:
            opened = opened or row.now_us >= opened_us
            if opened and self._counts(row):
                return int(row.finished_us)
        return None

    def _counts(self, row: Any) -> bool:
        at_the_clock = abs(row.now_us - row.clock_us) <= _NEAR_US
        return at_the_clock and bool(row.finished_us <= self._now_us)


def _reconciles(connection: sa.Connection) -> Sequence[Any]:
    """The last reconciles that ended well, oldest first."""
    query = (
        sa.select(run.c.now_us, run.c.clock_us, run.c.finished_us)
        .where(
            run.c.kind == "reconcile",
            run.c.clock_us.is_not(None),
            run.c.finished_us.is_not(None),
            run.c.summary.contains('"cases"'),
        )
        .order_by(run.c.id.desc())
        .limit(_RECONCILES)
    )
    return connection.execute(query).all()[::-1]
