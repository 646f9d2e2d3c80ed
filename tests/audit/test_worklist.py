"""Lists of work: their words, their files, and the workbooks that units get."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from khop.audit.formats.work_xlsx import unit_workbook
from khop.audit.rules import graver_in_words, numbers_in_words
from khop.audit.worklist import (
    COLUMNS,
    NO_UNIT,
    UnitWork,
    WorkWords,
    by_unit,
    slug,
    todo_words,
    work_json,
)
from khop.config.model import RuleSettings
from khop.sync.findings.work import Task
from khop.sync.reconciling.rule_facts import rule_facts
from khop.sync.reconciling.rules import RULES
from khop.sync.results import Finding

Make = Callable[..., Finding]
MADE = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
LINK = "https://motcua.example.vn/#/dossier/68a5?c=H99.18.03-261112-0001"
ROW = {"kind": "logbook_row", "file": "so.xlsx", "sheet": "Sổ", "row": 4}


def told(lang: str = "vi") -> WorkWords:
    return WorkWords.of(lang, "Tỉnh Mẫu", MADE, lambda word: f"lý do {word}")


def sheet(path: Path) -> list[list[Any]]:
    book = CalamineWorkbook.from_path(path)
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


# --- words --------------------------------------------------------------------------------------


def test_both_languages_have_the_same_keys() -> None:
    assert todo_words("vi").all_keys() == todo_words("en").all_keys()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_says_what_to_do(lang: str) -> None:
    words = todo_words(lang)
    said = [words(f"todo.{rule}") for rule in RULES]
    assert len(set(said)) == len(RULES)
    assert all(text.endswith(".") for text in said)
    assert {key for key in words.all_keys() if key.startswith("todo.")} == {
        f"todo.{rule}" for rule in RULES
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_number_and_every_graver_case_has_words(lang: str) -> None:
    words = todo_words(lang)
    for facts in rule_facts(RuleSettings()):
        assert bool(graver_in_words(facts, words)) == (facts.rule.graver is not None)
        for own in facts.numbers:
            assert words(f"number.{facts.rule.id}.{own.number.name}")
            assert words(f"unit.{own.number.unit.replace(' ', '_')}")
    (f1,) = rule_facts(RuleSettings(numbers={"F1": {"days": 45}}), ("F1",))
    assert "45" in "".join(numbers_in_words(f1, words))
    assert "30" in "".join(numbers_in_words(f1, words))


# --- files --------------------------------------------------------------------------------------


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
def test_a_file_is_named_so_that_any_system_takes_it(unit: str, safe: str) -> None:
    assert slug(unit) == safe
    name = UnitWork(unit, ()).file_name
    assert name.startswith(safe)
    assert re.fullmatch(r"[a-z0-9-]{8,70}", name)


def test_units_that_look_alike_have_files_of_their_own() -> None:
    names = {UnitWork(unit, ()).file_name for unit in ("Xã Mẫu", "Xã Mâu", "xã mẫu", "Xã/Mẫu")}
    assert len(names) == 4
    assert UnitWork("Xã Mẫu", ()).file_name == UnitWork("Xã Mẫu", ()).file_name
    assert UnitWork("", ()).file_name == NO_UNIT == "khong-ro-don-vi"


def test_each_unit_has_its_tasks_and_what_names_none_is_together(finding: Make) -> None:
    units = ("Sở B", None, "Sở A", "Sở B")
    parts = by_unit([Task(finding(unit=unit), "x") for unit in units])
    assert [(part.unit, len(part.tasks)) for part in parts] == [("", 1), ("Sở A", 1), ("Sở B", 2)]


# --- rows ---------------------------------------------------------------------------------------


def test_a_task_is_told_in_the_words_of_its_language(finding: Make) -> None:
    (row,) = told().rows([Task(finding(), "would_lower")])
    assert row.finding == "B6 Một cửa đã kết thúc, Cổng còn mở"
    assert row.todo == todo_words("vi")("todo.B6")
    assert row.why.endswith("Lý do would_lower.")
    assert "Một cửa: trạng thái = 9 Đã xử lý xong" in row.saw
    assert row.since == date(2026, 11, 21)
    (english,) = told("en").rows([Task(finding(), "not_repairable")])
    assert "lý do" not in english.why
    assert english.acts == "System administrator"


def test_a_row_of_paper_is_named_by_its_place(finding: Make) -> None:
    paper = finding(code=None, subject="row:abc", evidence=(ROW,))
    (row,) = told().rows([Task(paper, "not_repairable")])
    assert row.place == "so.xlsx, trang tính Sổ, dòng 4"
    csv = finding(code=None, subject="row:abc", evidence=({**ROW, "sheet": None},))
    (of_file,) = told().rows([Task(csv, "not_repairable")])
    assert of_file.place == "so.xlsx, dòng 4"
    (unplaced,) = told().rows([Task(finding(code=None, subject="row:abc", evidence=()), "x")])
    assert unplaced.place == "row:abc"


def test_a_rule_that_this_program_no_longer_has_is_still_told(finding: Make) -> None:
    (row,) = told().rows([Task(finding(rule="Z9"), "not_repairable")])
    assert (row.finding, row.todo, row.why) == ("Z9", "", "")


def test_the_list_of_everything_is_for_machines_and_for_people(finding: Make) -> None:
    tasks = [Task(finding(), "not_repairable", LINK)]
    listed = work_json(tasks, told(), [{"unit": "x", "file": "x.xlsx", "count": 1}])
    (one,) = listed["work"]
    assert (one["rule"], one["link"], one["reason"]) == ("B6", LINK, "not_repairable")
    assert one["in_words"]["todo"] == todo_words("vi")("todo.B6")
    assert listed["files"][0]["file"] == "x.xlsx"


# --- workbooks ----------------------------------------------------------------------------------


def test_a_workbook_has_real_days_texts_for_codes_and_a_link(finding: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assigned = finding(answer_due="2026-11-25", assignee="canbo.mau", code="0012345")
    unit_workbook(UnitWork("Sở Mẫu", [Task(assigned, "x", LINK)]), told(), path)
    lines = sheet(path)
    assert lines[0][0] == "Việc cần làm: Sở Mẫu"
    assert "Số việc: 1" in lines[1][0]
    assert "08:02" in lines[1][0]
    assert lines[3] == [todo_words("vi")(f"column.{name}") for name in COLUMNS]
    row = dict(zip(COLUMNS, lines[4], strict=True))
    assert (row["number"], row["place"], row["assignee"]) == (1, "0012345", "canbo.mau")
    assert (row["since"], row["due"]) == (date(2026, 11, 21), date(2026, 11, 25))
    assert row["link"] == "Mở"
    parts = _parts(path)
    assert "motcua.example.vn" in parts["xl/worksheets/_rels/sheet1.xml.rels"]


def test_a_workbook_is_printed_on_a4_across_with_its_header_on_every_page(
    finding: Make, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    unit_workbook(UnitWork("", [Task(finding(), "x")]), told(), path)
    parts = _parts(path)
    text = parts["xl/worksheets/sheet1.xml"]
    assert 'paperSize="9"' in text
    assert 'orientation="landscape"' in text
    assert 'fitToHeight="0"' in text
    assert "<autoFilter" in text
    assert re.search(r'<pane xSplit="2" ySplit="4" [^>]*state="frozen"', text)
    assert "$4:$4" in parts["xl/workbook.xml"]
    assert sheet(path)[0][0] == "Việc cần làm: (không rõ đơn vị)"


def test_foreign_text_is_never_a_formula_and_never_a_link(finding: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    bad = finding(
        code='=HYPERLINK("http://x")', unit="=1+1", values={"os_unit": "https://x.example.vn"}
    )
    unit_workbook(UnitWork("=1+1", [Task(bad, "x")]), told(), path)
    parts = _parts(path)
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in parts
    assert sheet(path)[4][1] == '=HYPERLINK("http://x")'


def test_a_link_too_long_for_a_spreadsheet_is_text(finding: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    link = "https://motcua.example.vn/" + "a" * 3000
    unit_workbook(UnitWork("Sở", [Task(finding(), "x", link)]), told(), path)
    assert sheet(path)[4][-1] == link


def _parts(path: Path) -> dict[str, str]:
    with ZipFile(path) as file:
        return {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}
