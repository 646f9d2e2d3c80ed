"""``khop work`` and ``khop notify``: files for the units, and what is said of notices."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from khop.audit.worklist import NO_UNIT, UnitWork
from khop.errors import ConfigError
from khop.sync.findings.notices import NoticeSummary
from khop.sync.findings.work import Task
from khop.sync.ledger.notices import NoticeEvent
from khop.sync.results import Finding, FindingState, Plan, WorkItem
from tests.cli.fakes import FakeEngine, Run

Put = Callable[..., FakeEngine]
CODE = "H99.18.03-261112-0001"


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


def test_each_unit_gets_a_workbook_and_all_stands_in_one_list(
    run: Run, engine: Put, tmp_path: Path
) -> None:
    engine(work=[task(), task(unit=None), task(unit="Sở Khác")])
    said = run("work", "--out", "a/việc", "--lang", "vi")
    folder = tmp_path / "a" / "việc"
    assert said.code == 0
    assert "Đã ghi 3 việc" in said.err
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


def test_the_engine_is_asked_for_the_units_that_were_named(run: Run, engine: Put) -> None:
    fake = engine(work=[])
    run("work", "--out", "w", "--unit", "Sở Mẫu", "--unit", "")
    assert fake.asked == [("work", (["Sở Mẫu", ""],), {})]


def test_a_second_run_replaces_files_and_takes_those_away_that_are_empty_now(
    run: Run, engine: Put, tmp_path: Path
) -> None:
    engine(work=[task(), task(unit="Sở Khác")])
    run("work", "--out", "w")
    folder = tmp_path / "w"
    (folder / "own.xlsx").write_bytes(b"of somebody else")
    engine(work=[task()])
    assert run("work", "--out", "w").code == 0
    assert names(folder) == {"work.json", "own.xlsx", book("Sở Mẫu")}
    engine(work=[])
    said = run("work", "--out", "w")
    assert "no task for people" in said.err
    assert names(folder) == {"work.json", "own.xlsx"}


def test_a_run_for_one_unit_leaves_the_workbooks_of_others(
    run: Run, engine: Put, tmp_path: Path
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
def test_nothing_is_taken_away_that_was_not_written_by_it(
    run: Run, engine: Put, tmp_path: Path, text: str
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
def test_json_writes_the_list_alone(run: Run, engine: Put, tmp_path: Path, before: bool) -> None:
    engine(work=[task()])
    form = ["--format", "json"]
    args = ["work", "--out", "w"]
    said = run(*(form + args if before else args + form))
    assert names(tmp_path / "w") == {"work.json"}
    assert json.loads(said.out) == {"folder": "w", "index": "work.json", "work": 1}


def test_a_folder_that_cannot_be_made_is_told(run: Run, engine: Put, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("a file", "utf-8")
    engine(work=[task()])
    said = run("work", "--out", "w")
    assert said.code == 1
    assert "w" in said.err
    assert "Traceback" not in said.err


def test_the_reason_of_what_no_machine_may_send_is_told_in_words(
    run: Run, engine: Put, tmp_path: Path
) -> None:
    engine(work=[Task(task(rule="A7").finding, "portal_born")])
    run("work", "--out", "w", "--lang", "vi")
    (one,) = index(tmp_path / "w")["work"]
    assert one["in_words"]["why"].endswith("Hồ sơ do Cổng tạo: không gửi ngược lại.")


def test_a_plan_shows_rows_of_paper_by_their_place(run: Run, engine: Put) -> None:
    paper = WorkItem(None, ("A1",), None, ("TTDV",), "not_repairable", "row:abc", "so.xlsx, Sổ, 4")
    bare = WorkItem(None, ("A2",), None, ("TTDV",), "not_repairable", "row:def")
    made = Plan("2026-11-22T08:00:00+07:00", 3, None, "b", (), (paper, bare))
    engine(plan=made)
    said = run("plan")
    assert "so.xlsx, Sổ, 4" in said.out
    assert "row:def" in said.out
    assert "None" not in said.out
    work = json.loads(run("plan", "--format", "json").out)["work"]
    assert [(one["code"], one["subject"], one["row"]) for one in work] == [
        (None, "row:abc", "so.xlsx, Sổ, 4"),
        (None, "row:def", None),
    ]


# --- notify -------------------------------------------------------------------------------------

TOLD = {NoticeEvent.NEW: 2, NoticeEvent.RESOLVED: 1}


def test_what_was_told_is_counted(run: Run, engine: Put) -> None:
    fake = engine(notify=NoticeSummary(TOLD, sent=1))
    said = run("notify")
    assert said.code == 0
    assert "Sent 1 notices; 3 findings" in said.err
    assert "resolved" in said.out
    assert "reopened" not in said.out
    assert fake.sources == ()
    ((name, _, asked),) = fake.asked
    assert (name, asked["dry_run"], asked["again"]) == ("notify", False, False)


@pytest.mark.parametrize(
    ("summary", "code", "told"),
    [
        (NoticeSummary({}, refused=1, failures=("notices notice: no; HTTP 400",)), 1, "HTTP 400"),
        (NoticeSummary({}, refused=1), 1, "--again"),
        (NoticeSummary({}, pending=2), 1, "2 notices wait"),
        (NoticeSummary({}, refused_before=3), 0, "3 notices were refused"),
        (NoticeSummary(TOLD, dry_run=True, pending=1), 0, "Would send 0 notices of 3 findings"),
    ],
)
def test_what_could_not_be_told_is_said(
    run: Run, engine: Put, summary: NoticeSummary, code: int, told: str
) -> None:
    engine(notify=summary)
    said = run("notify")
    assert said.code == code
    assert told in said.err


def test_notices_in_json(run: Run, engine: Put) -> None:
    fake = engine(notify=NoticeSummary(TOLD, dry_run=True, notices=({"id": "n1"},)))
    said = json.loads(run("notify", "--dry-run", "--again", "--format", "json").out)
    assert said["events"] == {"new": 2, "reopened": 0, "resolved": 1, "excluded": 0}
    assert (said["dry_run"], said["notices"]) == (True, [{"id": "n1"}])
    ((_, _, asked),) = fake.asked
    assert (asked["dry_run"], asked["again"]) == (True, True)


def test_a_receiver_that_is_not_configured_is_told(run: Run, engine: Put) -> None:
    def refuse(**how: object) -> NoticeSummary:
        raise ConfigError("no receiver of notices is configured; write its url", key="notices")

    engine(notify=refuse)
    said = run("notify")
    assert said.code == 1
    assert "notices: no receiver" in said.err
