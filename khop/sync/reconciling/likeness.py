"""Whether a row of paper without a code may be about a dossier (docs/rules.md).

Unit, procedure, applicant and day have to agree, all four; one that could not be read in the
dossier may be any. The dossier is then a candidate, on which a person decides; nothing is merged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from khop.mappings.codes.organisation import same_organisation
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.time.calendar import LAST_DAY, DayError, WorkingCalendar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgUnit
from khop.mappings.units.names import UnitNames, bare_name

#: What a candidate agrees in, in the order people are shown it.
REASONS = ("unit", "procedure", "applicant", "day")

#: Working days that the day on paper and the one in the system may lie apart (docs/rules.md).
TOLERANCE = 1


@dataclass(frozen=True, slots=True)
class Traits:
    """What a row of paper and a dossier are compared on; None where it is not known.

    ``unit``: name; ``unit_code``: with its parts in either order. ``procedure``: in any spelling.
    ``day``: for the logbook, the local day of reception; for the register, of the signing in the
    row and of the end in the dossier. ``unread``: those of ``REASONS`` that could not be read.
    """

    unit: str | None = None
    unit_code: str | None = None
    procedure: str | None = None
    applicant_key: str | None = None
    day: date | None = None
    unread: frozenset[str] = frozenset()


def candidates(
    row: Traits, dossiers: Mapping[str, Traits], units: UnitKinship, calendar: WorkingCalendar
) -> dict[str, tuple[str, ...]]:
    """The ``dossiers`` (by code) that a row may be about, each with its reasons."""
    return {
        code: REASONS
        if not dossier.unread
        else tuple(name for name in REASONS if name not in dossier.unread)
        for code, dossier in dossiers.items()
        if _same(row.applicant_key, dossier.applicant_key, "applicant" in dossier.unread)
        and _same(_base(row), _base(dossier), "procedure" in dossier.unread)
        and (near_days(row.day, dossier.day, calendar) or _any_day(row, dossier))
        and (units.akin(row, dossier) or _any_unit(row, dossier))
    }


def _any_day(row: Traits, dossier: Traits) -> bool:
    return row.day is not None and "day" in dossier.unread


def _any_unit(row: Traits, dossier: Traits) -> bool:
    return bool(row.unit or row.unit_code) and "unit" in dossier.unread


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


def _place(traits: Traits) -> _Place:
    return _Place(traits.unit_code or "", traits.unit or "", traits.day or LAST_DAY)


def _base(traits: Traits) -> str | None:
    return base_procedure(traits.procedure or "")


def _same(one: str | None, other: str | None, unread: bool) -> bool:
    return bool(one) and (one == other or unread)
