"""What people wrote down of dossiers, as it happened; and rows nobody can use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

from khop.sandbox.world.broken import BrokenItem
from khop.sandbox.world.calendar import day_of
from khop.sandbox.world.dossiers import DONE, Dossier
from khop.sandbox.world.paper import Exactness, LogbookRow, Person, RegisterRow
from khop.sandbox.world.timeline import Maker

_LOGBOOK_SHARE, _REGISTER_SHARE = 0.65, 0.6
_NAMELESS_SHARE, _ALIAS_SHARE, _OLD_UNIT_SHARE, _SHORT_SHARE = 0.08, 0.4, 0.5, 0.1
_EXACTNESS: tuple[Exactness, ...] = ("second", "second", "minute", "day")
#: What stands in place of a day that does not exist.
_SPOILT_RECEIVED, _SPOILT_SIGNED = ("31/02/2026", "12/13/2026"), ("31/02/2026", "05/13/2026")


def logbook_row(m: Maker, d: Dossier, **changes: Any) -> LogbookRow:
    """The row a dossier has in the logbook, with ``changes`` of it."""
    row = LogbookRow(
        n=m.fresh_row(), unit=d.unit, procedure=d.procedure, citizen=d.citizen, code=d.code,
        received=d.received, due=d.due, returned=d.returned,
        exactness=_EXACTNESS[m.below(len(_EXACTNESS))],
    )  # fmt: skip
    return replace(row, **changes)


def register_row(m: Maker, d: Dossier, signed: int, **changes: Any) -> RegisterRow:
    """The row of a dossier's signed result; ``signed`` is a local day."""
    row = RegisterRow(
        n=m.fresh_row(), unit=d.unit, procedure=d.procedure, citizen=d.citizen,
        signed=signed, code=d.code,
    )  # fmt: skip
    return replace(row, **changes)


class Clerk:
    """Keeps logbook and register of dossiers as they went; some rows name no code."""

    def __init__(self, maker: Maker, rng: Random) -> None:
        self._maker = maker
        self._rng = rng

    def logbook(self, dossiers: Iterable[Dossier]) -> Iterator[LogbookRow]:
        for d in dossiers:
            if self._drawn(_LOGBOOK_SHARE) and _in_order(d, self._maker.now):
                returned = d.returned if d.status == 10 else None
                old = d.unit == 0 and self._drawn(_OLD_UNIT_SHARE)
                changes = {"code": self._code(d), "person": self._person()}
                yield logbook_row(self._maker, d, returned=returned, old_unit=old, **changes)

    def register(self, dossiers: Iterable[Dossier]) -> Iterator[RegisterRow]:
        for d in dossiers:
            if self._drawn(_REGISTER_SHARE) and d.status in DONE and _in_order(d, self._maker.now):
                assert d.received is not None
                assert d.finished is not None
                day = day_of(d.finished) - int(self._rng.random() * 2)
                changes = {"code": self._code(d), "person": self._person()}
                yield register_row(self._maker, d, max(day, day_of(d.received)), **changes)

    def _code(self, d: Dossier) -> str | None:
        if self._drawn(_NAMELESS_SHARE):
            return None
        return d.alias if d.alias is not None and self._drawn(_ALIAS_SHARE) else d.code

    def _person(self) -> Person:
        return "short" if self._drawn(_SHORT_SHARE) else "number"

    def _drawn(self, share: float) -> bool:
        return self._rng.random() < share


def _in_order(d: Dossier, now: int) -> bool:
    """Whether paper can tell of it without saying more than the one-stop."""
    ended = (d.finished,) if d.status in DONE else ()
    moments = [d.received, *ended, *((d.returned,) if d.status == 10 else ()), now]
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(moments) and known == sorted(known)


def spoilt_rows(
    m: Maker, dossiers: list[Dossier], each: int
) -> tuple[list[LogbookRow], list[RegisterRow]]:
    """``each`` rows of every kind that name a day that does not exist."""
    drawn = [dossiers[m.below(len(dossiers))] for _ in range(each)]
    logbook = [logbook_row(m, d, spoilt=text) for d in drawn for text in _SPOILT_RECEIVED]
    register = [
        register_row(m, d, day_of(d.acted), spoilt=text) for d in drawn for text in _SPOILT_SIGNED
    ]
    return logbook, register


def rows_of_broken(
    m: Maker, broken: Iterable[BrokenItem]
) -> tuple[list[LogbookRow], list[RegisterRow]]:
    """Rows under the codes of list items nobody can use: those dossiers are not missing."""
    logbook, register = [], []
    for item in broken:
        if item.code is not None:
            d = replace(m.counter(10, "broken", age=20), code=item.code)
            logbook.append(logbook_row(m, d))
            register.append(register_row(m, d, day_of(d.acted)))
    return logbook, register
