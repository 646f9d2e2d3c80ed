"""The packaged provinces before and after 1 July 2025."""

from __future__ import annotations

from datetime import date

from khop.mappings.codes.level_one import packaged_level_one
from khop.mappings.facts.packaged import load_table
from khop.mappings.units.files import provinces
from khop.mappings.units.model import RelationKind, UnitLevel

MERGED, EVE = date(2025, 7, 1), date(2025, 6, 30)
SURVIVOR_OF = {
    "H02": "H05",
    "H03": "H55",
    "H04": "H12",
    "H06": "H29",
    "H07": "H61",
    "H08": "H21",
    "H09": "H29",
    "H10": "H19",
    "H11": "H36",
    "H16": "H36",
    "H22": "H60",
    "H23": "H24",
    "H25": "H42",
    "H28": "H44",
    "H30": "H13",
    "H33": "H01",
    "H34": "H48",
    "H39": "H53",
    "H40": "H42",
    "H43": "H32",
    "H45": "H15",
    "H46": "H50",
    "H47": "H17",
    "H51": "H13",
    "H54": "H31",
    "H58": "H20",
    "H59": "H61",
    "H62": "H44",
    "H63": "H38",
}
UNCHANGED = {"H14", "H18", "H26", "H27", "H35", "H37", "H41", "H49", "H52", "H56", "H57"}
ALL_63 = {f"H{number:02d}" for number in range(1, 64)}


def current(code: str, day: date = EVE) -> str:
    bearer = provinces().of_code(code, day)
    assert bearer is not None
    only = provinces().successors(bearer.id, None, MERGED, since=day).only
    assert only is not None
    return only.id


def test_there_were_63_provinces_and_there_are_34() -> None:
    for day, count in ((EVE, 63), (MERGED, 34), (date(2026, 11, 22), 34)):
        there = [unit for unit in provinces().units if unit.in_force(day)]
        assert len(there) == count
        assert len({unit.statistics_code for unit in there}) == count
        assert len({unit.codes for unit in there}) == count
        assert {unit.level for unit in there} == {UnitLevel.PROVINCE}


def test_each_of_the_63_has_its_one_successor() -> None:
    assert {code: current(code) for code in ALL_63} == {
        code: SURVIVOR_OF.get(code, code) for code in ALL_63
    }


def test_each_of_the_34_has_its_predecessors() -> None:
    for unit in provinces().units:
        if unit.in_force(MERGED):
            before = provinces().predecessors(unit.id, None, EVE)
            codes = {code for each in before for code in each.codes}
            merged = {old for old, new in SURVIVOR_OF.items() if new == unit.id}
            assert codes == {unit.id} | merged
            assert (unit.id in UNCHANGED) is (not merged)


def test_the_province_whose_name_continues_keeps_its_code() -> None:
    for unit in provinces().units:
        if unit.in_force(MERGED):
            before = provinces().of_code(unit.id, EVE)
            assert before is not None
            assert before.name == unit.name


def test_a_statistics_code_may_pass_to_a_province_of_another_name() -> None:
    found = {}
    for unit in provinces().units:
        before = provinces().of_statistics_code(unit.statistics_code, EVE)
        assert before is not None
        if unit.in_force(MERGED) and before.name != unit.name:
            found[unit.statistics_code] = (before.codes[0], unit.id)
    assert found == {
        "15": ("H63", "H38"),
        "24": ("H02", "H05"),
        "44": ("H46", "H50"),
        "52": ("H08", "H21"),
        "80": ("H39", "H53"),
        "82": ("H58", "H20"),
        "91": ("H33", "H01"),
    }


def test_statistics_codes_of_the_63_are_those_of_birth_places() -> None:
    places = load_table("birth_places")["provinces"]
    of_63 = {f"0{u.statistics_code}" for u in provinces().units if u.in_force(EVE)}
    assert of_63 == set(places)
    hanoi = provinces().of_code("H26", EVE)
    assert hanoi is not None
    assert places[f"0{hanoi.statistics_code}"] in hanoi.name


def test_six_of_the_34_are_cities_run_by_the_centre() -> None:
    cities = [
        u for u in provinces().units if u.in_force(MERGED) and u.name.startswith("Thành phố ")
    ]
    assert {u.id for u in cities} == {"H13", "H17", "H24", "H26", "H29", "H57"}
    assert all(u.name.startswith(("Thành phố ", "Tỉnh ")) for u in provinces().units)


def test_hue_changed_its_name_half_a_year_before() -> None:
    old = provinces().of_code("H57", date(2024, 12, 31))
    new = provinces().of_code("H57", date(2025, 1, 1))
    assert old is not None
    assert old.name == "Tỉnh Thừa Thiên Huế"
    assert new is not None
    assert new.name == "Thành phố Huế"
    assert current("H57", date(2024, 12, 31)) == "H57"


def test_every_relation_names_its_resolution_and_its_day() -> None:
    found = {(r.kind, r.effective, r.legal_basis) for r in provinces().relations}
    assert found == {
        (RelationKind.MERGE, MERGED, "NQ 202/2025/QH15"),
        (RelationKind.RENAME, date(2025, 1, 1), "NQ 175/2024/QH15"),
    }
    assert len(provinces().relations) == 53


def test_every_province_has_the_evidence_of_its_code() -> None:
    assert {unit.source for unit in provinces().units} == {"seen", "interpolated"}
    for unit in provinces().units:
        rows = packaged_level_one().rows(unit.codes[0])
        assert {row.evidence.value for row in rows} == {unit.source}


def test_the_table_of_level_one_codes_agrees() -> None:
    for code in ALL_63:
        row = packaged_level_one().current(code, MERGED)
        assert row is not None
        assert row.code == current(code)


def test_the_provinces_are_read_once() -> None:
    assert provinces() is provinces()
