"""Small CSV tables: their rows, and the place of an error in a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.errors import ConfigError
from khop.mappings.facts.csv_rows import csv_rows


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "unit,sessions\nH44.01,8h-16h\n",
        "Unit;Sessions\r\nH44.01;8h-16h\r\n",
        "\ufeffunit\tsessions\nH44.01\t8h-16h",
        'unit,sessions\n"H44.01", 8h-16h \n',
        "unit,sessions,,\nH44.01,8h-16h,,\n,,\n\n",
    ],
)
def test_rows_are_read_by_headers_in_any_csv_form(tmp_path: Path, text: str) -> None:
    rows = list(csv_rows(written(tmp_path, text)))
    assert rows == [{"unit": "H44.01", "sessions": "8h-16h"}]


def test_an_empty_row_keeps_the_numbers_of_those_below_it(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n\n,,\n3,4\n\n")
    assert list(csv_rows(path)) == [{"a": "1", "b": "2"}, {}, {}, {"a": "3", "b": "4"}]


def test_an_empty_cell_in_the_middle_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,,3\n1,,\n")
    assert list(csv_rows(path)) == [{"a": "1", "b": "", "c": "3"}, {"a": "1"}]


def test_a_table_without_rows_gives_none(tmp_path: Path) -> None:
    assert list(csv_rows(written(tmp_path, "a,b\n"))) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "table.csv, row 1"),
        ("\na,b\n", "table.csv, row 1"),
        ("a,,b\n1,2,3\n", "table.csv, row 1"),
        ("a,A\n", "table.csv, row 1"),
        ("unit,sessions\nH44.01,07:30-11:30, 13:00-17:00\n", "table.csv, row 2"),
        ('a,b\n"1,2\n', "table.csv row 2"),
        (b"a,b\n\xff,2\n", "table.csv"),
        (b"a,b\n\x00,2\n".replace(b"\x00", b"\xc3\x28"), "table.csv"),
    ],
)
def test_a_bad_file_raises_with_its_row(tmp_path: Path, text: str | bytes, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        list(csv_rows(written(tmp_path, text)))
    assert caught.value.key == key


def test_a_missing_file_raises_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as CSV"):
        list(csv_rows(tmp_path / "none.csv"))
