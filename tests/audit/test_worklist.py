"""Lists of work: the units' files, and the rows in words."""

from __future__ import annotations

import re
from datetime import date

import pytest

from khop.audit.words import todo_words
from khop.audit.worklist import NO_UNIT, UnitWork, by_unit, slug, work_json
from khop.sync.findings.work import Task
from tests.audit.made import LINK, make_work_report
from tests.findings import make_finding

ROW = {"kind": "logbook_row", "file": "so.xlsx", "sheet": "Sổ", "row": 4}


@pytest.mark.parametrize(
    ("unit", "safe"),
    [
        ("UBND xã Mẫu 3", "ubnd-xa-mau-3"),
        ("Sở Đầu tư / Đất đai", "so-dau-tu-dat-dai"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con"),
        ("…", ""),
        ("x" * 300, "x" * 60),
    ],
)
def test_the_name_of_a_file_is_safe_on_every_system(unit: str, safe: str) -> None:
    assert slug(unit) == safe
    name = UnitWork(unit, ()).file_name
    assert name.startswith(safe)
    assert re.fullmatch(r"[a-z0-9-]{8,70}", name)


def test_units_with_similar_names_have_different_files() -> None:
    names = {UnitWork(unit, ()).file_name for unit in ("Xã Mẫu", "Xã Mâu", "xã mẫu", "Xã/Mẫu")}
    assert len(names) == 4
    assert UnitWork("Xã Mẫu", ()).file_name == UnitWork("Xã Mẫu", ()).file_name
    assert UnitWork("", ()).file_name == NO_UNIT == "khong-ro-don-vi"


def test_tasks_are_grouped_by_unit_and_those_without_a_unit_come_first() -> None:
    units = ("Sở B", None, "Sở A", "Sở B")
    parts = by_unit([Task(make_finding(unit=unit), "x") for unit in units])
    assert [(part.unit, len(part.tasks)) for part in parts] == [("", 1), ("Sở A", 1), ("Sở B", 2)]


def test_a_task_is_written_in_the_language_of_the_report() -> None:
    (row,) = make_work_report().rows([Task(make_finding(), "would_lower")])
    assert row.finding == "B6 Một cửa đã kết thúc, Cổng còn mở"
    assert row.todo == todo_words("vi")("todo.B6")
    assert row.why.endswith("Lý do would_lower.")
    assert "Một cửa: trạng thái = 9 Đã xử lý xong" in row.saw
    assert row.since == date(2026, 11, 21)
    (english,) = make_work_report("en").rows([Task(make_finding(), "not_repairable")])
    assert "lý do" not in english.why
    assert english.acts == "System administrator"


def test_a_row_of_paper_is_named_by_file_sheet_and_row() -> None:
    paper = make_finding(code=None, subject="row:abc", evidence=(ROW,))
    (row,) = make_work_report().rows([Task(paper, "not_repairable")])
    assert row.place == "so.xlsx, trang tính Sổ, dòng 4"
    csv = make_finding(code=None, subject="row:abc", evidence=({**ROW, "sheet": None},))
    (of_file,) = make_work_report().rows([Task(csv, "not_repairable")])
    assert of_file.place == "so.xlsx, dòng 4"
    (unplaced,) = make_work_report().rows(
        [Task(make_finding(code=None, subject="row:abc", evidence=()), "x")]
    )
    assert unplaced.place == "row:abc"


def test_a_task_of_an_unknown_rule_is_listed_by_its_id() -> None:
    (row,) = make_work_report().rows([Task(make_finding(rule="Z9"), "not_repairable")])
    assert (row.finding, row.todo, row.why) == ("Z9", "", "")


def test_the_json_of_a_task_has_its_fields_and_its_words() -> None:
    tasks = [Task(make_finding(), "not_repairable", LINK)]
    listed = work_json(tasks, make_work_report(), [{"unit": "x", "file": "x.xlsx", "count": 1}])
    (one,) = listed["work"]
    assert (one["rule"], one["link"], one["reason"]) == ("B6", LINK, "not_repairable")
    assert one["in_words"]["todo"] == todo_words("vi")("todo.B6")
    assert listed["files"][0]["file"] == "x.xlsx"
