"""Predecessors of a unit, and properties of following units in either direction."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation
from tests.mappings.units.histories import (
    BIRTH,
    EVE,
    LAND,
    MERGE,
    MERGED,
    RENAME,
    SPLIT,
    TRANSFER,
    district,
    ids,
    step,
    unit,
)


def test_predecessors_depend_on_the_procedure() -> None:
    history = district()
    assert ids(history.predecessors("department", LAND, EVE)) == ["department", "district"]
    assert ids(history.predecessors("department", BIRTH, EVE)) == ["department"]
    assert ids(history.predecessors("north", BIRTH, EVE)) == ["district"]
    assert ids(history.predecessors("north", LAND, EVE)) == []
    assert ids(history.predecessors("north", None, EVE)) == ["district"]
    assert ids(history.predecessors("north", None, MERGED)) == ["north"]


def test_predecessors_are_asked_for_a_day_and_until_a_day() -> None:
    history = UnitHistory(
        [unit("a"), unit("b", date(2020, 1, 1)), unit("c", MERGED)],
        [step("a", "b", RENAME, date(2020, 1, 1)), step("b", "c")],
    )
    assert ids(history.predecessors("c", None, date(2019, 12, 31))) == ["a"]
    assert ids(history.predecessors("c", None, date(2020, 1, 1))) == ["b"]
    assert ids(history.predecessors("b", None, date(2019, 12, 31))) == ["a"]
    assert ids(history.predecessors("c", None, date(2019, 12, 31), until=EVE)) == []
    assert ids(history.predecessors("b", None, date(2019, 12, 31), until=EVE)) == ["a"]


def test_predecessors_are_those_whose_work_is_with_it_in_the_end() -> None:
    """The procedure passed through the unit to another one before the given day."""
    on = date(2026, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [step("a", "b"), step("b", "c", TRANSFER, on, LAND)],
    )
    assert ids(history.predecessors("b", LAND, EVE)) == []
    assert ids(history.predecessors("b", LAND, EVE, until=date(2025, 12, 31))) == ["a", "b"]
    assert ids(history.predecessors("c", LAND, EVE)) == ["a", "b", "c"]


def test_predecessors_through_several_branches() -> None:
    early = date(2020, 1, 1)
    history = UnitHistory(
        [unit(id) for id in ("a", "b", "x", "a1", "a2", "b1")],
        [
            *(step(before, "a", MERGE, early) for before in ("a1", "a2")),
            step("b1", "b", MERGE, early),
            *(step(before, "x", MERGE) for before in "ab"),
        ],
    )
    found = ids(history.predecessors("x", LAND, date(2019, 12, 31)))
    assert found == ["a", "a1", "a2", "b", "b1", "x"]


def test_a_predecessor_may_have_given_the_procedure_away_and_received_it_again() -> None:
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [
            step("a", "b", TRANSFER, date(2020, 1, 1), LAND),
            step("c", "a", MERGE, date(2022, 1, 1)),
        ],
    )
    assert ids(history.predecessors("a", LAND, date(2022, 1, 1))) == ["a"]
    assert ids(history.predecessors("a", LAND, date(2019, 1, 1))) == ["c"]


IDS = "abcdef"
YEARS = st.integers(2001, 2006).map(lambda year: date(year, 1, 1))
DAYS = st.integers(2000, 2007).map(lambda year: date(year, 6, 1))
PROCEDURES = st.sampled_from([LAND, BIRTH])


@st.composite
def histories(draw: st.DrawFn) -> UnitHistory:
    """Units that never end, with any transfers and splits between them, also in circles."""
    rows = draw(
        st.lists(
            st.builds(
                OrgRelation,
                st.sampled_from(IDS),
                st.sampled_from(IDS),
                st.sampled_from([TRANSFER, SPLIT]),
                YEARS,
                st.frozensets(PROCEDURES, max_size=1),
            ).filter(lambda row: row.from_id != row.to_id),
            max_size=12,
        )
    )
    return UnitHistory([unit(id) for id in IDS], rows)


@given(histories(), st.sampled_from(IDS), st.sampled_from(IDS), PROCEDURES, DAYS, DAYS)
def test_predecessors_are_the_inverse_of_successors(
    history: UnitHistory, one: str, other: str, procedure: str, first: date, second: date
) -> None:
    first, second = sorted((first, second))
    after = history.successors(one, procedure, second, since=first)
    before = history.predecessors(other, procedure, first, until=second)
    assert (other in ids(after.units)) is (one in ids(before))


@given(histories(), st.sampled_from(IDS), PROCEDURES, DAYS, DAYS, DAYS)
def test_following_in_two_stages_equals_following_at_once(
    history: UnitHistory, start: str, procedure: str, a: date, b: date, c: date
) -> None:
    a, b, c = sorted((a, b, c))
    at_once = set(ids(history.successors(start, procedure, c, since=a).units))
    staged = {
        last.id
        for between in history.successors(start, procedure, b, since=a).units
        for last in history.successors(between.id, procedure, c, since=b).units
    }
    assert staged == at_once


@given(histories(), st.sampled_from(IDS), DAYS)
def test_without_a_procedure_all_that_any_procedure_gives_are_named(
    history: UnitHistory, start: str, on: date
) -> None:
    all_of_them = set(ids(history.successors(start, None, on).units))
    each = [ids(history.successors(start, code, on).units) for code in (LAND, BIRTH, "QT-9")]
    assert all_of_them == {id for units in each for id in units}


@given(histories(), st.sampled_from(IDS), PROCEDURES, DAYS)
def test_work_never_vanishes_while_units_go_on(
    history: UnitHistory, start: str, procedure: str, on: date
) -> None:
    found = history.successors(start, procedure, on)
    assert found.units
    assert not found.lost
    assert not found.dissolved
    assert set(ids(found.units)) <= found.line
    assert list(found.units) == sorted(found.units, key=lambda each: each.id)
    assert [each.effective for each in found.steps] == sorted(e.effective for e in found.steps)
    assert all(each.effective <= on for each in found.steps)


@given(histories(), st.sampled_from(IDS))
def test_the_order_of_rows_does_not_matter(history: UnitHistory, start: str) -> None:
    turned = UnitHistory(reversed(history.units), reversed(history.relations))
    assert turned.successors(start, None, date.max) == history.successors(start, None, date.max)
