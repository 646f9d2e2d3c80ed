"""The list of work for people: which findings are on it, links, redaction, rows of paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from khop.errors import KhopError
from khop.sync.engine import Engine
from khop.sync.findings.work import work_list
from khop.sync.repairing.plan_file import plan_from_json
from khop.sync.results import Plan, WorkItem
from tests.sync.fakes import FakeOneStop, FakePortal, at, record
from tests.sync.papers import FakePapers, logbook_row

Build = Callable[..., Engine]
PAGES = {"igate": "https://motcua.example.vn/{native_id}?c={code}"}


@pytest.fixture
def judged(build_engine: Build, one_stop: FakeOneStop, portal: FakePortal) -> Engine:
    """One dossier that a machine may send, one with a wrong date too, and a row of paper."""
    one_stop.put(
        record(1),
        record(2, unit="Sở Mẫu", finished_at=at(9)),
    )
    papers = FakePapers(contents={"so.xlsx": [logbook_row(1, applicant_key="x" * 64)]})
    engine = build_engine(one_stop, portal, papers, repair={"max_share": 1.0})
    engine.pull()
    engine.reconcile()
    return engine


def tasks(engine: Engine, **how: Any) -> list[tuple[str | None, str, str]]:
    """(code, rule, reason) of the work."""
    return [(t.finding.code, t.finding.rule, t.reason) for t in engine.work(**how)]


def test_findings_that_a_machine_repairs_are_no_work(judged: Engine) -> None:
    assert {item.code for item in judged.plan().items} == {record(1).code, record(2).code}
    assert tasks(judged) == [
        (record(2).code, "C5", "not_repairable"),
        (None, "A1", "not_repairable"),
    ]


def test_without_a_portal_all_findings_are_work(
    build_engine: Build, one_stop: FakeOneStop, judged: Engine
) -> None:
    alone = build_engine(one_stop)
    assert ("A7", "no_portal") in {(rule, reason) for _, rule, reason in tasks(alone)}


def test_work_can_be_limited_to_units(judged: Engine) -> None:
    assert [rule for _, rule, _ in tasks(judged, units=["Sở Mẫu"])] == ["C5"]
    assert tasks(judged, units=[""]) == []
    with pytest.raises(KhopError, match="Sở Khác"):
        tasks(judged, units=["Sở Khác"])


def test_work_is_sorted_by_unit_then_by_severity(judged: Engine) -> None:
    findings = list(judged.findings())
    plan = judged.plan()
    again = work_list(reversed(findings), plan, {})
    assert again == work_list(findings, plan, {})
    assert [t.finding.unit for t in again] == sorted(t.finding.unit or "" for t in again)


def test_the_link_is_made_from_the_pattern_of_the_source(judged: Engine) -> None:
    found = work_list(judged.findings(), judged.plan(), PAGES)
    links = {task.finding.rule: task.link for task in found}
    number = record(2)
    assert links["C5"] == f"https://motcua.example.vn/{number.native_id}?c={number.code}"
    assert links["A1"] is None


def test_explanations_and_numbers_of_persons_are_left_out(judged: Engine) -> None:
    (finding, *_) = [f for f in judged.findings() if f.rule == "A1"]
    secret = replace(
        finding,
        unit="UBND 079090000001",
        values={"lb_unit": "0990 000 001", "os_native_id": "68a5"},
        explanation="đã gọi 0990000001",
    )
    item = WorkItem(
        subject=finding.subject, code=None, rules=("A1",), unit=None, acts=(), reason="x"
    )
    plan = Plan("t", 1, None, "b", (), (item,))
    (task,) = work_list([secret], plan, {})
    said = str(task.as_json())
    assert "079090000001" not in said
    assert "0990" not in said
    assert task.finding.explanation is None
    assert task.finding.values["os_native_id"] == "68a5"


def test_a_row_of_paper_has_file_sheet_and_row(judged: Engine) -> None:
    plan = judged.plan()
    (row,) = [item for item in plan.work if item.code is None]
    assert (row.row, row.rules) == ("so.xlsx, Sổ, 4", ("A1",))
    assert row.subject.startswith("row:")
    assert row.as_json()["subject"] == row.subject
    assert plan_from_json(plan.as_json()) == plan


def test_a_plan_file_without_rows_of_paper_still_loads(judged: Engine) -> None:
    data = judged.plan().as_json()
    for item in data["work"]:
        del item["row"]
    assert [item.row for item in plan_from_json(data).work] == [None] * len(data["work"])


def test_a_plan_with_rows_of_paper_is_applied_and_then_empty(judged: Engine) -> None:
    summary = judged.apply(confirm=lambda question: True)
    assert summary.ok
    assert {item.code for item in summary.work} == {record(2).code, None}
    judged.pull()
    judged.reconcile()
    assert judged.plan().items == ()
