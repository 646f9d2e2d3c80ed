"""Dossiers of the one-stop, found by what a row of paper without a code is compared on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa

from khop.mappings.records import PaperKind
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.sync.ledger.record_rows import instant_of_row
from khop.sync.reconciling.likeness import TOLERANCE, Traits, known_procedure

#: For each kind of row: its time, and the dossier's time that has to be near it. Rows of other
#: kinds are not compared.
TIMES: Mapping[str, tuple[str, str]] = {
    PaperKind.LOGBOOK: ("received", "received"),
    PaperKind.REGISTER: ("signed", "finished"),
}


class Dossiers:
    """Dossiers, found by the working day, applicant and procedure of a row that they do not differ
    from. What may be any is found by any."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        #: (time, number of the working day, key or kind of the applicant) -> by procedure
        self._found: dict[object, dict[str | None, list[tuple[str, Traits]]]] = defaultdict(dict)
        self._kinds: set[str | None] = set()

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, row: sa.Row[Any]) -> None:
        for time in sorted({theirs for _, theirs in TIMES.values()}):
            traits = traits_of(row, time)
            number = number_of(traits.day, self._calendar)
            if number is None and "day" not in traits.unread:
                continue
            vague = "applicant" in traits.unread or not traits.applicant_key
            kind = None if vague else traits.applicant_kind
            self._kinds.add(kind)
            procedure = None if "procedure" in traits.unread else known_procedure(traits)
            for who in (_Key(traits.applicant_key or ""), kind):
                by_procedure = self._found[time, number, who]
                by_procedure.setdefault(procedure, []).append((row.code, traits))

    def near(self, traits: Traits, time: str) -> Iterator[tuple[str, Traits]]:
        """(code, traits) of the dossiers whose ``time`` is near the day of these traits."""
        if (number := number_of(traits.day, self._calendar)) is None:
            return
        own = traits.applicant_kind if traits.applicant_key else None
        who: list[object] = [kind for kind in self._kinds if None in (kind, own) or kind != own]
        if traits.applicant_key:
            who.append(_Key(traits.applicant_key))
        days = (None, *range(number - TOLERANCE, number + TOLERANCE + 1))
        procedure = known_procedure(traits)
        for place in product((time,), days, who):
            by_procedure = self._found.get(place, {})
            for each in by_procedure if procedure is None else (procedure, None):
                yield from by_procedure.get(each, ())


class _Key(NamedTuple):
    """The matching key of an applicant, beside kinds of keys."""

    text: str


def number_of(day: date | None, calendar: WorkingCalendar) -> int | None:
    """The number of the working day that a day counts as; None for no day of the calendar."""
    try:
        return None if day is None else calendar.ord(day)
    except DayError:
        return None


def traits_of(row: sa.Row[Any], time: str) -> Traits:
    """What a row of ``paper_row`` or ``source_record`` is compared on; ``time`` gives the day."""
    instant = instant_of_row(row._mapping, time)
    return Traits(
        row.unit,
        row.unit_code,
        row.procedure,
        row.applicant_key,
        row.applicant_kind,
        None if instant is None else instant.local_date,
        _unread(row.unread, time) if row.unread else frozenset(),
    )


def _unread(written: str, time: str) -> frozenset[str]:
    """The reasons that a column ``unread`` makes unknown."""
    of = {"unit": "unit", "unit_code": "unit", "procedure": "procedure", time: "day"}
    of |= dict.fromkeys(("applicant_key", "owner"), "applicant")
    return frozenset(of[name] for name in written.split() if name in of)
