"""Generates rows on paper: rows that agree with the dossiers, and rows with bad dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

from khop.sandbox.world.broken_items import BrokenItem
from khop.sandbox.world.calendar import day_of
from khop.sandbox.world.dossier_maker import DossierMaker
from khop.sandbox.world.dossiers import DONE, Dossier
from khop.sandbox.world.paper import Exactness, LogbookRow, Person, RegisterRow

_LOGBOOK_SHARE, _REGISTER_SHARE = 0.65, 0.6
_NAMELESS_SHARE, _ALIAS_SHARE, _OLD_UNIT_SHARE, _SHORT_SHARE = 0.08, 0.4, 0.5, 0.1
_EXACTNESS: tuple[Exactness, ...] = ("second", "second", "minute", "day")
#: Dates that do not exist.
_BAD_RECEIVED, _BAD_SIGNED = ("31/02/2026", "12/13/2026"), ("31/02/2026", "05/13/2026")


def logbook_row(m: DossierMaker, d: Dossier, **changes: Any) -> LogbookRow:
    """The row of a dossier in the logbook, with ``changes``."""
    row = LogbookRow(
        n=m.fresh_row(), unit=d.unit, procedure=d.procedure, citizen=d.citizen, code=d.code,
        received=d.received, due=d.due, returned=d.returned,
        exactness=_EXACTNESS[m.random_below(len(_EXACTNESS))],
    )  # fmt: skip
    return replace(row, **changes)


def register_row(m: DossierMaker, d: Dossier, signed: int, **changes: Any) -> RegisterRow:
    """The row of a dossier's signed result, with ``changes``. ``signed``: a local day."""
    row = RegisterRow(
        n=m.fresh_row(), unit=d.unit, procedure=d.procedure, citizen=d.citizen,
        signed=signed, code=d.code,
    )  # fmt: skip
    return replace(row, **changes)


class PaperKeeper:
    """Writes rows that agree with the dossiers; some have no code."""

    def __init__(self, maker: DossierMaker, rng: Random) -> None:
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
    """Whether a row on paper can agree with the dossier: its times are complete and in order."""
    ended = (d.finished,) if d.status in DONE else ()
    moments = [d.received, *ended, *((d.returned,) if d.status == 10 else ()), now]
    known = [moment for moment in moments if moment is not None]
    return len(known) == len(moments) and known == sorted(known)


def rows_with_bad_dates(
    m: DossierMaker, dossiers: list[Dossier], each: int
) -> tuple[list[LogbookRow], list[RegisterRow]]:
    """``each`` rows with every date that does not exist."""
    drawn = [dossiers[m.random_below(len(dossiers))] for _ in range(each)]
    logbook = [logbook_row(m, d, bad_date=text) for d in drawn for text in _BAD_RECEIVED]
    register = [
        register_row(m, d, day_of(d.acted), bad_date=text) for d in drawn for text in _BAD_SIGNED
    ]
    return logbook, register


def rows_of_broken(
    m: DossierMaker, broken: Iterable[BrokenItem]
) -> tuple[list[LogbookRow], list[RegisterRow]]:
    """Rows with the codes of broken list items: these dossiers are not missing."""
    logbook, register = [], []
    for item in broken:
        if item.code is not None:
            d = replace(m.counter_dossier(10, "broken", age=20), code=item.code)
            logbook.append(logbook_row(m, d))
            register.append(register_row(m, d, day_of(d.acted)))
    return logbook, register
