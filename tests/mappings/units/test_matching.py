"""Old and new codes that may be of one dossier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.facts.packaged import load_table
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.matching import Attribute, CodedDossier, MatchSuggestion, suggest_matches
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind

EVE, MERGED, NOW = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 22)
LAND, BIRTH = "1.012784", "2.000635"
TAIL, APPLICANT, RECEIVED, PROCEDURE, UNIT = Attribute

HISTORY = UnitHistory(
    [
        OrgUnit("district", "Huyện A", ("000.00.31.H99",), valid_to=EVE),
        OrgUnit("commune", "Xã B", ("H99.242",), valid_from=MERGED),
        OrgUnit("department", "Sở C", ("000.00.12.H99",)),
    ],
    [
        OrgRelation("district", "commune", RelationKind.TRANSFER, MERGED),
        OrgRelation("district", "department", RelationKind.TRANSFER, MERGED, frozenset({LAND})),
    ],
)

OLD = CodedDossier("000.00.31.H99-250620-0012", None, BIRTH, "key", date(2025, 6, 20))
NEW = CodedDossier("H99.242-250620-0012", None, BIRTH, "key", date(2025, 6, 20))


def suggested(
    old: CodedDossier | Iterable[CodedDossier], new: CodedDossier | Iterable[CodedDossier]
) -> list[MatchSuggestion]:
    olds = [old] if isinstance(old, CodedDossier) else old
    news = [new] if isinstance(new, CodedDossier) else new
    return suggest_matches(olds, news, HISTORY, NOW, date.toordinal)


def verdict(old: CodedDossier, new: CodedDossier) -> tuple[tuple[str, ...], tuple[str, ...]]:
    (found,) = suggested(old, new)
    assert (found.old, found.new) == (old, new)
    return found.reasons, found.against


def test_all_agreeing_attributes_are_reasons() -> None:
    assert verdict(OLD, NEW) == ((TAIL, APPLICANT, RECEIVED, PROCEDURE, UNIT), ())


def test_differing_attributes_count_against() -> None:
    other = replace(NEW, applicant_key="x", procedure=LAND, received=date(2025, 7, 20))
    assert verdict(OLD, other) == ((TAIL, UNIT), (APPLICANT, RECEIVED, PROCEDURE))
    elsewhere = replace(OLD, procedure=LAND)
    assert verdict(elsewhere, NEW) == ((TAIL, APPLICANT, RECEIVED), (PROCEDURE, UNIT))


def test_the_successor_is_that_of_the_procedure() -> None:
    land = replace(OLD, procedure=LAND)
    assert UNIT in verdict(land, replace(NEW, unit="department"))[0]
    assert UNIT in verdict(land, NEW)[1]
    assert UNIT in verdict(OLD, replace(NEW, unit="department"))[1]
    assert UNIT in verdict(replace(OLD, unit="department"), replace(NEW, unit="department"))[0]


def test_unknown_attributes_count_neither_way() -> None:
    bare = CodedDossier("000.00.31.H99-250620-0012", "Phòng Một cửa")
    assert suggested(bare, NEW) == []
    keyed = replace(bare, applicant_key="key")
    assert verdict(keyed, NEW) == ((TAIL, APPLICANT), ())
    assert verdict(keyed, replace(NEW, unit="?")) == ((TAIL, APPLICANT), ())


def test_without_reception_the_day_in_the_code_finds_the_unit() -> None:
    undated = replace(OLD, received=None)
    assert verdict(undated, NEW)[0] == (TAIL, APPLICANT, PROCEDURE, UNIT)
    unshaped = CodedDossier("HS/1", "district", BIRTH, "key")
    assert verdict(unshaped, NEW) == ((APPLICANT, PROCEDURE), ())


def test_a_different_tail_does_not_count_against() -> None:
    renumbered = replace(NEW, code="H99.242-250703-0001")
    assert verdict(OLD, renumbered) == ((APPLICANT, RECEIVED, PROCEDURE, UNIT), ())


def test_leading_zeros_and_the_length_of_the_year_make_no_other_tail() -> None:
    bare = replace(OLD, procedure=None, received=None, applicant_key=None)
    assert verdict(bare, replace(NEW, code="H99.242-20250620-000012"))[0] == (TAIL, UNIT)
    assert suggested(bare, replace(NEW, code="H99.242-250620-0013")) == []
    assert suggested(bare, replace(NEW, code="H99.242-250621-0012")) == []


def test_a_made_up_serial_is_no_reason() -> None:
    old = replace(OLD, code="000.00.31.H99-250620-48213")
    new = replace(NEW, code="H99.242-250620-48213")
    assert TAIL not in verdict(old, new)[0]


def test_what_the_old_unit_gave_away_before_does_not_count() -> None:
    history = UnitHistory(
        [OrgUnit("a", "A"), OrgUnit("b", "B"), OrgUnit("c", "C")],
        [
            OrgRelation("a", "b", RelationKind.TRANSFER, date(2020, 1, 1)),
            OrgRelation("c", "a", RelationKind.MERGE, date(2022, 1, 1)),
        ],
    )
    old = CodedDossier("A-1", "a", None, "key", date(2024, 1, 1))
    assert (
        suggest_matches(
            [old], [CodedDossier("B-1", "b", None, "key")], history, NOW, date.toordinal
        )
        == []
    )
    (found,) = suggest_matches(
        [old], [CodedDossier("C-1", "a", None, "key")], history, NOW, date.toordinal
    )
    assert found.reasons == (APPLICANT, UNIT)


def test_one_attribute_is_not_enough() -> None:
    key = CodedDossier("A-1", applicant_key="key")
    assert suggested(key, CodedDossier("B-1", applicant_key="key")) == []
    tail = CodedDossier("000.00.31.H98-250620-0012")
    assert suggested(tail, CodedDossier("H98.242-250620-0012")) == []


def test_the_tail_and_the_day_of_reception_are_one_ground() -> None:
    old = CodedDossier("000.00.31.H98-250620-0012", received=date(2025, 6, 20))
    assert suggested(old, CodedDossier("H98.22-250620-0012", received=date(2025, 6, 20))) == []
    both = CodedDossier("H98.22-250620-0012", procedure=BIRTH, received=date(2025, 6, 20))
    assert verdict(replace(old, procedure=BIRTH), both)[0] == (TAIL, RECEIVED, PROCEDURE)


def test_unit_and_procedure_alone_are_not_enough() -> None:
    old = replace(OLD, applicant_key=None, code="000.00.31.H99-250620-0012")
    new = replace(NEW, applicant_key=None, code="H99.242-250620-0013")
    assert suggested(old, new) == []


@pytest.mark.parametrize(
    "known",
    [{"procedure": BIRTH}, {"received": EVE}, {"unit": "district"}],
)
def test_an_applicant_and_one_thing_more_are_enough(known: dict[str, Any]) -> None:
    old = replace(CodedDossier("A-1", applicant_key="key", received=None), **known)
    new = replace(CodedDossier("B-1", applicant_key="key"), **known)
    if "unit" in known:
        old, new = replace(old, received=EVE), replace(new, unit="commune")
    assert len(verdict(old, new)[0]) == 2


def test_the_grounds_are_those_of_the_table() -> None:
    table = load_table("unit_matching")
    grounds = {name: facts["ground"] for name, facts in table["attributes"].items()}
    assert grounds == {
        "tail": "day",
        "received": "day",
        "applicant": "applicant",
        "procedure": "procedure",
        "unit": "unit",
    }
    identifying = [name for name, facts in table["attributes"].items() if facts["identifying"]]
    assert identifying == ["tail", "applicant"]
    assert set(table["attributes"]) == set(Attribute)


@pytest.mark.parametrize(("day", "near"), [(19, True), (20, True), (21, True), (18, False)])
def test_receptions_one_working_day_apart_agree(day: int, near: bool) -> None:
    reasons, against = verdict(OLD, replace(NEW, received=date(2025, 6, day)))
    assert (RECEIVED in reasons, RECEIVED in against) == (near, not near)


def test_a_day_that_the_calendar_refuses_is_not_compared() -> None:
    def refuse(day: date) -> int:
        raise ValueError("outside")

    (found,) = suggest_matches([OLD], [NEW], HISTORY, NOW, refuse)
    assert (found.reasons, found.against) == ((TAIL, APPLICANT, PROCEDURE, UNIT), ())


def test_one_reception_alone_is_not_compared() -> None:
    for old, new in (
        (replace(OLD, received=None), NEW),
        (OLD, replace(NEW, received=None)),
    ):
        reasons, against = verdict(old, new)
        assert RECEIVED not in (*reasons, *against)


def test_one_code_is_one_dossier_and_no_suggestion() -> None:
    assert suggested(OLD, replace(NEW, code=OLD.code.lower())) == []


def test_the_best_suggestions_come_first() -> None:
    bare = replace(OLD, code="Z-1", unit="district", received=None)
    worse = replace(NEW, procedure=LAND)
    older = replace(OLD, code="000.00.31.H98-250620-0012")
    found = suggested([bare, OLD, older], [worse, NEW])
    assert [(each.old.code, each.new.procedure) for each in found] == [
        (OLD.code, BIRTH),
        (older.code, BIRTH),
        (OLD.code, LAND),
        ("Z-1", BIRTH),
        (older.code, LAND),
    ]


def test_equally_good_ones_come_in_order_of_codes() -> None:
    news = [
        replace(NEW, code=f"H99.242-250620-{number}") for number in ("000012", "0012", "0000012")
    ]
    olds = [replace(OLD, code=code, unit="district") for code in ("Y-2", "Y-1")]
    found = [(each.old.code, each.new.code) for each in suggested(olds, news)]
    assert found == sorted(found)
    assert len(found) == 6


def test_dossiers_without_a_common_key_are_not_compared() -> None:
    assert suggested([], NEW) == suggested(OLD, []) == []
    assert suggested(OLD, CodedDossier("H99.242-250101-0001", applicant_key="x")) == []


DOSSIERS = st.builds(
    CodedDossier,
    st.sampled_from(["000.00.31.H99-250620-0012", "H99.242-250620-0012", "H99.1-250621-9", "A"]),
    st.sampled_from(["district", "commune", "?", None]),
    st.sampled_from([LAND, BIRTH, None]),
    st.sampled_from(["k", "l", None]),
    st.sampled_from([EVE, MERGED, date(2025, 6, 20), None]),
)
GROUND = {TAIL: 1, RECEIVED: 1, APPLICANT: 2, PROCEDURE: 3, UNIT: 4}


@given(st.lists(DOSSIERS, max_size=6), st.lists(DOSSIERS, max_size=6))
def test_every_suggestion_has_its_grounds(old: list[CodedDossier], new: list[CodedDossier]) -> None:
    found = suggested(old, new)
    assert len({(each.old, each.new) for each in found}) == len(found)
    for each in found:
        assert each.old in old
        assert each.new in new
        assert each.old.code != each.new.code
        assert len({GROUND[reason] for reason in each.reasons}) >= 2
        assert {TAIL, APPLICANT} & set(each.reasons)
        assert not set(each.reasons) & set(each.against)
        assert TAIL not in each.against
