"""Which slots came, on the clock of the ledger, and which of them no row accounts for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from khop.config.slots import Calendar, calendar_of
from tests.daemon.simulation.simulated_ledger import simulated_us


@dataclass
class Stretch:
    """A stretch of time of one task without a jump of the clock and with one calendar, in seconds
    of the ledger's clock: from the first time that a process that has the task looked at the
    schedule to the last."""

    calendar: Calendar
    begin: float | None = None
    looked: float = 0.0


class Accounts:
    """The stretches of each task."""

    def __init__(self) -> None:
        self._stretches: dict[str, list[Stretch]] = {}

    @property
    def calendars(self) -> Iterable[str]:
        """Those that hold now."""
        return [stretches[-1].calendar.text for stretches in self._stretches.values()]

    def planned(self, specs: Mapping[str, str], now: float) -> None:
        """The schedule in the ledger, after a process wrote its own to it."""
        for task, spec in specs.items():
            stretches = self._stretches.setdefault(task, [])
            begin: float | None = now
            if stretches:
                here = stretches[-1]
                if here.calendar.text == spec:
                    continue
                here.looked = now  # the slots of the old calendar are accounted for
                begin = None if here.begin is None else now
            stretches.append(Stretch(calendar_of(spec), begin, now))

    def looked(self, tasks: Collection[str], now: float) -> None:
        """A process that has these tasks looked at the schedule."""
        for task in tasks:
            if task in self._stretches:
                here = self._stretches[task][-1]
                here.begin, here.looked = now if here.begin is None else here.begin, now

    def jumped(self) -> None:
        """The clock was set."""
        for stretches in self._stretches.values():
            stretches.append(Stretch(stretches[-1].calendar))

    def missing(self, covered: Mapping[str, Collection[tuple[int, int]]]) -> Iterator[str]:
        """The slots that nothing accounts for. ``covered``: of each task, from slot to slot."""
        for task, stretches in self._stretches.items():
            for stretch in stretches:
                if stretch.begin is not None:
                    yield from _missing(task, stretch, covered.get(task, ()))


def _missing(task: str, stretch: Stretch, covered: Collection[tuple[int, int]]) -> Iterator[str]:
    assert stretch.begin is not None
    slot = stretch.calendar.following(simulated_us(stretch.begin))
    while slot <= simulated_us(stretch.looked):
        if not any(since <= slot <= last for since, last in covered):
            yield f"{task}: {slot} is not accounted for"
        slot = stretch.calendar.following(slot)
