"""khop work: workbooks of units, and the index of all tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from khop.audit.worklist import NO_UNIT, UnitWork
from khop.sync.findings.work import Task
from khop.sync.results import Finding, FindingState
from tests.cli.fakes import PutEngine, Run
from tests.findings import CODE


def task(unit: str | None = "Sở Mẫu", **changes: Any) -> Task:
    values: dict[str, Any] = {
        "rule": "C5",
        "code": CODE,
        "severity": "S2",
        "state": FindingState.OPEN,
        "unit": unit,
        "acts": "CB",
        "first_seen": "2026-11-20T08:00:00+07:00",
        "last_seen": "2026-11-22T08:00:00+07:00",
        "values": {"os_received": "2026-11-12", "os_finished": "2026-11-11"},
        "subject": CODE,
    }
    return Task(Finding(**(values | changes)), "not_repairable")


def book(unit: str) -> str:
    return f"{UnitWork(unit, ()).file_name}.xlsx"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def index(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "work.json").read_text("utf-8")))


def test_each_unit_gets_a_workbook_and_the_index_lists_all_tasks(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(work=[task(), task(unit=None), task(unit="Sở Khác")])
    done = run("work", "--out", "a/việc", "--lang", "vi")
    folder = tmp_path / "a" / "việc"
    assert done.code == 0
    assert "Đã ghi 3 việc" in done.err
    assert names(folder) == {
        "work.json",
        f"{NO_UNIT}.xlsx",
        book("Sở Mẫu"),
        book("Sở Khác"),
    }
    assert {file["unit"] for file in index(folder)["files"]} == {None, "Sở Mẫu", "Sở Khác"}
    assert len(index(folder)["work"]) == 3
    lines = CalamineWorkbook.from_path(folder / book("Sở Mẫu")).get_sheet_by_index(0).to_python()
    assert lines[0][0] == "Việc cần làm: Sở Mẫu"


def test_named_units_are_passed_to_the_engine(run: Run, engine: PutEngine) -> None:
    fake = engine(work=[])
    run("work", "--out", "w", "--unit", "Sở Mẫu", "--unit", "")
    assert fake.asked[0] == ("work", (["Sở Mẫu", ""],), {})


def test_a_second_run_deletes_the_workbooks_of_units_without_tasks(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(work=[task(), task(unit="Sở Khác")])
    run("work", "--out", "w")
    folder = tmp_path / "w"
    (folder / "own.xlsx").write_bytes(b"of somebody else")
    engine(work=[task()])
    assert run("work", "--out", "w").code == 0
    assert names(folder) == {"work.json", "own.xlsx", book("Sở Mẫu")}
    engine(work=[])
    done = run("work", "--out", "w")
    assert "no task for people" in done.err
    assert names(folder) == {"work.json", "own.xlsx"}


def test_a_run_for_one_unit_keeps_the_workbooks_of_others(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(work=[task(), task(unit="Sở Khác")])
    run("work", "--out", "w")
    engine(work=[task()])
    run("work", "--out", "w", "--unit", "Sở Mẫu")
    folder = tmp_path / "w"
    assert {book("Sở Mẫu"), book("Sở Khác")} < names(folder)
    assert {file["file"] for file in index(folder)["files"]} == {book("Sở Mẫu"), book("Sở Khác")}
    engine(work=[])
    run("work", "--out", "w")
    assert names(folder) == {"work.json"}


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"files": [{"file": "../outside.xlsx"}, {"file": "notes.txt"}, {"x": 1}]}',
        '{"files": [{"file": "../outside.xlsx"}, {"file": "notes.txt"}]}',
    ],
)
def test_files_that_khop_did_not_write_are_kept(
    run: Run, engine: PutEngine, tmp_path: Path, text: str
) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    for path in (tmp_path / "outside.xlsx", folder / "notes.txt"):
        path.write_text("kept", "utf-8")
    (folder / "work.json").write_text(text, "utf-8")
    engine(work=[])
    assert run("work", "--out", "w").code == 0
    assert (tmp_path / "outside.xlsx").read_text("utf-8") == "kept"
    assert (folder / "notes.txt").read_text("utf-8") == "kept"


@pytest.mark.parametrize("before", [True, False])
def test_format_json_writes_only_the_index(
    run: Run, engine: PutEngine, tmp_path: Path, before: bool
) -> None:
    engine(work=[task()])
    form = ["--format", "json"]
    args = ["work", "--out", "w"]
    done = run(*(form + args if before else args + form))
    assert names(tmp_path / "w") == {"work.json"}
    assert json.loads(done.out) == {"folder": "w", "index": "work.json", "work": 1}


def test_a_folder_that_cannot_be_made_is_an_error(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    (tmp_path / "w").write_text("a file", "utf-8")
    engine(work=[task()])
    done = run("work", "--out", "w")
    assert done.code == 1
    assert "w" in done.err
    assert "Traceback" not in done.err


def test_the_reason_why_no_machine_may_send_it_is_a_sentence(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(work=[Task(task(rule="A7").finding, "portal_born")])
    run("work", "--out", "w", "--lang", "vi")
    (one,) = index(tmp_path / "w")["work"]
    assert one["in_words"]["why"].endswith("Hồ sơ do Cổng tạo: không gửi ngược lại.")
