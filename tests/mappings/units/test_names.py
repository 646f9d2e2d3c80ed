"""One name for each unit: by its code, else by its name in any spelling; twins stay apart."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from khop.errors import KhopError
from khop.mappings.codes.grammar import code_grammar
from khop.mappings.units.history import UnitHistory
from khop.mappings.units.model import OrgUnit
from khop.mappings.units.names import UnitNames


@pytest.fixture(scope="module")
def units() -> UnitNames:
    """The names of one province, with units of one name and units without a code."""
    return UnitNames(
        UnitHistory(
            [
                OrgUnit("u14", "UBND xã Mẫu 14", ("H99.18.14",)),
                OrgUnit("u15", "UBND xã Hoà Mậu", ("000.15.18.H99", "XHM")),
                OrgUnit("u16", "UBND phường Hòa Thủy", ("H99.18.16",)),
                OrgUnit("a", "UBND xã Tân", ("H99.18.51",)),
                OrgUnit("b", "Xã Tân", ("H99.19.51",)),
                OrgUnit("was", "UBND xã Cũ", ("H99.18.60",), valid_to=date(2025, 6, 30)),
                OrgUnit("now", "UBND xã Nay", ("H99.18.60",), valid_from=date(2025, 7, 1)),
                OrgUnit("x1", "UBND xã Trà", ("H99.18.71",)),
                OrgUnit("x2", "UBND xã Trá", ("H99.18.72",)),
                OrgUnit("dong", "UBND xã Đông", ("H99.18.81",)),
                OrgUnit("bare", "Sở Mẫu"),
                OrgUnit("p1", "Phòng Mẫu"),
                OrgUnit("p2", "Phòng Mẫu"),
            ]
        )
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UBND xã Mẫu 14", "UBND xã Mẫu 14"),
        (" UBND  Xã Mẫu 14 ", "UBND xã Mẫu 14"),
        ("Xã Mẫu 14", "UBND xã Mẫu 14"),
        ("XÃ MẪU 14", "UBND xã Mẫu 14"),
        ("X. Mẫu 14", "UBND xã Mẫu 14"),
        ("Ủy ban nhân dân xã Mẫu 14", "UBND xã Mẫu 14"),
        ("Uỷ ban nhân dân xã Mẫu 14", "UBND xã Mẫu 14"),
        ("ubnd xa mau 14", "UBND xã Mẫu 14"),
        ("UBND xã Mẫu-14", "UBND xã Mẫu 14"),
        ("H99.18.14", "UBND xã Mẫu 14"),
        ("000.14.18.H99", "UBND xã Mẫu 14"),
        ("14.18.H99", "UBND xã Mẫu 14"),
        ("u14", "UBND xã Mẫu 14"),
        ("xã Hòa Mậu", "UBND xã Hoà Mậu"),
        ("XHM", "UBND xã Hoà Mậu"),
        ("P. Hoà Thuỷ", "UBND phường Hòa Thủy"),
        ("sở mẫu", "Sở Mẫu"),
        ("UBND xã Mẫu 1", "UBND xã Mẫu 1"),
        ("UBND phường Mẫu 14", "UBND phường Mẫu 14"),
        ("UBND phường Lạ ", "UBND phường Lạ"),
        ("xã Trà", "UBND xã Trà"),
        # Without marks it may be either.
        ("xa Tra", "xa Tra"),
        # A word with another mark is another word.
        ("xã Mâu 14", "xã Mâu 14"),
        ("xa dong", "UBND xã Đông"),
        ("UBND XA DONG", "UBND xã Đông"),
        ("xa la", "xa la"),
        (None, None),
        ("", None),
    ],
)
def test_a_unit_has_one_name(units: UnitNames, name: str | None, shown: str | None) -> None:
    assert units.shown(name) == shown
    if name:
        assert units.shown(unicodedata.normalize("NFD", name)) == shown


def test_the_code_comes_before_the_name(units: UnitNames) -> None:
    assert units.shown("Bộ phận một cửa", "000.14.18.H99") == "UBND xã Mẫu 14"
    assert units.shown("UBND xã Mẫu 14", "H99.18.16") == "UBND phường Hòa Thủy"
    assert units.shown("UBND xã Mẫu 14", "KHAC") == "UBND xã Mẫu 14"
    assert units.shown(None, "KHAC") == "KHAC"


def test_two_units_of_one_name_are_never_one(units: UnitNames) -> None:
    assert units.shown("UBND xã Tân", "H99.18.51") == "UBND xã Tân (H99.18.51)"
    assert units.shown("xã Tân", "H99.19.51") == "Xã Tân (H99.19.51)"
    assert units.shown("Ủy ban nhân dân xã Tân") == "Ủy ban nhân dân xã Tân"
    dossier = "H99.19.51-261110-0001"
    assert units.shown("Ủy ban nhân dân xã Tân", dossier=dossier) == "Xã Tân (H99.19.51)"
    other = "H99.18.14-261110-0001"
    assert units.shown("Ủy ban nhân dân xã Tân", dossier=other) == "Ủy ban nhân dân xã Tân"
    assert units.shown("Ủy ban nhân dân xã Tân", dossier="HS/1") == "Ủy ban nhân dân xã Tân"
    # The dossier's code decides between twins and nothing else.
    assert units.shown("xã Mẫu 14", dossier=dossier) == "UBND xã Mẫu 14"
    assert units.shown("UBND phường Lạ", dossier=other) == "UBND phường Lạ"


def test_twins_without_a_code_have_their_id_behind_the_name(units: UnitNames) -> None:
    assert units.shown(None, "p1") == "Phòng Mẫu (p1)"
    assert units.chosen("phòng mẫu (p2)") == "Phòng Mẫu (p2)"
    with pytest.raises(KhopError, match=r"several units .* p1, p2"):
        units.chosen("phòng mẫu")


def test_a_dossier_of_a_provinces_own_shape_decides_too() -> None:
    own = {"id": "X", "name": "n", "source": "s", "date_format": "yyMMdd", "order": "new"}
    pattern = {"pattern": "^(ZT[0-9])-([0-9]{6})-([0-9]+)$", "parts": ["unit", "date", "serial"]}
    history = UnitHistory([OrgUnit("a", "Xã Tân", ("ZT1",)), OrgUnit("b", "Xã Tân", ("ZT2",))])
    names = UnitNames(history, code_grammar({"dossier": [own | pattern]}))
    assert names.shown("xã Tân", dossier="ZT2-261110-1") == "Xã Tân (ZT2)"
    assert UnitNames(history).shown("xã Tân", dossier="ZT2-261110-1") == "xã Tân"


def test_a_code_that_passed_on_means_the_unit_of_the_day(units: UnitNames) -> None:
    assert units.shown(None, "H99.18.60", date(2025, 6, 30)) == "UBND xã Cũ"
    assert units.shown(None, "H99.18.60", date(2025, 7, 1)) == "UBND xã Nay"
    assert units.shown("xã cũ", None, date(2026, 1, 1)) == "UBND xã Cũ"


def test_the_usual_ways_to_write_a_unit_are_listed(units: UnitNames) -> None:
    written = units.written("xã mẫu 14")
    assert {"UBND xã Mẫu 14", "xã Mẫu 14", "Xã Mẫu 14", "UBND Xã Mẫu 14"} < written
    assert {"Ủy ban nhân dân xã Mẫu 14", "H99.18.14", "000.14.18.H99", "14.18.H99"} < written
    assert units.written("H99.18.14") >= written - {"xã mẫu 14"}
    assert units.written("UBND phường Lạ") == {"UBND phường Lạ"}
    fronts = ("", "UBND ", "UB ", "Ủy ban nhân dân ", "Uỷ ban nhân dân ")
    assert units.written("sở mẫu") == {"sở mẫu"} | {f"{front}Sở Mẫu" for front in fronts}


def test_a_person_may_ask_for_a_unit_by_any_name(units: UnitNames) -> None:
    for text in ("Xã Mẫu 14", "000.14.18.H99", "ủy ban nhân dân XÃ MẪU 14"):
        assert units.chosen(text) == "UBND xã Mẫu 14"
    assert units.chosen("UBND xã Tân (H99.18.51)") == "UBND xã Tân (H99.18.51)"
    assert units.chosen("H99.19.51") == "Xã Tân (H99.19.51)"
    assert units.chosen("UBND phường  Lạ") == "UBND phường Lạ"
    with pytest.raises(KhopError, match=r"several units .* H99\.18\.51, H99\.19\.51"):
        units.chosen("Ủy ban nhân dân xã Tân")
