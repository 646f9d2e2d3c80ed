from __future__ import annotations

import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khop.faults import ConfigError, KhopError
from khop.mappings.data_tables import load_table
from khop.mappings.level_one import packaged_level_one
from khop.mappings.unit_files import load_units, provinces, units_of_rows
from khop.mappings.unit_records import OrgRelation, OrgUnit, RelationKind, UnitLevel
from khop.mappings.units import UnitHistory

MERGED, EVE = date(2025, 7, 1), date(2025, 6, 30)

TOML = """
source = "catalogue of the Office"

[[unit]]
id = "huyen-a"
name = "UBND huyện  A"
codes = ["000.00.31.H99", "CNA"]
level = 2
valid_to = 2025-06-30

[[unit]]
id = "xa-b"
name = "UBND xã B"
codes = ["H99.242"]
level = "xã"
statistics_code = "00004"
valid_from = 2025-07-01
source = "NQ 1/NQ-UBTVQH15"

[[relation]]
from = "huyen-a"
to = ["xa-b"]
kind = "transfer"
effective = 2025-07-01
procedures = ["1.012784.H99"]
legal_basis = "NĐ 118/2025"
"""

UNITS = """\
Định danh;Tên đơn vị;Mã đơn vị;Cấp;Mã thống kê;Từ ngày;Đến hết ngày;Nguồn
huyen-a;UBND huyện A;000.00.31.H99|CNA;huyện;;;30/06/2025;
;;;;;;;
xa-b;UBND xã B;H99.242;3;00004;1/7/2025;;NQ 1/NQ-UBTVQH15
"""
RELATIONS = """\
from,to,kind,effective,procedures,legal_basis
huyen-a,xa-b,Chuyển nhiệm vụ,2025-07-01,1.012784.H99,NĐ 118/2025
"""

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


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def of_toml(folder: Path, text: str) -> UnitHistory:
    return load_units(written(folder, "units.toml", text))


def of_csv(folder: Path, units: str, relations: str | None = None) -> UnitHistory:
    second = None if relations is None else written(folder, "relations.csv", relations)
    return load_units(written(folder, "units.csv", units), second)


# --- both forms ----------------------------------------------------------------------------------


def test_a_toml_file_holds_both(tmp_path: Path) -> None:
    history = of_toml(tmp_path, TOML)
    assert (history.units, history.relations) == (EXPECTED_UNITS, EXPECTED_RELATIONS)
    assert [each.origin for each in history.units] == ["units.toml unit 1", "units.toml unit 2"]
    assert history.relations[0].origin == "units.toml relation 1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_two_csv_files_say_the_same(tmp_path: Path, delimiter: str, encoding: str) -> None:
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


# --- what is wrong, and where --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ({"name": "A"}, "id", "is missing"),
        ({"id": " ", "name": "A"}, "id", "is missing"),
        ({"id": "a"}, "name", "is missing"),
        ({"id": 7, "name": "A"}, "id", "is not text; put it in quotes"),
        ({"id": "a", "name": ["A"]}, "name", "is not text"),
        ({"id": "a", "name": "A", "codes": 31}, "codes", "is not text or a list of texts"),
        ({"id": "a", "name": "A", "codes": [31]}, "codes", "is not text; put it in quotes"),
        ({"id": "a", "name": "A", "codes": ["X", " "]}, "codes", "has a blank entry"),
        ({"id": "a", "name": "A", "codes": "X||Y"}, "codes", "has a blank entry"),
        ({"id": "a", "name": "A", "codes": {"X": 1}}, "codes", "is not text or a list"),
        ({"id": "a", "name": "A", "level": 4}, "level", r"'4' is none of 0, bộ, trung ương, 1"),
        ({"id": "a", "name": "A", "level": True}, "level", "is not text"),
        ({"id": "a", "name": "A", "level": 1.0}, "level", "is not text"),
        ({"id": "a", "name": "A", "level": "phường"}, "level", "'phường' is none of"),
        ({"id": "a", "name": "A", "statistics_code": 4}, "statistics_code", "put it in quotes"),
        ({"id": "a", "name": "A", "valid_from": "2025-02-30"}, "valid_from", "not a day that"),
        ({"id": "a", "name": "A", "valid_from": "07/2025"}, "valid_from", "01/07/2025"),
        ({"id": "a", "name": "A", "valid_from": "1/7/25"}, "valid_from", "not a day"),
        ({"id": "a", "name": "A", "valid_to": datetime(2025, 7, 1)}, "valid_to", "is not text"),
        ({"id": "a", "name": "A", "valid_to": 2025}, "valid_to", "is not text"),
        ({"id": "a", "name": "A", "source": 5}, "source", "is not text"),
        (
            {"id": "a", "name": "A", "code": "X"},
            "code",
            "no column of a unit; did you mean 'codes'",
        ),
        ({"id": "a", "name": "A", "zzz": "X"}, "zzz", r"is no column of a unit$"),
        ({"id": "a", "name": "A", 5: "X"}, "5", r"is no column of a unit$"),
    ],
)
def test_a_wrong_unit_is_told_by_row_and_column(row: dict[Any, Any], column: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        units_of_rows([("units.csv row 7", row)])
    assert raised.value.key == f"units.csv row 7 {column}"


@pytest.mark.parametrize(
    ("changed", "column", "why"),
    [
        ({"from": ""}, "from", "is missing"),
        ({"from": None}, "from", "is missing"),
        ({"from": "a|"}, "from", "blank entry"),
        ({"to": 5}, "to", "is not text or a list"),
        ({"to": ""}, "to", "a transfer needs the unit that follows"),
        ({"to": "z"}, "to", "'z' is not the id of a unit"),
        ({"kind": ""}, "kind", "is missing"),
        ({"kind": "move"}, "kind", "'move' is none of rename, đổi tên, merge"),
        ({"effective": ""}, "effective", ": is missing$"),
        ({"effective": "31/06/2025"}, "effective", "is not a day that exists"),
        ({"procedures": ["", "1.012784"]}, "procedures", "blank entry"),
        ({"legal_basis": 202}, "legal_basis", "is not text"),
        ({"efective": MERGED}, "efective", "no column of a relation; did you mean 'effective'"),
    ],
)
def test_a_wrong_relation_is_told_by_row_and_column(
    changed: dict[str, Any], column: str, why: str
) -> None:
    units = [("x", {"id": id, "name": id}) for id in "ab"]
    row = {"from": "a", "to": "b", "kind": "transfer", "effective": MERGED, **changed}
    with pytest.raises(ConfigError, match=why) as raised:
        units_of_rows(units, [("moves.toml relation 2", row)])
    assert raised.value.key == f"moves.toml relation 2 {column}"


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("", "units.csv row 1", ": has no headers; name .* in its first row$"),
        (" , \n", "units.csv row 1", "has no headers"),
        ("id,name,nam\n", "units.csv row 1 nam", "did you mean 'name'"),
        ("id,,name\n", "units.csv row 1", "is no column of a unit"),
        ("id,name,đơn vị\n", "units.csv row 1 đơn vị", "is a second column for name"),
        ("id,name\na,A,x\n", "units.csv row 2", ": has more cells than there are headers$"),
        ("id,name\n\n\na,A\na,A\n", "units.csv row 5 id", "'a' is given twice"),
        ('id,name\na,"A\n', "units.csv", "cannot be read as CSV"),
    ],
)
def test_a_wrong_csv_file_is_told_where(tmp_path: Path, text: str, key: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        of_csv(tmp_path, text)
    assert raised.value.key == key


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        (
            "[[units]]\nid = 'a'",
            "units.toml units",
            "is no table of this file; did you mean 'unit'",
        ),
        ("zzz = 1", "units.toml zzz", r"is no table of this file$"),
        ("unit = 5", "units.toml unit", r"write each unit under \[\[unit\]\]"),
        ("[relation]\nfrom = 'a'", "units.toml relation", r"under \[\[relation\]\]"),
        ("unit = ['a']", "units.toml unit 1", "is not a table"),
        ("[[unit]]\nid = 'a'\nname = 5", "units.toml unit 1 name", "is not text"),
        ("[[unit]\n", "units.toml", "cannot be read as TOML"),
        ("a = " + "[" * 9000, "units.toml", "cannot be read as TOML"),
        ("a = " + "9" * 9000, "units.toml", "cannot be read as TOML"),
    ],
)
def test_a_wrong_toml_file_is_told_where(tmp_path: Path, text: str, key: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        of_toml(tmp_path, text)
    assert raised.value.key == key


@pytest.mark.parametrize("name", ["units.csv", "units.toml"])
def test_what_cannot_be_opened_or_is_not_utf_8_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(ConfigError, match="cannot be read as") as raised:
        load_units(path)
    assert raised.value.key == name
    path.write_bytes("id,name\na,xã".encode("utf-16"))
    with pytest.raises(ConfigError, match="cannot be read as"):
        load_units(path)
    with pytest.raises(ConfigError, match="cannot be read as"):
        load_units(Path("a\0b").with_suffix(path.suffix))


def test_a_toml_file_and_a_second_file_are_too_many(tmp_path: Path) -> None:
    path = written(tmp_path, "units.toml", TOML)
    with pytest.raises(ConfigError, match=r": a TOML file holds the relations too$") as raised:
        load_units(path, tmp_path / "relations.csv")
    assert raised.value.key == "relations.csv"


CELLS = st.text(max_size=4) | st.sampled_from(
    [
        None,
        True,
        -1,
        2,
        10**30,
        float("nan"),
        date.min,
        date.max,
        MERGED,
        datetime(2025, 7, 1),
        "2025-07-01",
        "0001-01-01",
        [],
        ["X", "Y"],
        ["X", 1],
        [[]],
        {"X": 1},
        b"X",
    ]
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from("ab"), "name": st.just("A")},
            optional={
                "codes": CELLS,
                "level": CELLS,
                "statistics_code": CELLS,
                "valid_from": CELLS,
                "valid_to": CELLS,
            },
        ),
        max_size=2,
    ),
    st.lists(
        st.fixed_dictionaries(
            {"from": st.sampled_from("abc"), "kind": st.sampled_from(list(RelationKind))},
            optional={"to": CELLS | st.just("b"), "effective": CELLS, "procedures": CELLS},
        ),
        max_size=2,
    ),
)
def test_cells_of_any_kind_are_read_or_refused(
    units: list[dict[str, Any]], relations: list[dict[str, Any]]
) -> None:
    try:
        history = units_of_rows([("u", row) for row in units], [("r", row) for row in relations])
    except KhopError:
        return
    assert len(history.units) == len(units)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_files_of_any_kind_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    for name in ("units.csv", "units.toml"):
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(content)
        try:
            load_units(path)
        except ConfigError as error:
            assert error.key and error.key.startswith(name)


# --- the provinces -------------------------------------------------------------------------------

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


def test_the_province_whose_name_lives_on_keeps_its_code() -> None:
    for unit in provinces().units:
        if unit.in_force(MERGED):
            before = provinces().of_code(unit.id, EVE)
            assert before is not None and before.name == unit.name


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
    assert hanoi is not None and places[f"0{hanoi.statistics_code}"] in hanoi.name


def test_six_of_the_34_are_cities_run_by_the_centre() -> None:
    cities = [
        u for u in provinces().units if u.in_force(MERGED) and u.name.startswith("Thành phố ")
    ]
    assert {u.id for u in cities} == {"H13", "H17", "H24", "H26", "H29", "H57"}
    assert all(u.name.startswith(("Thành phố ", "Tỉnh ")) for u in provinces().units)


def test_hue_changed_its_name_half_a_year_before() -> None:
    old = provinces().of_code("H57", date(2024, 12, 31))
    new = provinces().of_code("H57", date(2025, 1, 1))
    assert old is not None and old.name == "Tỉnh Thừa Thiên Huế"
    assert new is not None and new.name == "Thành phố Huế"
    assert current("H57", date(2024, 12, 31)) == "H57"


def test_every_relation_names_its_resolution_and_its_day() -> None:
    found = {(r.kind, r.effective, r.legal_basis) for r in provinces().relations}
    assert found == {
        (RelationKind.MERGE, MERGED, "NQ 202/2025/QH15"),
        (RelationKind.RENAME, date(2025, 1, 1), "NQ 175/2024/QH15"),
    }
    assert len(provinces().relations) == 53


def test_every_province_says_how_its_code_is_known() -> None:
    assert {unit.source for unit in provinces().units} == {"seen", "interpolated"}
    for unit in provinces().units:
        rows = packaged_level_one().rows(unit.codes[0])
        assert {row.evidence.value for row in rows} == {unit.source}


def test_the_table_of_level_one_codes_agrees() -> None:
    for code in ALL_63:
        row = packaged_level_one().current(code, MERGED)
        assert row is not None and row.code == current(code)


def test_the_provinces_are_read_once() -> None:
    assert provinces() is provinces()
