"""Whether a row of paper without a code may be about a dossier (docs/rules.md).

They are compared by unit, procedure, applicant and day, as far as both have them. A trait that one
of them lacks, or that cannot be compared, may be any. A row that no dossier differs from is
accused of nothing: a person decides, and nothing is merged.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from khop.mappings.codes.organisation import parse_organisation, same_organisation
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.time.calendar import LAST_DAY, DayError, WorkingCalendar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgUnit
from khop.mappings.units.names import UnitNames, bare_name

#: What a candidate agrees in, in the order people are shown it.
REASONS = ("unit", "procedure", "applicant", "day")

#: Working days that the day on paper and the one in the system may lie apart (docs/rules.md).
TOLERANCE = 1

#: A procedure as announced. Codes of other shapes are never two procedures: one is misspelt.
_ANNOUNCED = re.compile(r"[0-9]\.[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Traits:
    """What a row of paper and a dossier are compared on; None where it is not known.

    ``unit``: name; ``unit_code``: with its parts in either order. ``procedure``: in any spelling.
    ``applicant_kind``: what the key is made of (``mappings.identity``). ``day``: for the logbook,
    the local day of reception; for the register, of the signing in the row and of the end in the
    dossier. ``unread``: those of ``REASONS`` that could not be read.
    """

    unit: str | None = None
    unit_code: str | None = None
    procedure: str | None = None
    applicant_key: str | None = None
    applicant_kind: str | None = None
    day: date | None = None
    unread: frozenset[str] = frozenset()


def agreement(
    row: Traits, dossier: Traits, units: UnitKinship, calendar: WorkingCalendar
) -> tuple[str, ...] | None:
    """Those of ``REASONS`` in which a row and a dossier agree; None where they differ in one.

    The day has to agree, unless the dossier's could not be read.
    """
    agreed = {
        "applicant": same_applicant(row, dossier),
        "procedure": same_procedure(row, dossier),
        "day": near_days(row.day, dossier.day, calendar) or _any_day(row, dossier),
    }
    if False in agreed.values():
        return None
    agreed["unit"] = None if "unit" in dossier.unread else units.same(row, dossier)
    if agreed["unit"] is False:
        return None
    return tuple(name for name in REASONS if agreed[name])


def is_candidate(agreed: Collection[str], dossier: Traits) -> bool:
    """Whether what agrees, or could not be read in the dossier, points to it: the applicant and
    the day, or unit, procedure and day."""
    known = {*agreed, *dossier.unread}
    return "applicant" in known or {"unit", "procedure"} <= known


def same_applicant(one: Traits, other: Traits) -> bool | None:
    """Whether both have one applicant; None where one has none, or where the keys are made of
    two things, or nobody knows of what."""
    if not one.applicant_key or not other.applicant_key:
        return None
    if one.applicant_key == other.applicant_key:
        return True
    kinds = one.applicant_kind, other.applicant_kind
    unsure = "applicant" in other.unread or None in kinds or kinds[0] != kinds[1]
    return None if unsure else False


def same_procedure(one: Traits, other: Traits) -> bool | None:
    """Whether both have one procedure; None where one has none, or a code of unknown shape."""
    first, second = known_procedure(one), known_procedure(other)
    if first and second:
        return None if first != second and "procedure" in other.unread else first == second
    written = _base(one)
    return True if written and written == _base(other) else None


def known_procedure(traits: Traits) -> str | None:
    """The procedure as announced; None for a code of unknown shape."""
    base = _base(traits)
    return base if base and _ANNOUNCED.fullmatch(base) else None


def _any_day(row: Traits, dossier: Traits) -> bool | None:
    """None when the dossier's day could not be read; False when a day is not known."""
    return None if row.day is not None and "day" in dossier.unread else False


def near_days(one: date | None, other: date | None, calendar: WorkingCalendar) -> bool:
    """Whether two days are at most ``TOLERANCE`` working days apart; False when one is not known
    or lies outside of the calendar."""
    if one is None or other is None:
        return False
    try:
        return abs(calendar.age(one, other)) <= TOLERANCE
    except DayError:
        return False


class UnitKinship:
    """Whether two units are the same, or one took over a procedure from the other.

    ``history``: the province's units. Units it does not know are compared by name and code alone.
    """

    def __init__(self, history: UnitHistory) -> None:
        self._history = history
        self._names = UnitNames(history)
        self._related = lru_cache(maxsize=4096)(self._compare)

    def same(self, one: Traits, other: Traits) -> bool | None:
        """``akin``; None where it cannot be told: one has no unit, or the province's table does
        not know both and they have no codes to compare."""
        if not all(each.unit_code or (each.unit or "").strip() for each in (one, other)):
            return None
        if self.akin(one, other):
            return True
        if _has_levels(one) and _has_levels(other):
            return False
        return None if None in (self._unit(_place(one)), self._unit(_place(other))) else False

    def akin(self, one: Traits, other: Traits) -> bool:
        """Whether the unit of one is that of the other, its predecessor or its successor."""
        if one.unit_code and other.unit_code and same_organisation(one.unit_code, other.unit_code):
            return True
        first, second = _place(one), _place(other)
        if one.unit and other.unit and _same_name(one.unit, other.unit):
            units = self._unit(first), self._unit(second)
            # Two units of one name are two units.
            if None in units or units[0] == units[1]:
                return True
        return self._related(first, second, _base(one) or _base(other))

    def _compare(self, one: _Place, other: _Place, procedure: str | None) -> bool:
        first, second = self._unit(one), self._unit(other)
        if first is None or second is None:
            return False
        lines = self._line(first, procedure), self._line(second, procedure)
        return second.id in lines[0] or first.id in lines[1]

    def _line(self, unit: OrgUnit, procedure: str | None) -> Collection[str]:
        return self._history.successors(unit.id, procedure, LAST_DAY).line

    def _unit(self, place: _Place) -> OrgUnit | None:
        return self._names.unit(place.name, place.code, place.day)


class _Place(NamedTuple):
    """A unit as a source writes it, on a day; "" for a code or name that is not written."""

    code: str
    name: str
    day: date


def _same_name(one: str, other: str) -> bool:
    return one == other or bare_name(one) == bare_name(other)


def _has_levels(traits: Traits) -> bool:
    return bool(traits.unit_code and parse_organisation(traits.unit_code).levels)


def _place(traits: Traits) -> _Place:
    return _Place(traits.unit_code or "", traits.unit or "", traits.day or LAST_DAY)


def _base(traits: Traits) -> str | None:
    return base_procedure(traits.procedure or "")
