"""Administrative units, and how the work of one passed to another (docs/domain.md, Codes).

``units.history.UnitHistory`` is the checked whole of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from khop.mappings.codes.procedure import base_procedure
from khop.mappings.facts.rows import holds_on


class UnitLevel(IntEnum):
    """Level of administration, counted as the catalogue of procedures counts it."""

    MINISTRY = 0
    PROVINCE = 1
    DISTRICT = 2
    COMMUNE = 3


class RelationKind(StrEnum):
    """How work passed on: đổi tên, sáp nhập, chia tách, chuyển nhiệm vụ, giải thể."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"
    DISSOLVE = "dissolve"


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A unit as it was from ``valid_from`` to ``valid_to``, both days included.

    None means that the day is not known, or that there is none yet. ``codes``: every code that a
    system writes for it. ``statistics_code``: the code of the statistics office, which may pass
    to another unit at a merger. ``origin``: the place of the row, for messages.
    """

    id: str
    name: str
    codes: tuple[str, ...] = ()
    level: UnitLevel | None = None
    statistics_code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    origin: str = field(default="", compare=False)

    def in_force(self, day: date) -> bool:
        """Whether the unit existed on ``day``, as far as its days are known.

        Raises RecordError for anything but a day.
        """
        return holds_on(day, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class OrgRelation:
    """Work of the unit ``from_id`` that passes to ``to_id`` on the day ``effective``.

    ``procedures``: base codes of the procedures that pass on, in any spelling; empty for all
    procedures that no other relation of the same day names. ``to_id`` is None only for a
    dissolved unit.
    """

    from_id: str
    to_id: str | None
    kind: RelationKind
    effective: date
    procedures: frozenset[str] = frozenset()
    legal_basis: str = ""
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        # Keep blanks: an empty set means all procedures.
        bases = frozenset(base_procedure(code) or code for code in self.procedures)
        object.__setattr__(self, "procedures", bases)
