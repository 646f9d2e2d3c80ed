"""``khop import`` and ``khop show`` of rows of paper, with real files and a real ledger."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from khop.adapters.ports import Role
from khop.config.adapters import AdapterTypes
from khop.config.domain_tables import Tables
from khop.config.load import load_config
from khop.mappings.identity import applicant_key
from khop.mappings.records import DossierReading
from khop.sync.ledger import Ledger, records
from khop.sync.ledger.records import Arrival
from khop.sync.privacy import Privacy
from khop.sync.reconciling.matching import match_rows
from khop.sync.results import PaperSummary, PullSummary
from tests.cli.fakes import PutEngine, Run
from tests.sync.fakes import record

pytestmark = pytest.mark.slow

CODE = "H99.12-261110-0001"
HEADERS = (
    "STT",
    "Mã hồ sơ",
    "Chủ hồ sơ",
    "Ngày sinh",
    "Mã TTHC",
    "Đơn vị",
    "Ngày tiếp nhận",
    "Ngày trả",
)
NAME, BIRTH = "Nguyễn Văn Mẫu", "01/02/1990"
CODED = ("1", CODE, "", "", "1.001612", "UBND xã Mẫu", "10/11/2026", "19/11/2026")
BARE = ("2", "", NAME, BIRTH, "1.001612", "UBND xã Mẫu", "10/11/2026", "")
BAD = ("3", "H99.12-261110-0003", "", "", "1.001612", "UBND xã Mẫu", "31/02/2026", "")


def workbook(path: Path, *rows: Sequence[str]) -> Path:
    """A logbook as a commune keeps it: a title, headers, rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sổ theo dõi")
    for number, cells in enumerate([("SỔ THEO DÕI HỒ SƠ",), (), HEADERS, *rows]):
        sheet.write_row(number, 0, cells)
    book.close()
    return path


@pytest.fixture
def installed(run: Run, declared: AdapterTypes, tmp_path: Path) -> Path:
    """An empty ledger beside a khop.toml without any source."""
    (tmp_path / "khop.toml").write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    assert run("init").code == 0
    return tmp_path


def imported(run: Run, *args: object) -> dict[str, Any]:
    done = run("import", *map(str, args), "--format", "json")
    part: dict[str, Any]
    (part,) = json.loads(done.out)["sources"]
    assert part["adds_up"] is True
    return {"exit": done.code, **part}


def test_an_unchanged_workbook_is_read_once(run: Run, installed: Path) -> None:
    path = workbook(installed / "so.xlsx", CODED, BARE, BAD)
    first = imported(run, path, "--as", "logbook")
    assert (first["exit"], first["source"]) == (0, "import_logbook")
    assert (first["rows"], first["stored"], first["quarantined"]) == (3, 2, 1)
    second = imported(run, path, "--as", "logbook")
    assert (second["unchanged_files"], second["rows"]) == (1, 0)
    again = imported(run, path, "--as", "logbook", "--again")
    assert (again["stored"], again["unchanged"], again["quarantined"]) == (0, 2, 1)


def test_bad_rows_are_counted_and_the_command_that_lists_them_is_named(
    run: Run, installed: Path
) -> None:
    workbook(installed / "so.xlsx", CODED, BAD)
    done = run("import", "so.xlsx", "--as", "logbook")
    assert done.code == 0
    assert "Rows of paper" in done.out
    assert "1 rows cannot be used; `khop quarantine list --source import_logbook`" in done.err
    listed = json.loads(run("quarantine", "list", "--format", "json").out)["records"]
    assert [row["native_id"] for row in listed] == ["so.xlsx#Sổ theo dõi!5"]
    assert NAME not in done.out + done.err


def test_the_summary_is_printed_in_vietnamese(run: Run, installed: Path) -> None:
    workbook(installed / "so.xlsx", CODED, BAD)
    done = run("import", "so.xlsx", "--as", "logbook", "--lang", "vi")
    assert "Dòng sổ giấy" in done.out
    assert "1 dòng không dùng được" in done.err


def test_files_of_one_name_in_two_folders_are_two_files(run: Run, installed: Path) -> None:
    other = replace_code(CODED, "H99.13-261110-0007")
    workbook(installed / "a" / "so.xlsx", CODED)
    workbook(installed / "b" / "so.xlsx", other)
    assert imported(run, "a/so.xlsx", "--as", "logbook")["stored"] == 1
    second = imported(run, "b/so.xlsx", "--as", "logbook")
    assert (second["stored"], second["deleted"]) == (1, 0)
    both = imported(run, "a/so.xlsx", "b/../b/so.xlsx", "--as", "logbook")
    assert (both["files"], both["unchanged_files"]) == (2, 2)


def replace_code(row: Sequence[str], code: str) -> tuple[str, ...]:
    return (row[0], code, *row[2:])


@pytest.mark.parametrize("named", ["x.xlsx", "."])
def test_a_missing_file_is_an_error_and_the_others_are_read(
    run: Run, installed: Path, named: str
) -> None:
    workbook(installed / "so.xlsx", CODED)
    done = run("import", "so.xlsx", named, "--as", "logbook")
    assert done.code == 1
    assert "import_logbook: not every file could be read" in done.err
    view = json.loads(run("show", CODE, "--format", "json").out)
    assert [row["row_number"] for row in view["paper"]] == [4]


def test_a_file_without_the_headers_is_an_error(run: Run, installed: Path) -> None:
    (installed / "so.csv").write_text("tên,số\na,1\n", "utf-8")
    done = run("import", "so.csv", "--as", "register")
    assert done.code == 1
    assert "so.csv" in done.err


@pytest.mark.parametrize(("given", "name"), [("xa_mau", "import_xa_mau"), ("import_x", "import_x")])
def test_the_named_source_gets_the_prefix_import(
    run: Run, installed: Path, given: str, name: str
) -> None:
    workbook(installed / "so.xlsx", CODED)
    assert imported(run, "so.xlsx", "--as", "logbook", "--source", given)["source"] == name


def test_the_same_file_is_read_again_with_another_unit(run: Run, installed: Path) -> None:
    workbook(installed / "so.xlsx", ("1", CODE, "", "", "", "", "10/11/2026", ""))
    assert imported(run, "so.xlsx", "--as", "logbook")["stored"] == 1
    assert imported(run, "so.xlsx", "--as", "logbook", "--unit", "UBND xã Mẫu")["stored"] == 1
    (row,) = json.loads(run("show", CODE, "--format", "json").out)["paper"]
    assert row["unit"] == "UBND xã Mẫu"


def test_an_extract_of_the_portal_adds_codes(run: Run, installed: Path) -> None:
    (installed / "cong.csv").write_text(f"MaHoSo\n{CODE}\n", "utf-8")
    part = imported(run, "cong.csv", "--as", "portal")
    assert (part["exit"], part["source"], part["read"], part["new"]) == (0, "import_portal", 1, 1)
    done = run("import", "cong.csv", "--as", "portal", "--unit", "UBND xã Mẫu")
    assert (done.code, "has codes only" in done.err) == (1, True)


def test_counts_that_do_not_add_up_are_an_error(run: Run, engine: PutEngine) -> None:
    engine(
        import_files=PullSummary(3, (PaperSummary("import_logbook", files=1, rows=2, stored=1),))
    )
    done = run("import", "so.xlsx", "--as", "logbook")
    assert done.code == 1
    assert "counts do not add up" in done.err


def test_show_lists_rows_of_paper_and_candidates(
    run: Run, installed: Path, declared: AdapterTypes
) -> None:
    workbook(installed / "so.xlsx", CODED, BARE)
    assert imported(run, "so.xlsx", "--as", "logbook")["stored"] == 2
    config = load_config(installed / "khop.toml", declared)
    key = applicant_key(Privacy(config.key_path).matching_key, None, NAME, date(1990, 2, 1))
    ledger = Ledger(config.ledger_url)
    with ledger.write() as connection:
        dossier = DossierReading(record(1, code=CODE, aliases=("G22.99-1",), applicant_key=key))
        records.store_arrivals(connection, Role.ONE_STOP, [Arrival(dossier, "")], 0)
        assert list(match_rows(connection, Tables.of(config), ["igate", "import_logbook"]))
    ledger.close()
    view = json.loads(run("show", "G22.99-1", "--format", "json").out)
    assert [row["row_number"] for row in view["paper"]] == [4]
    (like,) = view["candidates"]
    assert (like["row_number"], like["received_at"]) == (5, "2026-11-10")
    assert like["reasons"] == ["unit", "procedure", "applicant", "day"]
    assert "applicant_key" not in like
    shown = run("show", CODE, "--lang", "vi").out
    assert "Các dòng sổ giấy có thể thuộc hồ sơ này" in shown
    assert "đơn vị, thủ tục, người nộp, ngày" in shown
    assert NAME not in shown


def test_a_preview_names_the_rows_that_cannot_be_used_and_stores_nothing(
    run: Run, installed: Path
) -> None:
    workbook(installed / "so.xlsx", CODED, BARE, *[BAD] * 25)
    shown = run("import", "so.xlsx", "--as", "logbook", "--preview")
    assert shown.code == 0
    assert "so.xlsx#Sổ theo dõi!6" in shown.out
    assert "and 5 more" in shown.out
    assert NAME not in shown.out
    shown = run("import", "so.xlsx", "--as", "logbook", "--preview", "--lang", "vi")
    assert "Ngày tiếp nhận" in shown.out
    assert "và 5 dòng nữa" in shown.out
    given = json.loads(
        run("import", "so.xlsx", "--as", "logbook", "--preview", "--format", "json").out
    )
    places = [row["native_id"] for row in given["unusable"]]
    assert places == [f"so.xlsx#Sổ theo dõi!{n}" for n in range(6, 31)]
    assert json.loads(run("quarantine", "list", "--format", "json").out)["records"] == []
