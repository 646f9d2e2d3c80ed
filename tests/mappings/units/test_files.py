"""Files of units and relations, as TOML and as CSV."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from khop.mappings.facts.packaged import load_table
from khop.mappings.units.files import load_units, units_of_rows
from khop.mappings.units.model import OrgRelation, OrgUnit, RelationKind, UnitLevel
from tests.mappings.units.file_texts import (
    EVE,
    MERGED,
    RELATIONS,
    TOML,
    UNITS,
    of_csv,
    of_toml,
    written,
)

EXPECTED_UNITS = (
    OrgUnit(
        "huyen-a",
        "UBND huyện A",
        ("000.00.31.H99", "CNA"),
        UnitLevel.DISTRICT,
        valid_to=EVE,
    ),
    OrgUnit(
        "xa-b",
        "UBND xã B",
        ("H99.242",),
        UnitLevel.COMMUNE,
        "00004",
        MERGED,
        None,
        "NQ 1/NQ-UBTVQH15",
    ),
)
EXPECTED_RELATIONS = (
    OrgRelation(
        "huyen-a",
        "xa-b",
        RelationKind.TRANSFER,
        MERGED,
        frozenset({"1.012784"}),
        "NĐ 118/2025",
    ),
)


def test_a_toml_file_holds_both(tmp_path: Path) -> None:
    history = of_toml(tmp_path, TOML)
    assert (history.units, history.relations) == (EXPECTED_UNITS, EXPECTED_RELATIONS)
    assert [each.origin for each in history.units] == ["units.toml unit 1", "units.toml unit 2"]
    assert history.relations[0].origin == "units.toml relation 1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_two_csv_files_give_the_units_of_the_toml_file(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    units = written(tmp_path, "units.csv", UNITS.replace(";", delimiter), encoding)
    relations = written(tmp_path, "relations.csv", RELATIONS.replace(",", delimiter), encoding)
    history = load_units(units, relations)
    assert (history.units, history.relations) == (EXPECTED_UNITS, EXPECTED_RELATIONS)
    assert [each.origin for each in history.units] == ["units.csv row 2", "units.csv row 4"]
    assert history.relations[0].origin == "relations.csv row 2"


def test_a_toml_file_may_end_in_capitals_and_begin_with_a_mark(tmp_path: Path) -> None:
    path = written(tmp_path, "UNITS.TOML", TOML, "utf-8-sig")
    assert load_units(path).units == EXPECTED_UNITS


def test_units_may_stand_alone(tmp_path: Path) -> None:
    assert of_csv(tmp_path, UNITS).relations == ()
    assert of_toml(tmp_path, "[[unit]]\nid = 'a'\nname = 'A'").units == (OrgUnit("a", "A"),)
    assert of_toml(tmp_path, "").units == ()


def test_headers_and_words_in_any_case_and_unicode_form(tmp_path: Path) -> None:
    shouted = unicodedata.normalize("NFD", UNITS.upper())
    history = of_csv(tmp_path, shouted.replace("HUYEN-A", "huyen-a").replace("XA-B", "xa-b"))
    assert [unit.level for unit in history.units] == [UnitLevel.DISTRICT, UnitLevel.COMMUNE]
    assert history.units[0].name == "UBND HUYỆN A"


def test_quoted_cells_and_short_rows(tmp_path: Path) -> None:
    history = of_csv(tmp_path, 'id,name,codes,source\na,"UBND ""xã"" A, cũ","X | Y"\n')
    assert history.units == (OrgUnit("a", 'UBND "xã" A, cũ', ("X", "Y")),)


def test_empty_cells_behind_the_last_column_are_no_columns(tmp_path: Path) -> None:
    assert of_csv(tmp_path, "id,name,, \na,A,,\n").units == (OrgUnit("a", "A"),)


def test_a_row_may_name_several_units_on_either_side(tmp_path: Path) -> None:
    rows = 'from,to,kind,effective\n"a|b",c | d,sáp nhập,01/07/2025\n'
    history = of_csv(tmp_path, "id,name\na,A\nb,B\nc,C\nd,D\n", rows)
    assert [(each.from_id, each.to_id) for each in history.relations] == [
        ("a", "c"),
        ("a", "d"),
        ("b", "c"),
        ("b", "d"),
    ]


@pytest.mark.parametrize("to", ["", "to = ''", "to = []"])
def test_a_dissolved_unit_leads_nowhere(tmp_path: Path, to: str) -> None:
    row = f"[[relation]]\nfrom = 'a'\n{to}\nkind = 'giải thể'\neffective = 2025-07-01"
    history = of_toml(tmp_path, f"[[unit]]\nid = 'a'\nname = 'A'\n{row}")
    assert history.relations == (OrgRelation("a", None, RelationKind.DISSOLVE, MERGED),)
    assert history.unit("a").valid_to == EVE


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Đổi tên", RelationKind.RENAME),
        ("rename", RelationKind.RENAME),
        ("SÁP NHẬP", RelationKind.MERGE),
        ("hợp nhất", RelationKind.MERGE),
        ("merge", RelationKind.MERGE),
        ("chia tách", RelationKind.SPLIT),
        ("chia", RelationKind.SPLIT),
        ("tách", RelationKind.SPLIT),
        ("split", RelationKind.SPLIT),
        ("chuyển nhiệm vụ", RelationKind.TRANSFER),
        ("chuyển  giao ", RelationKind.TRANSFER),
        ("transfer", RelationKind.TRANSFER),
    ],
)
def test_words_for_what_happened(word: str, kind: RelationKind) -> None:
    row = {"from": "a", "to": "b", "kind": word, "effective": MERGED}
    units = [("x", {"id": id, "name": id}) for id in "ab"]
    assert units_of_rows(units, [("y", row)]).relations[0].kind is kind


@pytest.mark.parametrize(
    ("word", "level"),
    [
        (0, UnitLevel.MINISTRY),
        (1, UnitLevel.PROVINCE),
        ("2", UnitLevel.DISTRICT),
        (3, UnitLevel.COMMUNE),
        ("Bộ", UnitLevel.MINISTRY),
        ("trung ương", UnitLevel.MINISTRY),
        ("cấp tỉnh", UnitLevel.PROVINCE),
        ("huyện", UnitLevel.DISTRICT),
        ("CẤP XÃ", UnitLevel.COMMUNE),
        ("", None),
        (None, None),
    ],
)
def test_words_for_levels(word: Any, level: UnitLevel | None) -> None:
    row = {"id": "a", "name": "A", "level": word}
    assert units_of_rows([("x", row)]).units[0].level is level


@pytest.mark.parametrize(
    "day", [MERGED, "2025-07-01", "01/07/2025", "1/7/2025", " 2025-07-01 ", "2025-7-1"]
)
def test_days_as_people_write_them(day: Any) -> None:
    row = {"id": "a", "name": "A", "valid_from": day}
    assert units_of_rows([("x", row)]).units[0].valid_from == MERGED


def test_a_day_comes_before_a_month() -> None:
    row = {"id": "a", "name": "A", "valid_from": "02/03/2025"}
    assert units_of_rows([("x", row)]).units[0].valid_from == date(2025, 3, 2)


def test_every_word_of_the_table_is_read() -> None:
    table = load_table("unit_files")
    assert set(table["kinds"]) == {kind.value for kind in RelationKind}
    assert set(table["levels"]) == {str(int(level)) for level in UnitLevel}
    for columns in table["columns"].values():
        assert all(words[0] == column for column, words in columns.items())
