"""Successors of units, by procedure and day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from khop.errors import RecordError
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, RelationKind
from tests.mappings.units.histories import (
    BIRTH,
    DISSOLVE,
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


def test_before_its_end_a_unit_succeeds_itself() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b")])
    before = history.successors("a", LAND, EVE)
    assert (ids(before.units), before.steps, before.line) == (["a"], (), frozenset({"a"}))
    after = history.successors("a", LAND, MERGED)
    assert (ids(after.units), after.steps, after.line) == (
        ["b"],
        (step("a", "b"),),
        frozenset({"a", "b"}),
    )
    assert after.only == history.unit("b")
    assert after.start == history.unit("a")


@pytest.mark.parametrize(
    ("procedure", "units"),
    [
        (LAND, ["department"]),
        ("1.012784.000.00.00.H48", ["department"]),
        (BIRTH, ["north", "south"]),
        ("QT-01", ["north", "south"]),
        (None, ["department", "north", "south"]),
        ("", ["department", "north", "south"]),
        (" ", ["department", "north", "south"]),
    ],
)
def test_who_follows_a_district_depends_on_the_procedure(
    procedure: str | None, units: list[str]
) -> None:
    found = district().successors("district", procedure, MERGED)
    assert ids(found.units) == units
    assert (found.only is not None) is (len(units) == 1)
    assert found.dissolved == found.lost == ()


def test_a_scope_may_be_written_in_any_spelling() -> None:
    relation = step("a", "b", TRANSFER, MERGED, "1.012784.h48", "qt-01")
    assert relation.procedures == {LAND, "QT-01"}


def test_a_blank_procedure_does_not_mean_all_procedures() -> None:
    relation = step("a", "b", TRANSFER, MERGED, " ")
    history = UnitHistory([unit("a"), unit("b")], [relation])
    assert ids(history.successors("a", LAND, MERGED).units) == ["a"]


def test_the_earliest_relation_that_takes_a_procedure_counts() -> None:
    """A procedure transferred in 2023 does not pass on with the merger of 2025."""
    early = date(2023, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [step("a", "c"), step("a", "b", TRANSFER, early, LAND)],
    )
    assert ids(history.successors("a", LAND, date(2022, 12, 31)).units) == ["a"]
    assert ids(history.successors("a", LAND, early).units) == ["b"]
    assert ids(history.successors("a", LAND, MERGED).units) == ["b"]
    assert ids(history.successors("a", BIRTH, early).units) == ["a"]
    assert ids(history.successors("a", BIRTH, MERGED).units) == ["c"]
    assert ids(history.successors("a", None, early).units) == ["a", "b"]
    assert ids(history.successors("a", None, MERGED).units) == ["b", "c"]


def test_a_transfer_of_everything_leaves_nothing_to_a_unit_that_goes_on() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b", TRANSFER)])
    assert ids(history.successors("a", None, MERGED).units) == ["b"]


def test_a_split_unit_goes_on_beside_the_new_one_and_has_successors_of_its_own() -> None:
    later = date(2026, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [step("a", "b", SPLIT), step("a", "c", MERGE, later)],
    )
    assert ids(history.successors("a", LAND, EVE).units) == ["a"]
    assert ids(history.successors("a", LAND, MERGED).units) == ["a", "b"]
    assert ids(history.successors("a", LAND, later).units) == ["b", "c"]


def test_a_split_of_one_procedure_leaves_the_others() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b", SPLIT, MERGED, LAND)])
    assert ids(history.successors("a", LAND, MERGED).units) == ["a", "b"]
    assert ids(history.successors("a", BIRTH, MERGED).units) == ["a"]


def test_several_steps_are_followed_oldest_first() -> None:
    days = [date(2020, 1, 1), date(2023, 1, 1), MERGED]
    ends = zip("abc", "bcd", days, strict=True)
    rows = [step(before, after, RENAME, day) for before, after, day in ends]
    units = [unit("a"), unit("b", days[0]), unit("c", days[1]), unit("d", days[2])]
    found = UnitHistory(units, reversed(rows)).successors("a", None, MERGED)
    assert (ids(found.units), found.steps) == (["d"], tuple(rows))
    assert found.line == {"a", "b", "c", "d"}


def test_many_become_one_and_one_becomes_many() -> None:
    units = [unit(id) for id in "ab"] + [unit(id, MERGED) for id in "xy"]
    rows = [step(before, after, MERGE) for before in "ab" for after in "xy"]
    history = UnitHistory(units, rows)
    for before in "ab":
        assert ids(history.successors(before, LAND, MERGED).units) == ["x", "y"]
    for after in "xy":
        assert ids(history.predecessors(after, LAND, EVE)) == ["a", "b"]


def test_work_that_went_in_a_circle_is_with_the_first_unit() -> None:
    there, back = date(2020, 1, 1), date(2025, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b")],
        [step("a", "b", TRANSFER, there, LAND), step("b", "a", TRANSFER, back, LAND)],
    )
    assert ids(history.successors("a", LAND, there).units) == ["b"]
    assert ids(history.successors("a", LAND, back).units) == ["a"]
    assert ids(history.successors("b", LAND, back).units) == ["a"]
    assert ids(history.successors("b", LAND, there).units) == ["b"]


def test_paths_that_meet_are_followed_once() -> None:
    later = date(2026, 1, 1)
    history = UnitHistory(
        [unit(id) for id in "awbcd"],
        [
            *(step("a", after, SPLIT) for after in "wbc"),
            step("b", "d", MERGE, later),
            step("c", "d", MERGE, later),
        ],
    )
    assert ids(history.successors("a", LAND, later).units) == ["a", "d", "w"]


def test_without_a_procedure_later_units_part_it_too() -> None:
    later = date(2026, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [step("a", "b"), step("b", "c", TRANSFER, later, LAND)],
    )
    assert ids(history.successors("a", None, later).units) == ["b", "c"]


def test_two_units_may_exchange_their_work_on_one_day() -> None:
    history = UnitHistory(
        [unit("a"), unit("b")],
        [step("a", "b", TRANSFER), step("b", "a", TRANSFER)],
    )
    assert ids(history.successors("a", LAND, date.max).units) == ["b"]
    assert ids(history.successors("b", LAND, date.max).units) == ["a"]
    assert ids(history.predecessors("a", LAND, EVE)) == ["b"]


def test_transfers_before_the_day_it_held_the_work_do_not_count() -> None:
    """The unit gave its land work away, and got some anew by a merger before the reception."""
    away, again = date(2020, 1, 1), date(2022, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [step("a", "b", TRANSFER, away, LAND), step("c", "a", MERGE, again)],
    )
    assert ids(history.successors("a", LAND, MERGED).units) == ["b"]
    assert ids(history.successors("a", LAND, MERGED, since=away - timedelta(1)).units) == ["b"]
    assert ids(history.successors("a", LAND, MERGED, since=away).units) == ["a"]
    assert ids(history.successors("c", LAND, MERGED).units) == ["a"]


def test_a_dossier_entered_after_a_units_end_has_successors() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b")])
    found = history.successors("a", LAND, date(2026, 1, 1), since=date(2025, 9, 1))
    assert ids(found.units) == ["b"]


def test_dissolved_units_differ_from_lost_ones() -> None:
    history = UnitHistory([unit("a"), unit("b", end=EVE)], [step("a", None, DISSOLVE)])
    dissolved = history.successors("a", LAND, MERGED)
    assert (ids(dissolved.dissolved), dissolved.units, dissolved.lost) == (["a"], (), ())
    assert dissolved.steps == (step("a", None, DISSOLVE),)
    assert dissolved.line == {"a"}
    lost = history.successors("b", LAND, MERGED)
    assert (ids(lost.lost), lost.units, lost.dissolved) == (["b"], (), ())
    assert dissolved.only is lost.only is None


def test_a_dissolved_unit_may_hand_over_beside() -> None:
    history = UnitHistory(
        [unit("a"), unit("b")],
        [step("a", None, DISSOLVE), step("a", "b", TRANSFER, MERGED, LAND)],
    )
    assert ids(history.successors("a", LAND, MERGED).units) == ["b"]
    birth = history.successors("a", BIRTH, MERGED)
    assert (ids(birth.dissolved), birth.units) == (["a"], ())
    everything = history.successors("a", None, MERGED)
    assert (ids(everything.units), ids(everything.dissolved)) == (["b"], ["a"])
    assert everything.only is None


def test_a_dissolved_unit_whose_work_passed_on_is_no_end() -> None:
    history = UnitHistory(
        [unit("a"), unit("b")], [step("a", None, DISSOLVE), step("a", "b", TRANSFER)]
    )
    found = history.successors("a", LAND, MERGED)
    assert found.only == history.unit("b")
    assert found.dissolved == ()


def test_a_certain_and_a_lost_successor_give_no_only_unit() -> None:
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c", end=date(2025, 12, 31))],
        [step("a", "b"), step("a", "c")],
    )
    found = history.successors("a", LAND, date(2026, 1, 1))
    assert (ids(found.units), ids(found.lost), found.only) == (["b"], ["c"], None)


def test_a_unit_that_has_not_begun_is_lost() -> None:
    history = UnitHistory([unit("a", MERGED)])
    assert ids(history.successors("a", LAND, EVE).lost) == ["a"]


def test_a_relation_written_twice_is_one() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b"), step("a", "b")])
    assert history.relations == (step("a", "b"),)


def test_steps_of_one_day_stand_in_order() -> None:
    steps = district().successors("district", None, MERGED).steps
    assert [each.to_id for each in steps] == ["department", "north", "south"]


def test_steps_that_differ_in_one_thing_alone_stand_in_order() -> None:
    def of(kind: RelationKind, basis: str, *codes: str) -> OrgRelation:
        return OrgRelation("a", "b", kind, MERGED, frozenset(codes), basis)

    rows = [
        of(SPLIT, "x", "1.000001"),
        of(SPLIT, "y", "1.000001"),
        of(SPLIT, "a", "1.000001", "1.000002"),
        of(TRANSFER, "a", "1.000001"),
    ]
    for given_rows in (rows, rows[::-1]):
        history = UnitHistory([unit("a"), unit("b")], given_rows)
        assert list(history.successors("a", "1.000001", MERGED).steps) == rows


@pytest.mark.parametrize("day", [datetime(2025, 7, 1), "2025-07-01", None, 20250701])
def test_anything_but_a_day_raises_a_record_error(day: Any) -> None:
    history = UnitHistory([unit("a")])
    with pytest.raises(RecordError):
        history.successors("a", None, day)
    with pytest.raises(RecordError):
        history.predecessors("a", None, day)
    with pytest.raises(RecordError):
        history.of_code("a", day)
    if day is not None:
        with pytest.raises(RecordError):
            history.successors("a", None, EVE, since=day)
        with pytest.raises(RecordError):
            history.predecessors("a", None, EVE, until=day)
