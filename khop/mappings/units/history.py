"""Administrative units over time, with predecessors and successors (docs/domain.md, Codes).

::

    OrgUnit ──OrgRelation, effective on a day──> OrgUnit
    UnitHistory.of_code         code as written, day         -> the unit that had it
    UnitHistory.successors      unit, procedure, later day   -> the units that hold it then
    UnitHistory.predecessors    unit, procedure, earlier day -> the units that held it then

A unit is never rewritten; a relation is a record of its own. Successors depend on the procedure, so
one unit may have several; without a procedure all of them are given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.facts.rows import plain_day
from khop.mappings.units.checks import check_relation, units_by_id
from khop.mappings.units.index import CodeIndex
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Succession:
    """The units that hold a procedure, found by following relations.

    ``units`` are in force on the given day. ``steps`` are the relations that led there, oldest
    first. ``dissolved``: units that were dissolved without successor. ``lost``: units that are
    not in force and have no relation, so that their successor is unknown. All are in order of id.
    """

    start: OrgUnit
    units: tuple[OrgUnit, ...]
    steps: tuple[OrgRelation, ...] = ()
    dissolved: tuple[OrgUnit, ...] = ()
    lost: tuple[OrgUnit, ...] = ()

    @property
    def only(self) -> OrgUnit | None:
        """The one unit that holds the procedure; None when several come into question."""
        ends = len(self.units) + len(self.dissolved) + len(self.lost)
        return self.units[0] if self.units and ends == 1 else None

    @property
    def line(self) -> frozenset[str]:
        """Ids of all units that may have held the procedure, with the first one."""
        return frozenset({self.start.id, *(step.to_id for step in self.steps if step.to_id)})


class UnitHistory:
    """Units and their relations, checked against each other.

    A rename, a merger or a dissolution ends a unit on the day before; its ``valid_to`` may be
    left out. A split unit without ``valid_to`` goes on beside the new ones. Raises ConfigError,
    with the ``origin`` of the row, for contradictions: see ``units.checks``.
    """

    def __init__(self, units: Iterable[OrgUnit], relations: Iterable[OrgRelation] = ()) -> None:
        self.relations = tuple(dict.fromkeys(relations))
        self._units = units_by_id(units, self.relations)
        for relation in self.relations:
            check_relation(relation, self._units)
        self._leaving = _grouped((each.from_id, each) for each in self.relations)
        self._entering = _grouped((each.to_id, each) for each in self.relations if each.to_id)
        self._taking = _grouped(
            # A relation without procedures takes all that no other one of its day names.
            ((each.from_id, code), each)
            for each in self.relations
            for code in each.procedures or (None,)
        )
        self._codes = CodeIndex((unit, (unit.id, *unit.codes)) for unit in self.units)
        self._statistics = CodeIndex(
            (unit, (unit.statistics_code,)) for unit in self.units if unit.statistics_code
        )

    @property
    def units(self) -> tuple[OrgUnit, ...]:
        """All units, in the order they were given."""
        return tuple(self._units.values())

    def unit(self, id: str) -> OrgUnit:
        """The unit with this id. Raises RecordError when there is none."""
        try:
            return self._units[id]
        except (KeyError, TypeError):
            raise RecordError("unit", f"{id!r} is not the id of a unit in the table") from None

    def of_code(self, code: str, on: date) -> OrgUnit | None:
        """The unit that had a code on a day, or has it as id.

        A code that only one unit ever had means that unit on any day. None when no unit had it,
        or when several had it and none of them on that day.
        """
        return self._codes.find(code, on)

    def of_statistics_code(self, code: str, on: date) -> OrgUnit | None:
        """As ``of_code``, by the code of the statistics office."""
        return self._statistics.find(code, on)

    def joined_with(self, other: UnitHistory) -> UnitHistory:
        """Both tables in one, such as the provinces and a province's own units."""
        return UnitHistory((*self.units, *other.units), (*self.relations, *other.relations))

    def successors(
        self, unit_id: str, procedure: str | None, on: date, *, since: date | None = None
    ) -> Succession:
        """The units that hold on ``on`` what the unit held of ``procedure``, in any spelling.

        Of the relations that take the procedure away, the earliest counts; on one day, those that
        name it come before those that name none. ``since``: the day on which the unit held it (a
        dossier's reception); earlier transfers do not count. Without a procedure, all units that
        hold any of its procedures. Raises RecordError for an unknown unit and for anything but a
        day.
        """
        start = self.unit(unit_id)
        on = plain_day(on)
        held = min(plain_day(since or date.min), start.valid_to or date.max)
        base = base_procedure(procedure or "")
        trail = _Trail()
        for code in [base] if base else [*self._named_after(unit_id), None]:
            self._follow(start, code, held, on, trail)
        return trail.succession(start)

    def predecessors(
        self, unit_id: str, procedure: str | None, on: date, *, until: date | None = None
    ) -> tuple[OrgUnit, ...]:
        """The units in force on ``on`` whose work in ``procedure`` the unit holds later.

        Later means on ``until``, else on the unit's last day. They are in order of id; the unit
        itself is one of them when it held the procedure already. The inverse of ``successors``
        with ``since``. Raises RecordError for an unknown unit.
        """
        unit = self.unit(unit_id)
        end = until or unit.valid_to or date.max
        line = _reached(unit_id, lambda id: (each.from_id for each in self._entering.get(id, ())))
        there = [each for each in map(self._units.__getitem__, line) if each.in_force(on)]
        return _sorted(
            each
            for each in there
            if unit in self.successors(each.id, procedure, end, since=on).units
        )

    def _follow(
        self, start: OrgUnit, procedure: str | None, held: date, on: date, trail: _Trail
    ) -> None:
        """Follow one procedure; None for one that no relation names.

        The days increase along each path, so that circles end.
        """
        todo = [(start, held)]
        seen = set()
        while todo:
            place = unit, since = todo.pop()
            if place in seen:
                continue
            seen.add(place)
            steps = self._steps(unit, procedure, since, on)
            todo += [(self._units[each.to_id], each.effective) for each in steps if each.to_id]
            todo += [(unit, each.effective) for each in steps if _keeps(unit, each)]
            trail.note(unit, steps, on)

    def _steps(
        self, unit: OrgUnit, procedure: str | None, since: date, on: date
    ) -> list[OrgRelation]:
        """The relations that took the procedure from the unit, first after ``since``."""
        taking = [
            each
            for scope in {procedure, None}
            for each in self._taking.get((unit.id, scope), ())
            if since < each.effective <= on
        ]
        first = min((each.effective for each in taking), default=on)
        taking = [each for each in taking if each.effective == first]
        return [each for each in taking if each.procedures] or taking

    def _named_after(self, unit_id: str) -> set[str]:
        """The procedures that relations of the unit and of its possible successors name."""
        line = _reached(unit_id, lambda id: (each.to_id for each in self._leaving.get(id, ())))
        relations = (each for id in line for each in self._leaving.get(id, ()))
        return {code for each in relations for code in each.procedures}


@dataclass(slots=True)
class _Trail:
    """The units and relations found while following one procedure."""

    units: set[OrgUnit] = field(default_factory=set)
    steps: set[OrgRelation] = field(default_factory=set)
    dissolved: set[OrgUnit] = field(default_factory=set)
    lost: set[OrgUnit] = field(default_factory=set)

    def note(self, unit: OrgUnit, steps: list[OrgRelation], on: date) -> None:
        self.steps.update(steps)
        if not steps:
            (self.units if unit.in_force(on) else self.lost).add(unit)
        elif all(each.to_id is None for each in steps):
            self.dissolved.add(unit)

    def succession(self, start: OrgUnit) -> Succession:
        return Succession(
            start,
            _sorted(self.units),
            tuple(sorted(self.steps, key=_step_order)),
            _sorted(self.dissolved),
            _sorted(self.lost),
        )


def _grouped(pairs: Iterable[tuple[K, OrgRelation]]) -> Mapping[K, list[OrgRelation]]:
    groups: dict[K, list[OrgRelation]] = defaultdict(list)
    for key, relation in pairs:
        groups[key].append(relation)
    return groups


def _keeps(unit: OrgUnit, step: OrgRelation) -> bool:
    """Whether the unit keeps a part of the procedure, as after a split; a transfer takes all."""
    return step.kind is RelationKind.SPLIT and unit.in_force(step.effective)


def _reached(start: str, neighbours: Callable[[str], Iterable[str | None]]) -> set[str]:
    """``start`` and all ids that ``neighbours`` lead to."""
    found, todo = {start}, [start]
    while todo:
        new = {id for id in neighbours(todo.pop()) if id is not None} - found
        found |= new
        todo += new
    return found


def _sorted(units: Iterable[OrgUnit]) -> tuple[OrgUnit, ...]:
    return tuple(sorted(units, key=lambda unit: unit.id))


def _step_order(step: OrgRelation) -> tuple[object, ...]:
    ids = step.from_id, step.to_id or ""
    return step.effective, *ids, step.kind, sorted(step.procedures), step.legal_basis
