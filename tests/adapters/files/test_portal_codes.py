"""An extract of the portal as a source of dossier codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khop.errors import ConfigError
from khop.mappings.records import Reject
from tests.adapters.files.tables import extract, write, written


def codes(folder: Path, path: str, **settings: Any) -> list[str]:
    return [each for each in extract(folder, path, **settings).codes() if isinstance(each, str)]


@pytest.mark.parametrize("header", ["MaHoSo", "mahoso", "Mã hồ sơ", "Mã số hồ sơ"])
def test_the_codes_of_an_extract_are_read_from_the_known_column(
    tmp_path: Path, header: str
) -> None:
    write(tmp_path / "ex.csv", f"STT;{header}\n1; h99.01-261008-0001 \n2;\n3;H99.01-261008-0002\n")
    assert codes(tmp_path, "ex.csv") == ["H99.01-261008-0001", "H99.01-261008-0002"]


def test_an_extract_may_have_title_rows_and_a_configured_column(tmp_path: Path) -> None:
    lines: list[list[Any]] = [
        ["DANH SÁCH HỒ SƠ"],
        ["Số trên Cổng", "x"],
        ["(1)", "(2)"],
        ["H99.01-261008-0001", 1],
        [260923.0, 2],
        [1.2e17, 3],
        ["Tổng cộng", 3],
    ]
    (tmp_path / "ex.xlsx").write_bytes(written(lines))
    found = extract(tmp_path, "ex.xlsx", code_column="số trên cổng")
    *good, lost = found.codes()
    assert good == ["H99.01-261008-0001", "260923"]
    assert isinstance(lost, Reject)
    assert (lost.native_id, lost.field) == ("ex.xlsx#Sổ!6", "Số trên Cổng")
    health = found.check()
    assert health.steps[0].detail == "2 dossier codes, 1 unusable"
    (named,) = health.unusable
    assert (named.native_id, named.field) == ("ex.xlsx#Sổ!6", "Số trên Cổng")
    assert named.reason.startswith("was changed to a number")


def test_a_bad_file_hinders_no_other(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv", "a,b\n1,2\n")
    write(tmp_path / "so" / "b.csv", "MaHoSo\nH99.01-261008-0001\n")
    source = extract(tmp_path, "so")
    read = iter(source.codes())
    assert next(read) == "H99.01-261008-0001"
    with pytest.raises(ConfigError, match=r"a\.csv has no column of dossier codes"):
        next(read)
    assert [step.ok for step in source.check().steps] == [False, True]


def test_an_extract_without_the_column_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "ex.csv", "a,b\n1,2\n")
    with pytest.raises(ConfigError, match="code_column"):
        codes(tmp_path, "ex.csv")
    with pytest.raises(ConfigError):
        codes(tmp_path, "ex.csv", code_column="c")
    assert not extract(tmp_path, "none").check().ok
