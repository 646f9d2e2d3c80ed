"""The two views of a report over a change of units: as it was, and by current unit.

Each dossier is counted once in either view, so both have one total (docs/domain.md, Codes).
Where the present unit is not certain, the dossier is counted on a line of its own with all units
that come into question, and never given to one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from khop.mappings.units.history import Succession, UnitHistory
from khop.mappings.units.model import OrgUnit


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A dossier with the unit that had it on ``day``: the unit's code or id, as recorded."""

    unit: str
    procedure: str | None
    day: date


class Standing(StrEnum):
    """What is known of the unit a case is counted under."""

    ONE = "one"
    SEVERAL = "several"
    DISSOLVED = "dissolved"
    NO_SUCCESSOR_KNOWN = "no_successor_known"
    UNIT_UNKNOWN = "unit_unknown"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a report. ``units``: the unit, or all that come into question, in order of id;
    empty for an unknown unit. ``written``: the text of an unknown unit."""

    standing: Standing
    units: tuple[OrgUnit, ...] = ()
    written: str = ""


def as_it_was(history: UnitHistory, case: HeldCase) -> ReportLine:
    """The line of the unit that had the case on its day, also when the unit has ended."""
    unit = history.of_code(case.unit, case.day)
    if unit is None:
        return ReportLine(Standing.UNIT_UNKNOWN, written=case.unit)
    return ReportLine(Standing.ONE, (unit,))


def by_current_unit(history: UnitHistory, case: HeldCase, on: date) -> ReportLine:
    """The line of the unit that has the case's procedure on ``on``."""
    return _current(history, case, as_it_was(history, case), on)


def both_views(
    history: UnitHistory, cases: Iterable[HeldCase], on: date
) -> tuple[Counter[ReportLine], Counter[ReportLine]]:
    """Cases per line as it was, and by current unit on ``on``. Raises RecordError for anything
    but a code or a day."""
    was: Counter[ReportLine] = Counter()
    now: Counter[ReportLine] = Counter()
    # Most dossiers of a unit share their day and procedure with others.
    for case, number in Counter(cases).items():
        line = as_it_was(history, case)
        was[line] += number
        now[_current(history, case, line, on)] += number
    return was, now


def _current(history: UnitHistory, case: HeldCase, was: ReportLine, on: date) -> ReportLine:
    if not was.units:
        return was
    return _line(history.successors(was.units[0].id, case.procedure, on, since=case.day))


def _line(succession: Succession) -> ReportLine:
    if only := succession.only:
        return ReportLine(Standing.ONE, (only,))
    ends = sorted(
        (*succession.units, *succession.dissolved, *succession.lost), key=lambda unit: unit.id
    )
    return ReportLine(_standing(succession), tuple(ends))


def _standing(succession: Succession) -> Standing:
    kinds = [
        (succession.units, Standing.SEVERAL),
        (succession.lost, Standing.NO_SUCCESSOR_KNOWN),
    ]
    return next((standing for ends, standing in kinds if ends), Standing.DISSOLVED)
