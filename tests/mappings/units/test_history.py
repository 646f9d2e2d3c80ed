"""Units and relations, their codes, and contradictions between them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from khop.errors import ConfigError, RecordError
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind, UnitLevel
from tests.mappings.units.histories import (
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
    assert unit("a").in_force(date.min)
    assert unit("a").in_force(date.max)
    assert unit("a", end=EVE).in_force(date.min)
    assert not unit("a", end=EVE).in_force(date.max)
    assert unit("a", MERGED).in_force(date.max)
    assert not unit("a", MERGED).in_force(EVE)


def test_a_datetime_is_refused_as_day() -> None:
    with pytest.raises(RecordError, match="day"):
        unit("a").in_force(datetime(2025, 7, 1))


def test_levels_count_as_in_the_catalogue_of_procedures() -> None:
    assert [(level.name, int(level)) for level in UnitLevel] == [
        ("MINISTRY", 0),
        ("PROVINCE", 1),
        ("DISTRICT", 2),
        ("COMMUNE", 3),
    ]


def test_the_place_of_a_row_does_not_change_the_unit() -> None:
    assert unit("a", origin="x.csv row 2") == unit("a", origin="y.csv row 3")
    plain = step("a", "b")
    assert plain == OrgRelation("a", "b", MERGE, MERGED, origin="x.csv row 2")


def test_units_keep_their_order_and_are_found_by_id() -> None:
    history = UnitHistory([unit("b"), unit("a")])
    assert ids(history.units) == ["b", "a"]
    assert history.unit("a") == unit("a")


@pytest.mark.parametrize("id", ["A", "", "z", None, 1, [], object()])
def test_an_unknown_id_raises_a_record_error(id: Any) -> None:
    history = UnitHistory([unit("a")])
    for ask in (
        lambda: history.unit(id),
        lambda: history.successors(id, None, EVE),
        lambda: history.predecessors(id, None, EVE),
    ):
        with pytest.raises(RecordError, match="is not the id of a unit") as raised:
            ask()
        assert raised.value.field == "unit"


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
def test_a_code_means_the_unit_that_has_it_on_the_day(
    code: str, day: date, found: str | None
) -> None:
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


def test_two_units_may_not_have_one_code_on_one_day() -> None:
    first, second = unit("a", end=MERGED, codes=("X",)), unit("b", MERGED, codes=("X",))
    with pytest.raises(ConfigError, match="'X' is that of 'a' and of 'b' on one day"):
        UnitHistory([second, first])
    with pytest.raises(ConfigError, match="'24' is that of 'a' and of 'b'"):
        UnitHistory([unit("a", statistics_code="24"), unit("b", statistics_code="24")])
    with pytest.raises(ConfigError, match=r"^u\.csv row 3: code 'X'"):
        UnitHistory([unit("a", codes=("X",)), unit("b", codes=("x",), origin="u.csv row 3")])
    with pytest.raises(ConfigError, match="'A' is that of 'a' and of 'b'"):
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


@pytest.mark.parametrize(
    ("wrong", "column", "why"),
    [
        ([unit(" ")], "id", "needs an id"),
        ([unit("a"), unit("a")], "id", "'a' is given twice"),
        ([unit("a", MERGED, EVE)], "valid_to", "'a' would end before it begins"),
    ],
)
def test_contradictory_units_are_refused(wrong: list[OrgUnit], column: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        UnitHistory(wrong)
    assert raised.value.key == column


def test_a_unit_of_one_day_is_accepted() -> None:
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
def test_contradictory_relations_are_refused(relation: OrgRelation, column: str, why: str) -> None:
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
def test_a_relation_that_ends_a_unit_gives_its_last_day(kind: RelationKind) -> None:
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


def test_two_tables_join() -> None:
    own = UnitHistory([unit("c", MERGED)])
    joined = district().joined_with(own)
    assert ids(joined.units) == ["district", "department", "north", "south", "c"]
    assert joined.relations == district().relations
    with pytest.raises(ConfigError, match="twice"):
        joined.joined_with(own)
