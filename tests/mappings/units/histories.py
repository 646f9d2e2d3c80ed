"""Units and relations for tests of a history, and a district that ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind

MERGED = date(2025, 7, 1)
EVE = date(2025, 6, 30)
LAND, BIRTH = "1.012784", "2.000635"
RENAME, MERGE, SPLIT, TRANSFER, DISSOLVE = RelationKind


def unit(id: str, start: date | None = None, end: date | None = None, **more: Any) -> OrgUnit:
    return OrgUnit(id, f"Đơn vị {id}", valid_from=start, valid_to=end, **more)


def step(
    before: str,
    after: str | None,
    kind: RelationKind = MERGE,
    effective: date = MERGED,
    *procedures: str,
) -> OrgRelation:
    return OrgRelation(before, after, kind, effective, frozenset(procedures))


def ids(units: tuple[OrgUnit, ...]) -> list[str]:
    return [each.id for each in units]


def district() -> UnitHistory:
    """A district that ended: land to a department, the rest to two communes."""
    return UnitHistory(
        [
            unit("district", end=EVE),
            unit("department"),
            unit("north", MERGED),
            unit("south", MERGED),
        ],
        [
            step("district", "north", SPLIT),
            step("district", "south", SPLIT),
            step("district", "department", TRANSFER, MERGED, LAND),
        ],
    )
