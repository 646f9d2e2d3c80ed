"""Checks of units and their relations; a contradiction is reported with its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NoReturn

from khop.errors import ConfigError
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind

#: These end a unit; the others may leave it in force.
_ENDING = frozenset({RelationKind.RENAME, RelationKind.MERGE, RelationKind.DISSOLVE})
#: These may pass on some procedures only.
_PARTIAL = frozenset({RelationKind.SPLIT, RelationKind.TRANSFER})
_DAY = timedelta(days=1)


def units_by_id(
    units: Iterable[OrgUnit], relations: Iterable[OrgRelation]
) -> Mapping[str, OrgUnit]:
    """The units by id, with the last day that a relation implies where none is written.

    Raises ConfigError for a blank or repeated id and for days in the wrong order.
    """
    read: dict[str, OrgUnit] = {}
    for unit in units:
        _check_unit(unit, read)
        read[unit.id] = unit
    for relation in relations:
        before = read.get(relation.from_id)
        if before is None or before.valid_to is not None or relation.kind not in _ENDING:
            continue
        if _begun_before(before, relation.effective):
            read[before.id] = replace(before, valid_to=relation.effective - _DAY)
    return read


def check_relation(relation: OrgRelation, units: Mapping[str, OrgUnit]) -> None:
    """Raises ConfigError for a relation between units that are not in force on its day, for one
    that leads nowhere or to its own unit, and for a scope or end that does not fit its kind."""
    _check_kind(relation)
    before = _known(relation, "from", relation.from_id, units)
    _check_end(relation, before)
    if relation.to_id is None:
        return
    after = _known(relation, "to", relation.to_id, units)
    if after is before:
        _refuse(relation, "to", "leads back to its own unit; name another")
    if not after.in_force(relation.effective):
        _refuse(relation, "to", f"{after.id!r} is not in force on {relation.effective}")


def _check_unit(unit: OrgUnit, read: Mapping[str, OrgUnit]) -> None:
    if not unit.id.strip():
        raise ConfigError("a unit needs an id", key=_where(unit.origin, "id"))
    if unit.id in read:
        raise ConfigError(f"the id {unit.id!r} is given twice", key=_where(unit.origin, "id"))
    if unit.valid_from and unit.valid_to and unit.valid_from > unit.valid_to:
        raise ConfigError(
            f"unit {unit.id!r} would end before it begins", key=_where(unit.origin, "valid_to")
        )


def _check_kind(relation: OrgRelation) -> None:
    kind = relation.kind
    if kind is RelationKind.DISSOLVE and relation.to_id is not None:
        _refuse(
            relation,
            "to",
            "a dissolved unit has no successor; write a transfer as a row of its own",
        )
    if kind is not RelationKind.DISSOLVE and relation.to_id is None:
        _refuse(relation, "to", f"a {kind} needs the unit that follows")
    if relation.procedures and kind not in _PARTIAL:
        _refuse(
            relation,
            "procedures",
            f"a {kind} takes all procedures; write a transfer for some of them",
        )


def _check_end(relation: OrgRelation, unit: OrgUnit) -> None:
    day = relation.effective
    if not _begun_before(unit, day) or not unit.in_force(day - _DAY):
        _refuse(relation, "from", f"{unit.id!r} is not in force on the day before {day}")
    if relation.kind in _ENDING and unit.in_force(day):
        _refuse(
            relation,
            "effective",
            f"a {relation.kind} ends {unit.id!r} on the day before {day}, but its valid_to is "
            f"{unit.valid_to}",
        )


def _begun_before(unit: OrgUnit, day: date) -> bool:
    return (unit.valid_from or date.min) < day


def _known(relation: OrgRelation, column: str, id: str, units: Mapping[str, OrgUnit]) -> OrgUnit:
    if unit := units.get(id):
        return unit
    _refuse(relation, column, f"{id!r} is not the id of a unit in the table")


def _refuse(relation: OrgRelation, column: str, why: str) -> NoReturn:
    raise ConfigError(why, key=_where(relation.origin, column))


def _where(origin: str, column: str) -> str:
    return f"{origin} {column}".strip()
