"""Successions compared with a simulation that moves the work day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError
from khop.mappings.units.history import Succession, UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from tests.mappings.units.histories import BIRTH, DISSOLVE, LAND, SPLIT, TRANSFER

IDS = "abcd"
#: A procedure that no relation names.
OTHER = "9.999999"
DAYS = st.integers(0, 3).map(lambda days: date(2025, 7, 1) + timedelta(days))
PROCEDURES = st.sampled_from([LAND, BIRTH, OTHER, None])


@st.composite
def histories(draw: st.DrawFn) -> UnitHistory:
    """Units that come and go, with every kind of relation that is possible between them."""
    units = [draw(units_of(id)) for id in IDS]
    kept: list[OrgRelation] = []
    for row in draw(st.lists(relations(), max_size=12)):
        try:
            UnitHistory(units, [*kept, row])
        except ConfigError:
            continue
        kept.append(row)
    return UnitHistory(units, kept)


def units_of(id: str) -> st.SearchStrategy[OrgUnit]:
    spans = st.tuples(st.none() | DAYS, st.none() | DAYS)
    dated = spans.filter(lambda span: not (span[0] and span[1]) or span[0] <= span[1])
    return dated.map(lambda span: OrgUnit(id, id, valid_from=span[0], valid_to=span[1]))


@st.composite
def relations(draw: st.DrawFn) -> OrgRelation:
    kind = draw(st.sampled_from(RelationKind))
    scope = st.frozensets(st.sampled_from([LAND, BIRTH]), max_size=1)
    return OrgRelation(
        draw(st.sampled_from(IDS)),
        None if kind is DISSOLVE else draw(st.sampled_from(IDS)),
        kind,
        draw(DAYS),
        draw(scope) if kind in (SPLIT, TRANSFER) else frozenset(),
    )


@dataclass
class Work:
    """The units that hold the work in one procedure, day by day."""

    procedure: str
    places: set[str]
    dissolved: set[str] = field(default_factory=set)

    def pass_day(self, history: UnitHistory, day: date) -> None:
        moved: set[str] = set()
        for id in self.places:
            moved |= self._moved(history, id, day)
        self.places = moved

    def _moved(self, history: UnitHistory, id: str, day: date) -> set[str]:
        today = [r for r in history.relations if (r.from_id, r.effective) == (id, day)]
        named = [r for r in today if self.procedure in r.procedures]
        taking = named or [r for r in today if not r.procedures]
        stays = not taking or (
            any(r.kind is SPLIT for r in taking) and history.unit(id).in_force(day)
        )
        if taking and all(r.to_id is None for r in taking):
            self.dissolved.add(id)
        return {r.to_id for r in taking if r.to_id} | ({id} if stays else set())


def simulated(
    history: UnitHistory, start: str, procedure: str, since: date | None, on: date
) -> tuple[set[str], set[str], set[str]]:
    """Ids in force, dissolved and lost on the day ``on``."""
    work = Work(procedure, {start})
    held = min(since or date.min, history.unit(start).valid_to or date.max)
    for day in sorted({r.effective for r in history.relations}):
        if held < day <= on:
            work.pass_day(history, day)
    there = {id for id in work.places if history.unit(id).in_force(on)}
    return there, work.dissolved, work.places - there


def ends_of(found: Succession) -> tuple[set[str], ...]:
    return tuple({u.id for u in part} for part in (found.units, found.dissolved, found.lost))


@given(histories(), st.sampled_from(IDS), PROCEDURES, st.none() | DAYS, DAYS)
def test_successors_are_where_the_work_went(
    history: UnitHistory, start: str, procedure: str | None, since: date | None, on: date
) -> None:
    asked = [procedure] if procedure else [LAND, BIRTH, OTHER]
    each = [simulated(history, start, code, since, on) for code in asked]
    everywhere = tuple(set().union(*parts) for parts in zip(*each, strict=True))
    assert ends_of(history.successors(start, procedure, on, since=since)) == everywhere


@given(histories(), st.sampled_from(IDS), st.sampled_from([LAND, BIRTH, OTHER]), DAYS, DAYS)
def test_predecessors_are_where_the_work_came_from(
    history: UnitHistory, id: str, procedure: str, on: date, until: date
) -> None:
    before = {u.id for u in history.predecessors(id, procedure, on, until=until)}
    assert before == {
        other.id
        for other in history.units
        if other.in_force(on) and id in simulated(history, other.id, procedure, on, until)[0]
    }
