"""Errors in files of units, reported with their place."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khop.errors import ConfigError, KhopError
from khop.mappings.units.files import load_units, units_of_rows
from khop.mappings.units.model import RelationKind
from tests.mappings.units.file_texts import MERGED, TOML, of_csv, of_toml, written


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
def test_a_wrong_unit_raises_with_row_and_column(
    row: dict[Any, Any], column: str, why: str
) -> None:
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
def test_a_wrong_relation_raises_with_row_and_column(
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
        ('id,name\na,"A\n', "units.csv row 2", "cannot be read as CSV: unexpected end"),
        ('id,name\na,A\n\nb,"B"x\n', "units.csv row 4", "cannot be read as CSV: ',' expected"),
        (f'"{"a" * 200_000}",name\n', "units.csv row 1", "cannot be read as CSV: field larger"),
    ],
)
def test_a_wrong_csv_file_raises_with_its_place(
    tmp_path: Path, text: str, key: str, why: str
) -> None:
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
def test_a_wrong_toml_file_raises_with_its_place(
    tmp_path: Path, text: str, key: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        of_toml(tmp_path, text)
    assert raised.value.key == key


@pytest.mark.parametrize("name", ["units.csv", "units.toml"])
def test_an_unreadable_file_raises_with_its_name(tmp_path: Path, name: str) -> None:
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


CELLS: st.SearchStrategy[object] = st.text(max_size=4) | st.sampled_from(
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
            assert error.key
            assert error.key.startswith(name)
