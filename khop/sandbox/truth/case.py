"""A case: one dossier side by side, as the rules of docs/rules.md read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from khop.sandbox.world.calendar import Calendar, day_of
from khop.sandbox.world.dossiers import Dossier, PortalEntry, history
from khop.sandbox.world.evidence import Evidence

GRACE = 1
_PAIRS = ("received", "due", "finished", "returned")


@dataclass(slots=True)
class Case:
    """``po`` None with ``absent`` means a look-up said absent; ``steps`` is the history of the
    one-stop, oldest first, with equal neighbours made one; ``fired`` the rules that did."""

    os: Dossier
    po: PortalEntry | None
    absent: bool
    natives: int
    natives_differ: bool
    seen: Evidence
    now: int
    calendar: Calendar
    today: int = field(init=False)
    steps: list[tuple[int, int]] = field(init=False)
    fired: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.calendar.order(day_of(self.now))
        self.fired = set()
        self.steps = self._steps()

    def age(self, moment: int) -> int:
        return self.age_of_day(day_of(moment))

    def age_of_day(self, day: int) -> int:
        return self.today - self.calendar.order(day)

    def old(self, moment: int | None) -> bool:
        """Older than the grace; a missing moment is not."""
        return moment is not None and self.age(moment) > GRACE

    @property
    def changed_long_ago(self) -> bool:
        return self.age(self.os.changed // 1000) > GRACE

    @property
    def delivered(self) -> int | None:
        """When the result was delivered, in seconds of UTC."""
        return None if self.seen.delivered is None else self.seen.delivered // 1000

    def gaps(self) -> list[tuple[int, int]]:
        """The times that both systems have, side by side."""
        if self.po is None:
            return []
        found = [(getattr(self.os, name), getattr(self.po, name)) for name in _PAIRS]
        return [(a, b) for a, b in found if a is not None and b is not None]

    def _steps(self) -> list[tuple[int, int]]:
        steps = sorted(history(self.os), key=lambda step: step[0])
        return [next(run) for _, run in groupby(steps, key=lambda step: step[1])]

    def asked_for_papers(self) -> list[int]:
        """When the dossier came to wait for papers, oldest first."""
        return [moment for moment, state in self.steps if state == 5]

    def entered(self) -> int | None:
        """When the reception was written: the first step to state 2."""
        return next((moment for moment, state in self.steps if state == 2), None)
