"""Old and new codes that may be of one dossier, after a change of units (docs/domain.md, Codes).

A person decides on each suggestion, with the attributes that agree and those that differ. Nothing
is merged or renamed here. Attributes that agree are counted by independent grounds
(``data/unit_matching.toml``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table
from khop.mappings.units.history import UnitHistory


@dataclass(frozen=True, slots=True)
class CodedDossier:
    """A dossier under one of its codes; None for what is not known.

    ``unit``: code or id of the unit that has it; by default the one in the code. ``received``:
    local day of reception.
    """

    code: str
    unit: str | None = None
    procedure: str | None = None
    applicant_key: str | None = None
    received: date | None = None


class Attribute(StrEnum):
    """The attributes by which two dossiers are compared."""

    TAIL = "tail"
    APPLICANT = "applicant"
    RECEIVED = "received"
    PROCEDURE = "procedure"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class MatchSuggestion:
    """Two codes that may be of one dossier.

    ``reasons``: attributes known of both that agree. ``against``: those that differ. A different
    tail does not count against, since a new unit may start its own numbers.
    """

    old: CodedDossier
    new: CodedDossier
    reasons: tuple[Attribute, ...]
    against: tuple[Attribute, ...]


def suggest_matches(
    old: Iterable[CodedDossier],
    new: Iterable[CodedDossier],
    history: UnitHistory,
    on: date,
    day_number: Callable[[date], int],
) -> list[MatchSuggestion]:
    """All pairs of two different codes with enough independent grounds, best first.

    ``new`` dossiers are with their units on ``on``. ``day_number`` counts working days, as
    ``WorkingCalendar.ord`` does; a day that it refuses with ValueError is not compared. Raises
    RecordError for anything but a code or a day.
    """
    compare = _Comparison(history, on, day_number)
    found = _by_key(new)
    pairs = {
        (one, other): None
        for one in old
        for key in _keys(one)
        for other in found.get(key, ())
        if canonical_code(one.code) != canonical_code(other.code)
    }
    suggestions = (compare(one, other) for one, other in pairs)
    return sorted(filter(_is_enough, suggestions), key=_best_first)


@dataclass(frozen=True, slots=True)
class _Known:
    """The compared values of a dossier. ``day``: number of the working day of reception.
    ``units``: the unit it is with; of an old dossier, all units its work may have passed to.
    Empty when not known."""

    tail: tuple[date, str] | None
    applicant: str | None
    base: str | None
    day: int | None
    units: frozenset[str]


class _Comparison:
    """Compares two dossiers by each attribute that is known of both.

    Each dossier is read once, since a person who files for others shares a key with thousands.
    """

    def __init__(self, history: UnitHistory, on: date, day_number: Callable[[date], int]) -> None:
        self._history = history
        self._on = on
        self._day_number = day_number
        self._tolerance: int = load_table("unit_matching")["received_tolerance"]
        self._known_old = cache(lambda old: self._known(old, self._line(old)))
        self._known_new = cache(lambda new: self._known(new, self._place(new)))

    def __call__(self, old: CodedDossier, new: CodedDossier) -> MatchSuggestion:
        one, other = self._known_old(old), self._known_new(new)
        verdicts = {
            # A different tail is no evidence: a new unit may start its own numbers.
            Attribute.TAIL: _same(one.tail, other.tail) or None,
            Attribute.APPLICANT: _same(one.applicant, other.applicant),
            Attribute.RECEIVED: self._near(one.day, other.day),
            Attribute.PROCEDURE: _same(one.base, other.base),
            Attribute.UNIT: other.units <= one.units if one.units and other.units else None,
        }
        reasons = tuple(each for each, verdict in verdicts.items() if verdict is True)
        against = tuple(each for each, verdict in verdicts.items() if verdict is False)
        return MatchSuggestion(old, new, reasons, against)

    def _known(self, dossier: CodedDossier, units: frozenset[str]) -> _Known:
        return _Known(
            _tail(dossier),
            dossier.applicant_key,
            base_procedure(dossier.procedure or ""),
            self._day(dossier.received),
            units,
        )

    def _day(self, received: date | None) -> int | None:
        try:
            return None if received is None else self._day_number(received)
        except ValueError:
            return None

    def _near(self, one: int | None, other: int | None) -> bool | None:
        return None if one is None or other is None else abs(one - other) <= self._tolerance

    def _line(self, old: CodedDossier) -> frozenset[str]:
        """The unit of the old dossier and its direct and later successors for the procedure."""
        day = old.received or parse_code(old.code).date
        before = None if day is None else self._history.of_code(_unit(old), day)
        if before is None or day is None:
            return frozenset()
        return self._history.successors(before.id, old.procedure, self._on, since=day).line

    def _place(self, new: CodedDossier) -> frozenset[str]:
        after = self._history.of_code(_unit(new), self._on)
        return frozenset() if after is None else frozenset({after.id})


def _by_key(dossiers: Iterable[CodedDossier]) -> Mapping[object, list[CodedDossier]]:
    found: dict[object, list[CodedDossier]] = defaultdict(list)
    for each in dossiers:
        for key in _keys(each):
            found[key].append(each)
    return found


def _keys(dossier: CodedDossier) -> list[object]:
    """The keys that identify a dossier; two dossiers without a common key are not compared."""
    known = {Attribute.TAIL: _tail(dossier), Attribute.APPLICANT: dossier.applicant_key}
    return [(which, value) for which, value in known.items() if value]


def _is_enough(suggestion: MatchSuggestion) -> bool:
    least: int = load_table("unit_matching")["least_grounds"]
    identifying = any(_facts(each)["identifying"] for each in suggestion.reasons)
    return identifying and _grounds(suggestion) >= least


def _grounds(suggestion: MatchSuggestion) -> int:
    return len({_facts(each)["ground"] for each in suggestion.reasons})


def _best_first(suggestion: MatchSuggestion) -> tuple[int, int, str, str]:
    return (
        -_grounds(suggestion),
        len(suggestion.against),
        suggestion.old.code,
        suggestion.new.code,
    )


def _facts(attribute: Attribute) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = load_table("unit_matching")["attributes"][attribute]
    return facts


def _tail(dossier: CodedDossier) -> tuple[date, str] | None:
    parts = parse_code(dossier.code)
    # A serial that a machine made up does not identify the dossier.
    return None if parts.synthetic else parts.tail


def _unit(dossier: CodedDossier) -> str:
    return dossier.unit or parse_code(dossier.code).unit or ""


def _same(one: object, other: object) -> bool | None:
    """Whether both agree; None when one of them is not known."""
    return one == other if one and other else None
