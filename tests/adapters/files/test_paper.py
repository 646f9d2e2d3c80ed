"""Paper files as sources: files, folders, sheets, checks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pydantic import ValidationError

from khop.adapters.files.paper import (
    APOLOGY_FILE,
    COUNTS_FILE,
    FEEDBACK_FILE,
    LOGBOOK_FILE,
    MINISTRY_FILE,
    RATINGS_FILE,
    REGISTER_FILE,
    REPORT_FILE,
    SLIPS_FILE,
)
from khop.adapters.ports import PaperFile, PaperSource, Role
from khop.config.load import load_config
from khop.errors import ConfigError
from khop.mappings.paper.items import NoRow, NoRowKind, SheetRead
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.adapters.files.tables import CSV, all_rows, context, logbook, write


def test_a_file_is_a_source_of_its_rows(tmp_path: Path) -> None:
    data = write(tmp_path / "so.csv").read_bytes()
    source = logbook(tmp_path)
    assert isinstance(source, PaperSource)
    assert (source.role, source.kind) == (Role.LOGBOOK, PaperKind.LOGBOOK)
    (file,) = source.files()
    assert file == PaperFile("so.csv", hashlib.sha256(data).hexdigest())
    headers, row, sheet = source.rows(file)
    assert headers == NoRow(NoRowKind.HEADERS, "", 1)
    assert isinstance(row, PaperRow)
    assert (row.sheet, row.row_number, row.code) == ("", 2, "H99.01-261008-0001")
    columns = ("Mã hồ sơ = code", "Ngày tiếp nhận = received", "Ngày trả = returned")
    assert sheet == SheetRead("", 2, (columns,))


def test_a_folder_lists_its_tables_without_temporary_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a.TXT", "~$b.xlsx", ".c.csv", ".~lock.b.csv", "d.csv.part", "e.pdf"):
        write(tmp_path / "so" / name)
    write(tmp_path / "so" / "zero.csv", "")
    write(tmp_path / "so" / "deeper" / "f.csv")
    assert [file.name for file in logbook(tmp_path, "so").files()] == ["a.TXT", "b.csv"]
    assert [file.name for file in logbook(tmp_path, "so/**/*.csv").files()] == [
        "b.csv",
        "deeper/f.csv",
    ]
    assert [file.name for file in logbook(tmp_path, "*/b.*").files()] == ["so/b.csv"]
    assert logbook(tmp_path, "so/x*.csv").files() == ()
    with pytest.raises(ConfigError, match=r"there is no file or folder .*nothing$"):
        logbook(tmp_path, "nothing/*.csv").files()


def test_a_file_that_is_being_written_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing, still = write(tmp_path / "so" / "a.csv"), write(tmp_path / "so" / "b.csv")
    digest = hashlib.file_digest

    def while_it_grows(file: Any, name: str) -> Any:
        if Path(file.name) == growing:
            with growing.open("a") as more:
                more.write("x")
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", while_it_grows)
    assert [file.name for file in logbook(tmp_path, "so").files()] == [still.name]


def test_a_file_that_changed_after_listing_is_refused(tmp_path: Path) -> None:
    source = logbook(tmp_path)
    path = write(tmp_path / "so.csv")
    (file,) = source.files()
    write(path, CSV.replace("0001", "0002"))
    with pytest.raises(ConfigError, match="was changed"):
        list(source.rows(file))
    path.unlink()
    with pytest.raises(ConfigError):
        list(source.rows(file))


def test_a_name_outside_the_source_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv")
    outside = write(tmp_path / "secret.csv")
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    with pytest.raises(ConfigError, match="there is no file"):
        list(logbook(tmp_path, "so").rows(PaperFile("../secret.csv", digest)))


@pytest.mark.parametrize("path", ["none.csv", "none", "none/so.csv"])
def test_a_path_that_does_not_exist_is_an_error_with_its_key(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="there is no file or folder") as refused:
        logbook(tmp_path, path).files()
    assert refused.value.key == "sources.so.path"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_permission_hinders_no_other(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv").chmod(0)
    write(tmp_path / "so" / "b.csv")
    source = logbook(tmp_path, "so")
    closed, good = source.files()
    with pytest.raises(ConfigError, match="cannot be read"):
        list(source.rows(closed))
    assert len(list(source.rows(good))) == 1


def sheets_of(rows: Sequence[PaperRow | Reject]) -> list[str]:
    return [row.sheet for row in rows if isinstance(row, PaperRow)]


def test_the_named_sheet_or_all_visible_sheets_are_read(tmp_path: Path) -> None:
    headers = ["Mã hồ sơ", "Ngày trả"]
    with xlsxwriter.Workbook(tmp_path / "so.xlsx") as book:
        for place, name in enumerate(("T1", "T2", "Ẩn")):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headers)
            sheet.write_row(1, 0, [f"H99.01-261008-000{place}", "08/10/2026"])
        sheet.hide()
    assert sheets_of(all_rows(logbook(tmp_path, "so.xlsx"))) == ["T1", "T2"]
    assert sheets_of(all_rows(logbook(tmp_path, "so.xlsx", sheet="Ẩn"))) == ["Ẩn"]
    with pytest.raises(ConfigError, match="has no sheet 'T3'; it has T1, T2, Ẩn"):
        all_rows(logbook(tmp_path, "so.xlsx", sheet="T3"))


def test_check_reports_headers_rows_and_rejects(tmp_path: Path) -> None:
    write(tmp_path / "so.csv", CSV + "H99.01-261008-0002,31/02/2026,\n")
    health = logbook(tmp_path).check()
    assert health.ok
    told = " | ".join(step.detail for step in health.steps)
    assert "Ngày tiếp nhận = received" in told
    assert "1 rows, 1 unusable" in told


def test_check_reports_a_bad_file_and_continues(tmp_path: Path) -> None:
    write(tmp_path / "so" / "a.csv", "Mã hồ sơ,Chủ hồ sơ,Ngày vào sổ\n")
    write(tmp_path / "so" / "b.csv")
    health = logbook(tmp_path, "so").check()
    assert [step.ok for step in health.steps] == [True, False, True, True]
    assert not logbook(tmp_path, "none").check().ok


def test_a_corrected_row_is_read_from_its_payload(tmp_path: Path) -> None:
    write(tmp_path / "so.csv", CSV.replace("08/10/2026", "31/02/2026"))
    source = logbook(tmp_path)
    (rejected,) = all_rows(source)
    assert isinstance(rejected, Reject)
    assert rejected.native_id == "so.csv#!2"
    payload: Any = rejected.payload
    payload["cells"][1] = "08/10/2026"
    write(tmp_path / "so.csv")
    assert [source.replay_row(payload)] == all_rows(source)


@pytest.mark.parametrize(
    ("kind", "name", "role"),
    [
        (LOGBOOK_FILE, "LOGBOOK_FILE", Role.LOGBOOK),
        (REGISTER_FILE, "REGISTER_FILE", Role.REGISTER),
        (APOLOGY_FILE, "APOLOGY_FILE", Role.APOLOGY),
        (SLIPS_FILE, "SLIPS_FILE", Role.SLIPS),
        (REPORT_FILE, "REPORT_FILE", Role.REPORT),
        (COUNTS_FILE, "COUNTS_FILE", Role.COUNTS),
        (FEEDBACK_FILE, "FEEDBACK_FILE", Role.FEEDBACK),
        (RATINGS_FILE, "RATINGS_FILE", Role.RATINGS),
        (MINISTRY_FILE, "MINISTRY_FILE", Role.MINISTRY),
    ],
)
def test_each_kind_is_an_adapter_with_its_role(
    kind: Any, name: str, role: Role, tmp_path: Path
) -> None:
    point = EntryPoint(name, f"khop.adapters.files.paper:{name}", "khop.adapters")
    assert point.load() is kind
    assert kind.roles == {role}
    settings = kind.settings(
        adapter=name.lower(), role=role, path="so.csv", unit="H99.01", columns={"code": "Số BL"}
    )
    built = kind.build("so", role, settings, context(tmp_path))
    assert isinstance(built, PaperSource)
    assert (built.name, built.role, str(built.kind)) == ("so", role, str(role))


def test_an_unknown_column_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValidationError, match="did you mean received"):
        LOGBOOK_FILE.settings(
            adapter="logbook_file", role="logbook", path="x", columns={"recieved": "Ngày"}
        )


def test_a_khop_toml_with_an_unknown_column_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(
        '[province]\nname = "x"\ncode = "H99"\n[sources.so]\nadapter = "logbook_file"\n'
        'role = "logbook"\npath = "so.csv"\ncolumns = { recieved = "Ngày" }\n',
        "utf-8",
    )
    with pytest.raises(ConfigError, match="did you mean received"):
        load_config(path, {"logbook_file": LOGBOOK_FILE})
