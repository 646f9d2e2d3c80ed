"""When a row of paper and a dossier are alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind
from khop.sync.reconciling.likeness import REASONS, Traits, UnitKinship, candidates, near_days
from tests.sync.papers import APPLICANT, CODE
from tests.sync.reconciling.paper_candidates import UNITS

CALENDAR = WorkingCalendar()
SAME = Traits("UBND xã Mẫu", "H99.12", "1.001612", APPLICANT, date(2026, 11, 10))


def like(row: Traits, dossier: Traits) -> bool:
    found = candidates(row, {CODE: dossier}, UnitKinship(UNITS), CALENDAR)
    assert found in ({}, {CODE: REASONS})
    return bool(found)


@pytest.mark.parametrize(
    "spelled",
    [
        {"unit_code": "000.00.12.H99", "unit": None},
        {"unit_code": "h99.12", "unit": "Một cửa xã Mẫu"},
        {"unit_code": None, "unit": "  ubnd  xã MẪU"},
        {"unit_code": None, "unit": "UBND xa\u0303 Mâ\u0303u"},
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
        {"unit_code": None, "unit": "UBND xã Mau"},
        {"unit_code": None, "unit": None},
        {"unit_code": "", "unit": " "},
        {"procedure": "1.001613"},
        {"procedure": None},
        {"procedure": ""},
        {"applicant_key": "j" * 64},
        {"applicant_key": None},
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
