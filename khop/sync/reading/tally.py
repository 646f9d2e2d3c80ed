"""Whether one traversal of a list showed every row that it counts: by what was seen.

A list whose ties are in another order at each call (a bulk load with one change time) shows some
rows twice, and then others never. Rows that come twice although nothing changed are the sign: as
many rows stayed unseen. Rows that come again at the beginning of the next page, because new ones
were put before them, are no sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from khop.adapters.ports import SourcePage
from khop.mappings.records import DossierReading

_Key = tuple[str, int | None]


class Tally:
    """The rows that one traversal was shown. ``earlier``: the tally of another traversal of the
    same part of the list; its rows count as seen too."""

    def __init__(self, earlier: Tally | None = None) -> None:
        self.seen: set[int] = set(earlier.seen) if earlier else set()
        self.order = 0
        self._earlier_order = earlier.order if earlier else None
        self._shown = 0
        self._last: list[_Key] = []

    def add(self, page: SourcePage) -> None:
        """Count the rows of a page."""
        rows = [(r.record.native_id, _changed_us(r)) for r in page.readings]
        rows += [(reject.native_id, None) for reject in page.rejects if reject.native_id]
        self._shown += len(rows) - _moved_down(self._last, rows)
        hashes = [hash(row) for row in rows]
        self.seen.update(hashes)
        self.order = hash((self.order, *hashes))
        self._last = rows

    @property
    def unseen(self) -> int:
        """How many rows were not shown in any of the traversals, at least. 0 for a list that shows
        the same rows twice in the same places each time: it is made so."""
        if self.order == self._earlier_order:
            return 0
        return max(0, self._shown - len(self.seen))


def _moved_down(last: Sequence[_Key], rows: Sequence[_Key]) -> int:
    """How many rows at the beginning of a page are those of the end of the page before."""
    if not rows or rows[0] not in last:
        return 0
    count = len(last) - last.index(rows[0])
    return count if list(last[-count:]) == list(rows[:count]) else 0


def _changed_us(reading: DossierReading) -> int | None:
    changed = reading.record.changed_at
    return None if changed is None else changed.us
