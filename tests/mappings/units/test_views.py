"""Reports over a change of units: as it was, and by current unit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.units.files import provinces
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from khop.mappings.units.views import HeldCase, ReportLine, Standing, as_it_was, both_views
from khop.mappings.units.views import by_current_unit as by_current

MERGED, EVE, NOW = date(2025, 7, 1), date(2025, 6, 30), date(2026, 11, 22)
LAND, BIRTH = "1.012784", "2.000635"


def history() -> UnitHistory:
    units = [
        OrgUnit("district", "Huyện A", ("000.00.31.H99",), valid_to=EVE),
        OrgUnit("department", "Sở B", ("000.00.12.H99",)),
        OrgUnit("north", "Xã C", valid_from=MERGED),
        OrgUnit("south", "Xã D", valid_from=MERGED),
        OrgUnit("board", "Ban E"),
        OrgUnit("centre", "Trung tâm F", valid_to=EVE),
        OrgUnit("west", "Xã G", valid_to=date(2026, 1, 1)),
    ]

    def row(before: str, after: str | None, kind: RelationKind, *codes: str) -> OrgRelation:
        return OrgRelation(before, after, kind, MERGED, frozenset(codes))

    relations = [
        row("district", "south", RelationKind.SPLIT),
        row("district", "north", RelationKind.SPLIT),
        row("district", "department", RelationKind.TRANSFER, LAND),
        row("district", None, RelationKind.DISSOLVE),
        row("board", None, RelationKind.DISSOLVE),
        row("board", "west", RelationKind.TRANSFER, BIRTH),
        row("board", "department", RelationKind.TRANSFER, BIRTH),
    ]
    return UnitHistory(units, relations)


def line(standing: Standing, *ids: str) -> ReportLine:
    return ReportLine(standing, tuple(history().unit(id) for id in ids))


@pytest.mark.parametrize(
    ("written", "procedure", "was", "now"),
    [
        ("000.00.31.H99", LAND, "district", line(Standing.ONE, "department")),
        ("H99.31", "1.012784.H99", "district", line(Standing.ONE, "department")),
        ("district", BIRTH, "district", line(Standing.SEVERAL, "north", "south")),
        ("district", None, "district", line(Standing.SEVERAL, "department", "north", "south")),
        ("department", BIRTH, "department", line(Standing.ONE, "department")),
        ("board", LAND, "board", line(Standing.DISSOLVED, "board")),
        ("board", BIRTH, "board", line(Standing.SEVERAL, "department", "west")),
        ("centre", LAND, "centre", line(Standing.NO_SUCCESSOR_KNOWN, "centre")),
        ("west", LAND, "west", line(Standing.NO_SUCCESSOR_KNOWN, "west")),
    ],
)
def test_a_case_as_it_was_and_by_current_unit(
    written: str, procedure: str | None, was: str, now: ReportLine
) -> None:
    case = HeldCase(written, procedure, EVE)
    assert as_it_was(history(), case) == line(Standing.ONE, was)
    assert by_current(history(), case, NOW) == now
    assert by_current(history(), case, EVE) == line(Standing.ONE, was)


def test_an_unknown_unit_stays_as_it_was_written() -> None:
    case = HeldCase("Phòng Một cửa", LAND, EVE)
    unknown = ReportLine(Standing.UNIT_UNKNOWN, (), "Phòng Một cửa")
    assert as_it_was(history(), case) == by_current(history(), case, NOW) == unknown


def test_an_ended_unit_is_kept_in_the_view_as_it_was() -> None:
    """A dossier entered on the district after its end stays the district's in the first view."""
    case = HeldCase("district", LAND, date(2025, 9, 1))
    assert as_it_was(history(), case) == line(Standing.ONE, "district")
    assert by_current(history(), case, NOW) == line(Standing.ONE, "department")


def test_what_the_unit_gave_away_before_is_not_taken_from_a_later_case() -> None:
    """Land went in 2020; the dossier of 2024 came back with a merger and stayed."""
    history = UnitHistory(
        [OrgUnit("a", "A"), OrgUnit("b", "B"), OrgUnit("c", "C")],
        [
            OrgRelation("a", "b", RelationKind.TRANSFER, date(2020, 1, 1), frozenset({LAND})),
            OrgRelation("c", "a", RelationKind.MERGE, date(2022, 1, 1)),
        ],
    )
    now = by_current(history, HeldCase("a", LAND, date(2024, 1, 1)), NOW)
    assert now == ReportLine(Standing.ONE, (history.unit("a"),))


def test_a_report_over_the_merger_of_provinces() -> None:
    cases = [
        HeldCase("H02", LAND, EVE),
        HeldCase("H05", LAND, EVE),
        HeldCase("H05", LAND, MERGED),
        HeldCase("H99", LAND, EVE),
    ]
    was, now = both_views(provinces(), iter(cases), NOW)
    one = {
        id: ReportLine(Standing.ONE, (provinces().unit(id),)) for id in ("H02-63", "H05-63", "H05")
    }
    unknown = ReportLine(Standing.UNIT_UNKNOWN, (), "H99")
    assert was == {one["H02-63"]: 1, one["H05-63"]: 1, one["H05"]: 1, unknown: 1}
    assert now == {one["H05"]: 3, unknown: 1}


CASES = st.builds(
    HeldCase,
    st.sampled_from(["district", "department", "north", "board", "centre", "west", "?"]),
    st.sampled_from([LAND, BIRTH, None]),
    st.integers(-400, 400).map(lambda days: MERGED + timedelta(days)),
)


@given(st.lists(CASES, max_size=20), st.integers(-400, 400))
def test_each_case_is_counted_once_in_both_views(cases: list[HeldCase], days: int) -> None:
    on = MERGED + timedelta(days)
    was, now = both_views(history(), cases, on)
    assert was.total() == now.total() == len(cases)
    for found in (*was, *now):
        assert bool(found.written) is (not found.units)
        assert (found.standing is Standing.ONE) <= (len(found.units) == 1)
        assert [u.id for u in found.units] == sorted({u.id for u in found.units})
    for found in now:
        if found.standing is Standing.ONE:
            assert found.units[0].in_force(on)


def test_before_any_change_both_views_are_equal() -> None:
    cases = [HeldCase(id, LAND, EVE) for id in ("district", "board", "centre", "board")]
    was, now = both_views(history(), cases, EVE)
    assert was == now


@pytest.mark.parametrize(
    "case",
    [HeldCase("a", None, "2025-07-01"), HeldCase(5, None, EVE), HeldCase(None, None, EVE)],  # type: ignore[arg-type]
)
def test_anything_but_a_code_or_a_day_raises_a_record_error(case: Any) -> None:
    table = UnitHistory([OrgUnit("a", "A")])
    with pytest.raises(RecordError):
        both_views(table, [case], NOW)
