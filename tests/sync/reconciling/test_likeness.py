"""When a row of paper and a dossier are alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from khop.sync.reconciling.likeness import (
    REASONS,
    Traits,
    UnitKinship,
    agreement,
    is_candidate,
    near_days,
)
from tests.sync.papers import APPLICANT
from tests.sync.reconciling.paper_candidates import UNITS

CALENDAR = WorkingCalendar()
SAME = Traits("UBND xã Cũ", "H99.30.11", "1.001612", APPLICANT, "number_12", date(2026, 11, 10))


def agreed(row: Traits, dossier: Traits) -> tuple[str, ...] | None:
    return agreement(row, dossier, UnitKinship(UNITS), CALENDAR)


def like(row: Traits, dossier: Traits) -> bool:
    found = agreed(row, dossier)
    assert found in (None, REASONS)
    return found is not None


@pytest.mark.parametrize(
    "spelled",
    [
        {"unit_code": "000.11.30.H99", "unit": None},
        {"unit_code": "h99.30.11", "unit": "Một cửa xã Cũ"},
        {"unit_code": None, "unit": "  ubnd  xã CŨ"},
        {"unit_code": None, "unit": "UBND xa\u0303 Cu\u0303"},
        {"procedure": "1.001612.000.00.00.H99"},
        {"procedure": " 1.001612 "},
        {"day": date(2026, 11, 9)},
        {"day": date(2026, 11, 11)},
    ],
)
def test_other_spellings_and_the_next_working_day_are_alike(spelled: dict[str, Any]) -> None:
    assert like(SAME, replace(SAME, **spelled))
    assert like(replace(SAME, **spelled), SAME)


@pytest.mark.parametrize(
    "other",
    [
        {"unit_code": "H99.13", "unit": "UBND xã Khác Nữa"},
        {"unit_code": None, "unit": "UBND xã Khác"},
        {"procedure": "1.001613"},
        {"applicant_key": "j" * 64},
        {"day": date(2026, 11, 6)},
        {"day": date(2026, 11, 12)},
        {"day": None},
        {"day": date(1900, 1, 1)},
    ],
)
def test_a_row_and_a_dossier_that_differ_in_one_trait_are_not_alike(other: dict[str, Any]) -> None:
    assert not like(SAME, replace(SAME, **other))
    assert not like(replace(SAME, **other), SAME)


@pytest.mark.parametrize(
    ("lacks", "reason"),
    [
        ({"unit_code": None, "unit": None}, "unit"),
        ({"unit_code": "", "unit": " "}, "unit"),
        ({"unit_code": None, "unit": "Bộ phận một cửa"}, "unit"),
        ({"unit_code": "SMAU", "unit": None}, "unit"),
        ({"procedure": None}, "procedure"),
        ({"procedure": ""}, "procedure"),
        ({"procedure": "1.O01612"}, "procedure"),
        ({"applicant_key": None, "applicant_kind": None}, "applicant"),
        ({"applicant_key": "j" * 64, "applicant_kind": "name_date"}, "applicant"),
        ({"applicant_key": "j" * 64, "applicant_kind": "number_9"}, "applicant"),
        ({"applicant_key": "j" * 64, "applicant_kind": None}, "applicant"),
    ],
)
def test_what_one_side_lacks_or_nobody_can_compare_may_be_any(
    lacks: dict[str, Any], reason: str
) -> None:
    rest = tuple(each for each in REASONS if each != reason)
    without = replace(SAME, **lacks)
    assert agreed(SAME, without) == agreed(without, SAME) == rest
    assert is_candidate(rest, SAME)
    other: dict[str, Any] = (
        {"procedure": "2.000001"} if reason != "procedure" else {"applicant_key": "i" * 64}
    )
    assert agreed(without, replace(SAME, **other)) is None


def test_a_candidate_has_the_applicant_or_unit_and_procedure_beside_the_day() -> None:
    assert is_candidate(("applicant", "day"), SAME)
    assert is_candidate(("unit", "procedure", "day"), SAME)
    assert not is_candidate(("unit", "day"), SAME)
    assert is_candidate(("unit", "day"), replace(SAME, unread=frozenset({"procedure"})))
    assert is_candidate(("unit",), replace(SAME, unread=frozenset({"applicant", "day"})))


def test_two_codes_of_unknown_shape_that_are_the_same_are_one_procedure() -> None:
    other = replace(SAME, procedure="BGTVT-285")
    assert agreed(other, other) == REASONS


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), True),  # Friday and Monday
        (date(2026, 11, 21), date(2026, 11, 23), True),  # Saturday and Monday
        (date(2026, 11, 21), date(2026, 11, 20), True),
        (date(2026, 11, 19), date(2026, 11, 23), False),
        (date(2026, 8, 28), date(2026, 9, 3), True),  # the days of Independence between
        (date(2026, 8, 27), date(2026, 9, 3), False),
    ],
)
def test_days_are_counted_as_working_days(one: date, other: date, near: bool) -> None:
    assert near_days(one, other, CALENDAR) is near
    assert near_days(other, one, CALENDAR) is near


@pytest.mark.parametrize(
    ("one", "other", "procedure", "akin"),
    [
        ({"unit_code": "H99.30.11"}, {"unit_code": "H99.41"}, "1.001612", True),
        ({"unit_code": "000.11.30.H99"}, {"unit": "UBND xã mới"}, "1.001612", True),
        ({"unit": "UBND XÃ CŨ"}, {"unit": "UBND xã Mới"}, None, True),
        ({"unit_code": "H99.30.11"}, {"unit_code": "H99.30.12"}, "1.001612", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.08"}, "1.001612", True),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.41"}, "1.001612", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.08"}, "2.000001", False),
        ({"unit_code": "H99.30"}, {"unit_code": "H99.41"}, "2.000001", True),
        ({"unit_code": "SMAU"}, {"unit_code": "H99.08", "unit": "Sở Mẫu"}, "1.001612", False),
        ({"unit_code": "SMAU", "unit": "sở mẫu"}, {"unit_code": "H99.08"}, "1.001612", True),
    ],
)
def test_a_unit_is_akin_to_its_predecessor_and_its_successor(
    one: dict[str, Any], other: dict[str, Any], procedure: str | None, akin: bool
) -> None:
    units = UnitKinship(UNITS)
    day = date(2025, 7, 1)
    first = Traits(**one, procedure=procedure, day=day)
    second = Traits(**other, procedure=procedure, day=day)
    assert units.akin(first, second) is akin
    assert units.akin(second, first) is akin


def test_a_name_that_two_units_have_names_neither() -> None:
    twins = UnitHistory(
        [
            OrgUnit("a", "UBND xã Tân", ("H99.51",)),
            OrgUnit("b", "UBND xã Tân", ("H99.52",)),
            OrgUnit("c", "UBND xã Tiến", ("H99.53",), valid_to=date(2025, 6, 30)),
        ],
        [OrgRelation("c", "a", RelationKind.MERGE, date(2025, 7, 1))],
    )
    units = UnitKinship(twins)
    assert not units.akin(Traits(unit="UBND xã Tân"), Traits(unit_code="H99.53"))
    assert units.akin(Traits(unit_code="H99.51"), Traits(unit_code="H99.53"))
