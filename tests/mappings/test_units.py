from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.faults import ConfigError, RecordError
from khop.mappings.unit_records import OrgRelation, OrgUnit, RelationKind, UnitLevel
from khop.mappings.units import UnitHistory

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


# --- units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (EVE, True),
        (MERGED, False),
    ],
)
def test_both_days_of_a_unit_belong_to_it(day: date, there: bool) -> None:
    assert unit("a", date(2020, 1, 1), EVE).in_force(day) is there


def test_an_unknown_day_is_an_open_end() -> None:
    assert unit("a").in_force(date.min) and unit("a").in_force(date.max)
    assert unit("a", end=EVE).in_force(date.min) and not unit("a", end=EVE).in_force(date.max)
    assert unit("a", MERGED).in_force(date.max) and not unit("a", MERGED).in_force(EVE)


def test_a_moment_is_no_day() -> None:
    with pytest.raises(RecordError, match="day"):
        unit("a").in_force(datetime(2025, 7, 1))


def test_levels_count_as_in_the_catalogue_of_procedures() -> None:
    assert [(level.name, int(level)) for level in UnitLevel] == [
        ("MINISTRY", 0),
        ("PROVINCE", 1),
        ("DISTRICT", 2),
        ("COMMUNE", 3),
    ]


def test_where_a_row_stands_makes_no_other_unit() -> None:
    assert unit("a", origin="x.csv row 2") == unit("a", origin="y.csv row 3")
    plain = step("a", "b")
    assert plain == OrgRelation("a", "b", MERGE, MERGED, origin="x.csv row 2")


def test_units_keep_their_order_and_are_found_by_id() -> None:
    history = UnitHistory([unit("b"), unit("a")])
    assert ids(history.units) == ["b", "a"]
    assert history.unit("a") == unit("a")


@pytest.mark.parametrize("id", ["A", "", "z", None, 1, [], object()])
def test_an_unknown_id_is_a_fault_of_the_record(id: Any) -> None:
    history = UnitHistory([unit("a")])
    for ask in (
        lambda: history.unit(id),
        lambda: history.successors(id, None, EVE),
        lambda: history.predecessors(id, None, EVE),
    ):
        with pytest.raises(RecordError, match="is not the id of a unit") as raised:
            ask()
        assert raised.value.field == "unit"


# --- codes ---------------------------------------------------------------------------------------


def two_bearers() -> UnitHistory:
    return UnitHistory(
        [
            unit("old", end=EVE, codes=("H05", "SNV"), statistics_code="27"),
            unit("other", end=EVE, statistics_code="24"),
            unit("new", date(2025, 8, 1), codes=("H05",), statistics_code="24"),
        ]
    )


@pytest.mark.parametrize(
    ("code", "day", "found"),
    [
        ("H05", EVE, "old"),
        ("H05", date(2025, 8, 1), "new"),
        ("H05", date(2025, 7, 15), None),
        ("h05 ", EVE, "old"),
        ("000.00.00.H05", EVE, "old"),
        ("SNV", EVE, "old"),
        ("SNV", date(2026, 1, 1), "old"),
        ("new", date(2026, 1, 1), "new"),
        ("NEW", date(2000, 1, 1), "new"),
        ("H06", EVE, None),
        ("27", EVE, None),
        ("", EVE, None),
    ],
)
def test_a_code_means_its_bearer_of_the_day(code: str, day: date, found: str | None) -> None:
    bearer = two_bearers().of_code(code, day)
    assert (bearer and bearer.id) == found


def test_the_two_orders_of_a_code_are_one() -> None:
    history = UnitHistory([unit("a", codes=("000.00.53.H48", "H48.53"))])
    assert history.of_code("H48.53", EVE) is history.of_code("000.00.53.h48", EVE) is not None


def test_statistics_codes_are_a_list_of_their_own() -> None:
    history = two_bearers()
    assert history.of_statistics_code("24", EVE) == history.unit("other")
    assert history.of_statistics_code("24", date(2025, 8, 1)) == history.unit("new")
    assert history.of_statistics_code("24", date(2025, 7, 15)) is None
    assert history.of_statistics_code("27", date(2026, 1, 1)) == history.unit("old")
    assert history.of_statistics_code("H05", EVE) is None
    assert history.of_statistics_code("", EVE) is None


def test_two_units_may_not_bear_one_code_on_one_day() -> None:
    first, second = unit("a", end=MERGED, codes=("X",)), unit("b", MERGED, codes=("X",))
    with pytest.raises(ConfigError, match="'X' is borne by 'a' and 'b' on one day"):
        UnitHistory([second, first])
    with pytest.raises(ConfigError, match="'24' is borne by 'a' and 'b'"):
        UnitHistory([unit("a", statistics_code="24"), unit("b", statistics_code="24")])
    with pytest.raises(ConfigError, match=r"^u\.csv row 3: code 'X'"):
        UnitHistory([unit("a", codes=("X",)), unit("b", codes=("x",), origin="u.csv row 3")])
    with pytest.raises(ConfigError, match="'A' is borne by 'a' and 'b'"):
        UnitHistory([unit("a"), unit("b", codes=("A",))])


def test_a_code_that_passes_on_overnight_is_fine() -> None:
    history = UnitHistory([unit("a", end=EVE, codes=("X",)), unit("b", MERGED, codes=("X",))])
    assert history.of_code("X", EVE) == history.unit("a")
    assert history.of_code("X", MERGED) == history.unit("b")


def test_a_code_written_twice_for_one_unit_is_one() -> None:
    history = UnitHistory([unit("a", codes=("X", "x", "a"))])
    assert history.of_code("x", EVE) == unit("a", codes=("X", "x", "a"))


def test_a_blank_code_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^u\.csv row 3: unit 'a' has a blank code") as raised:
        UnitHistory([unit("a", codes=(" ",), origin="u.csv row 3")])
    assert raised.value.key == "u.csv row 3"
    with pytest.raises(ConfigError) as raised:
        UnitHistory([unit("a", codes=("",))])
    assert raised.value.key is None


# --- what cannot be true -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "column", "why"),
    [
        ([unit(" ")], "id", "needs an id"),
        ([unit("a"), unit("a")], "id", "'a' is given twice"),
        ([unit("a", MERGED, EVE)], "valid_to", "'a' would end before it begins"),
    ],
)
def test_units_that_cannot_be(wrong: list[OrgUnit], column: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        UnitHistory(wrong)
    assert raised.value.key == column


def test_a_unit_of_one_day_can_be() -> None:
    assert UnitHistory([unit("a", EVE, EVE)]).unit("a").in_force(EVE)


@pytest.mark.parametrize(
    ("relation", "column", "why"),
    [
        (step("x", "new"), "from", "'x' is not the id"),
        (step("old", "x"), "to", "'x' is not the id"),
        (step("old", "old", TRANSFER), "to", "back to its own unit"),
        (step("old", "new", DISSOLVE), "to", "a dissolved unit has no successor"),
        (step("old", None, MERGE), "to", "a merge needs the unit that follows"),
        (step("old", None, TRANSFER), "to", "a transfer needs"),
        (step("old", "new", MERGE, MERGED, LAND), "procedures", "a merge takes all"),
        (step("old", "new", RENAME, MERGED, LAND), "procedures", "a rename takes all"),
        (step("old", None, DISSOLVE, MERGED, LAND), "procedures", "a dissolve takes all"),
        (step("new", "old", TRANSFER), "from", "'new' is not in force on the day before"),
        (step("dead", "new"), "from", "'dead' is not in force on the day before 2025-07-01"),
        (step("old", "dead"), "to", "'dead' is not in force on 2025-07-01"),
        (step("late", "new"), "effective", "ends 'late' on the day before 2025-07-01"),
        (step("old", "new", MERGE, date.min), "from", "'old' is not in force on the day before"),
    ],
)
def test_relations_that_cannot_be(relation: OrgRelation, column: str, why: str) -> None:
    units = [unit("old"), unit("new", MERGED), unit("dead", end=date(2025, 6, 29))]
    units.append(unit("late", end=MERGED))
    row = OrgRelation(
        relation.from_id,
        relation.to_id,
        relation.kind,
        relation.effective,
        relation.procedures,
        origin="r.csv row 7",
    )
    with pytest.raises(ConfigError, match=why) as raised:
        UnitHistory(units, [row])
    assert raised.value.key == f"r.csv row 7 {column}"


def test_a_unit_cannot_begin_on_the_day_it_hands_over() -> None:
    with pytest.raises(ConfigError, match="not in force on the day before"):
        UnitHistory([unit("a", MERGED), unit("b")], [step("a", "b", TRANSFER)])
    UnitHistory([unit("a", EVE), unit("b")], [step("a", "b", TRANSFER)])


def test_a_unit_cannot_end_twice() -> None:
    units = [unit("a"), unit("b"), unit("c")]
    later = step("a", "c", MERGE, date(2025, 7, 2))
    for rows in ([step("a", "b"), later], [later, step("a", "b")]):
        with pytest.raises(ConfigError):
            UnitHistory(units, rows)


@pytest.mark.parametrize("kind", [RENAME, MERGE, DISSOLVE])
def test_an_end_tells_the_last_day(kind: RelationKind) -> None:
    relation = step("a", None if kind is DISSOLVE else "b", kind)
    left_out = UnitHistory([unit("a"), unit("b")], [relation])
    written = UnitHistory([unit("a", end=EVE), unit("b")], [relation])
    assert left_out.units == written.units
    assert left_out.unit("a").valid_to == EVE
    assert left_out.unit("b").valid_to is None


@pytest.mark.parametrize("kind", [SPLIT, TRANSFER])
def test_a_split_or_a_transfer_ends_nothing(kind: RelationKind) -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b", kind)])
    assert history.unit("a").valid_to is None


# --- successors ----------------------------------------------------------------------------------


def test_before_its_end_a_unit_succeeds_itself() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b")])
    before = history.successors("a", LAND, EVE)
    assert (ids(before.units), before.steps, before.line) == (["a"], (), {"a"})
    after = history.successors("a", LAND, MERGED)
    assert (ids(after.units), after.steps, after.line) == (["b"], (step("a", "b"),), {"a", "b"})
    assert after.only == history.unit("b") and after.start == history.unit("a")


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
    assert relation.covers(LAND) and not relation.covers(BIRTH)
    assert step("a", "b").covers(BIRTH)


def test_a_blank_scope_is_no_scope_of_everything() -> None:
    relation = step("a", "b", TRANSFER, MERGED, " ")
    history = UnitHistory([unit("a"), unit("b")], [relation])
    assert ids(history.successors("a", LAND, MERGED).units) == ["a"]


def test_the_earliest_relation_that_takes_a_procedure_counts() -> None:
    """What was transferred in 2023 does not go along with the merger of 2025."""
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


def test_work_that_went_in_a_circle_is_back_where_it_began() -> None:
    there, back = date(2020, 1, 1), date(2025, 1, 1)
    history = UnitHistory(
        [unit("a"), unit("b")],
        [step("a", "b", TRANSFER, there, LAND), step("b", "a", TRANSFER, back, LAND)],
    )
    assert ids(history.successors("a", LAND, there).units) == ["b"]
    assert ids(history.successors("a", LAND, back).units) == ["a"]
    assert ids(history.successors("b", LAND, back).units) == ["a"]
    assert ids(history.successors("b", LAND, there).units) == ["b"]


def test_ways_that_meet_again_are_followed_once_and_hide_no_other() -> None:
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


def test_a_dossier_entered_on_a_dead_unit_still_has_successors() -> None:
    history = UnitHistory([unit("a"), unit("b")], [step("a", "b")])
    found = history.successors("a", LAND, date(2026, 1, 1), since=date(2025, 9, 1))
    assert ids(found.units) == ["b"]


def test_dissolved_is_not_lost() -> None:
    history = UnitHistory([unit("a"), unit("b", end=EVE)], [step("a", None, DISSOLVE)])
    dissolved = history.successors("a", LAND, MERGED)
    assert (ids(dissolved.dissolved), dissolved.units, dissolved.lost) == (["a"], (), ())
    assert dissolved.steps == (step("a", None, DISSOLVE),) and dissolved.line == {"a"}
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
    assert found.only == history.unit("b") and found.dissolved == ()


def test_one_certain_and_one_lost_successor_are_a_doubt() -> None:
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c", end=date(2025, 12, 31))],
        [step("a", "b"), step("a", "c")],
    )
    found = history.successors("a", LAND, date(2026, 1, 1))
    assert (ids(found.units), ids(found.lost), found.only) == (["b"], ["c"], None)


def test_a_unit_that_is_not_there_yet_is_not_known() -> None:
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
def test_what_is_no_day_is_a_fault_of_the_record(day: Any) -> None:
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


# --- predecessors --------------------------------------------------------------------------------


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
    """The procedure went through the unit and on to another before the day that is asked for."""
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


def test_a_predecessor_may_have_given_the_procedure_away_before_and_got_it_anew() -> None:
    history = UnitHistory(
        [unit("a"), unit("b"), unit("c")],
        [
            step("a", "b", TRANSFER, date(2020, 1, 1), LAND),
            step("c", "a", MERGE, date(2022, 1, 1)),
        ],
    )
    assert ids(history.predecessors("a", LAND, date(2022, 1, 1))) == ["a"]
    assert ids(history.predecessors("a", LAND, date(2019, 1, 1))) == ["c"]


# --- properties ----------------------------------------------------------------------------------

IDS = "abcdef"
YEARS = st.integers(2001, 2006).map(lambda year: date(year, 1, 1))
DAYS = st.integers(2000, 2007).map(lambda year: date(year, 6, 1))
PROCEDURES = st.sampled_from([LAND, BIRTH])


@st.composite
def histories(draw: st.DrawFn) -> UnitHistory:
    """Units that never end, with transfers and splits anyhow between them: circles too."""
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
def test_predecessors_mirror_successors(
    history: UnitHistory, one: str, other: str, procedure: str, first: date, second: date
) -> None:
    first, second = sorted((first, second))
    after = history.successors(one, procedure, second, since=first)
    before = history.predecessors(other, procedure, first, until=second)
    assert (other in ids(after.units)) is (one in ids(before))


@given(histories(), st.sampled_from(IDS), PROCEDURES, DAYS, DAYS, DAYS)
def test_following_in_two_stages_is_following_at_once(
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
    assert found.units and not found.lost and not found.dissolved
    assert set(ids(found.units)) <= found.line
    assert list(found.units) == sorted(found.units, key=lambda each: each.id)
    assert [each.effective for each in found.steps] == sorted(e.effective for e in found.steps)
    assert all(each.effective <= on for each in found.steps)


@given(histories(), st.sampled_from(IDS))
def test_the_order_of_rows_does_not_matter(history: UnitHistory, start: str) -> None:
    turned = UnitHistory(reversed(history.units), reversed(history.relations))
    assert turned.successors(start, None, date.max) == history.successors(start, None, date.max)


def test_two_tables_join() -> None:
    own = UnitHistory([unit("c", MERGED)])
    joined = district().joined_with(own)
    assert ids(joined.units) == ["district", "department", "north", "south", "c"]
    assert joined.relations == district().relations
    with pytest.raises(ConfigError, match="twice"):
        joined.joined_with(own)
