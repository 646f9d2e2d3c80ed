"""Files that would take the machine: they are told, and the good file beside them is stored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from khop.connectors.spreadsheets import survey
from tests import paths
from tests.cases.installation import Installation
from tests.cases.tables import write_csv

CODE = "H99.18.03-261110-4001"
GOOD = [["Mã hồ sơ", "Ngày tiếp nhận"], [CODE, "10/11/2026"]]
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
STRAY = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


HEADERS = f'<row r="1">{text("A1", "Mã hồ sơ")}{text("B1", "Ngày tiếp nhận")}</row>'


def write_sheets(path: Path, sheets: int, inside: str) -> None:
    """A workbook whose sheets all have this data after their headers."""
    plain = path.with_suffix(".plain")
    with xlsxwriter.Workbook(str(plain)) as book:
        for _ in range(sheets):
            book.add_worksheet()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", 8) as copy:
        for name in source.namelist():
            sheet = name.startswith("xl/worksheets/sheet")
            xml = f"{SHEET}{HEADERS}{inside}</sheetData></worksheet>".encode()
            copy.writestr(name, xml if sheet else source.read(name))
    plain.unlink()


def write_open_document(path: Path, tables: str) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    names = "".join(
        f' xmlns:{name}="{OPEN_DOCUMENT}:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", 8) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{OPEN_DOCUMENT}:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{names} xmlns:calcext="
            '"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )


def many_sheets(path: Path) -> None:
    write_sheets(path, 60, f'<row r="1000000">{STRAY.format("P1000000")}</row>')


def many_wide_sheets(path: Path) -> None:
    write_sheets(path, 13, f'<row r="2000">{STRAY.format("ZZ2000")}</row>')


def failed_cells(path: Path) -> None:
    failed = (
        '<table:table-row table:number-rows-repeated="22000"><table:table-cell '
        'table:number-columns-repeated="700" office:value-type="string" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>'
    )
    tables = (f'<table:table table:name="T{n}">{failed}</table:table>' for n in range(8))
    write_open_document(path, "".join(tables))


def one_table_of_failed_cells(path: Path) -> None:
    lost = '<table:table-cell table:number-columns-repeated="700" table:formula="of:=1"/>'
    rows = f'<table:table-row table:number-rows-repeated="22000">{lost}</table:table-row>'
    write_open_document(path, f'<table:table table:name="T">{rows}</table:table>')


@pytest.mark.parametrize(
    ("written", "name", "why"),
    [
        (many_sheets, "so.xlsx", "of all its sheets at most 16000000 cells"),
        (many_wide_sheets, "so.xlsx", "of all its sheets at most 16000000 cells"),
        (failed_cells, "so.ods", "of all its sheets at most 16000000 cells"),
        (one_table_of_failed_cells, "so.ods", "1000000 cells whose formula failed"),
    ],
)
def test_a_small_file_that_grows_is_told_and_hinders_no_other(
    installation: Installation, written: Callable[[Path], None], name: str, why: str
) -> None:
    assert_told_and_hinders_no_other(installation, written, name, why)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["so.xlsx", "so.ods"])
def test_elements_nobody_needs_are_counted(installation: Installation, name: str) -> None:
    junk = "<a/>" * (6 << 20)

    def written(path: Path) -> None:
        if name.endswith(".xlsx"):
            write_sheets(path, 1, f"<c/>{junk}")
        else:
            write_open_document(path, f'<table:table table:name="T">{junk}</table:table>')

    assert_told_and_hinders_no_other(
        installation, written, name, f"more than {survey.OTHER_ELEMENTS} elements that are no cells"
    )


def assert_told_and_hinders_no_other(
    installation: Installation, written: Callable[[Path], None], name: str, why: str
) -> None:
    folder = installation.folder / "so"
    folder.mkdir()
    written(folder / name)
    write_csv(folder / "zz.csv", GOOD)
    installation.watch_logbook("so")
    part = pulled(installation)
    assert (part["files"], part["failed_files"], part["stored"]) == (2, 1, 1)
    assert name in part["error"]
    assert why in part["error"]


def pulled(installation: Installation) -> dict[str, Any]:
    """What a pull says of the logbook."""
    installation.khop("init")
    sources = installation.khop("pull", "--format", "json").json()["sources"]
    (part,) = (dict(each) for each in sources if each["source"] == "logbook")
    return part


@pytest.mark.parametrize("path", ["so/**/*.csv", "so/*/*.csv", "so"])
def test_links_in_a_folder_are_not_followed(installation: Installation, path: str) -> None:
    folder = installation.folder / "so"
    (folder / "xa").mkdir(parents=True)
    write_csv(folder / "xa" / "a.csv", GOOD)
    if path == "so":
        (folder / "xa" / "a.csv").rename(folder / "a.csv")
    for name in ("l1", "l2", "xa/l3"):
        (folder / name).symlink_to(folder)
    installation.watch_logbook(path)
    part = pulled(installation)
    assert (part["files"], part["stored"], part["error"]) == (1, 1, None)


@pytest.mark.parametrize(
    ("path", "link"),
    [("so", "so"), ("so/*.csv", None), ("so/**/*.csv", "so"), ("so/xa*/*.csv", "nowhere")],
)
def test_a_folder_that_is_away_is_told(
    installation: Installation, path: str, link: str | None
) -> None:
    if link:
        (installation.folder / "so").symlink_to(link)
    installation.watch_logbook(path)
    part = pulled(installation)
    assert (part["files"], part["adds_up"]) == (0, True)
    assert f"there is no file or folder {installation.folder / 'so'}" in part["error"]
    assert installation.khop("check").code == 1


def test_a_link_to_itself_is_no_file(installation: Installation) -> None:
    installation.khop("init")
    loop = installation.folder / "so.csv"
    loop.symlink_to("so.csv")
    for kind in ("logbook", "register", "portal"):
        printed = installation.khop("import", str(loop), "--as", kind)
        assert printed.code == 1
        assert f"there is no file or folder {loop}" in " ".join(printed.text.split())
    installation.watch_logbook("so.csv")
    printed = installation.khop("audit", "--out", str(installation.folder / "audit.json"))
    assert "unexpected" not in printed.text


def test_a_file_that_is_too_large_is_refused_by_its_size(installation: Installation) -> None:
    folder = installation.folder / "so"
    folder.mkdir()
    write_csv(folder / "a.csv", GOOD)
    write_csv(folder / "b.csv", GOOD)
    os.truncate(folder / "b.csv", 16 << 30)
    installation.watch_logbook("so")
    part = pulled(installation)
    assert (part["files"], part["failed_files"], part["stored"]) == (2, 1, 1)
    assert "b.csv has more than 128 MiB" in part["error"]


def test_a_program_beside_a_workbook_is_not_run(tmp_path: Path) -> None:
    beside, home = tmp_path / "beside", tmp_path / "home"
    beside.mkdir()
    home.mkdir()
    (beside / "so.xls").write_bytes((paths.SAMPLES / "paper" / "so-1904.xls").read_bytes())
    for module in ("resource", "json", "zipfile", "lxml", "sqlite3", "python_calamine", "xml"):
        (beside / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    (home / "khop.toml").write_text(
        '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n[ledger]\nurl = "sqlite:///khop.db"\n',
        "utf-8",
    )

    def khop(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "khop", *args],
            cwd=beside,
            env={"PYTHONPATH": str(paths.ROOT), "KHOP_CONFIG": str(home / "khop.toml")},
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    khop("init")
    (part,) = json.loads(khop("import", "so.xls", "--as", "logbook", "--format", "json"))["sources"]
    assert (part["rows"], part["stored"]) == (1, 1)
    assert not (tmp_path / "ran").exists()
