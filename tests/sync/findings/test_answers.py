"""Findings that are assigned and explained, and runs that keep or clear the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from khop.sync.engine import Engine
from khop.sync.results import FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakePortal, record
from tests.sync.findings.deciding import OFFICER, ONE, TODAY, TWO, a7, count, events, local

LEDGERS = BOTH


def test_a_finding_is_assigned_then_explained_and_a_run_keeps_both(
    found: Engine, clock: FakeClock
) -> None:
    (assigned,) = found.decisions.assign(
        [ONE], actor="truongphong", assignee="canbo.mau", answer_due=date(2026, 11, 24)
    )
    assert (assigned.state, assigned.assignee, assigned.answer_due) == (
        FindingState.ASSIGNED,
        "canbo.mau",
        "2026-11-24",
    )
    clock.advance(days=1)
    assert count(found).open == 2
    assert a7(found) == replace(assigned, last_seen=local(clock))
    (explained,) = found.decisions.explain([ONE], actor=OFFICER, text="Cổng bảo trì, đã gửi lại.")
    assert (explained.state, explained.explanation) == (
        FindingState.EXPLAINED,
        "Cổng bảo trì, đã gửi lại.",
    )
    found.reconcile(whole=True)
    assert a7(found).explanation == "Cổng bảo trì, đã gửi lại."
    assert events(found) == [("open", "khop"), ("assign", "truongphong"), ("explain", OFFICER)]
    assert a7(found, TWO).state is FindingState.OPEN


def test_assigning_again_clears_the_answer_and_the_history_keeps_it(found: Engine) -> None:
    found.decisions.explain([ONE], actor=OFFICER, text="Đã gửi lại.")
    (again,) = found.decisions.assign([ONE], actor="truongphong", assignee=OFFICER)
    assert (again.state, again.explanation, again.answer_due) == (
        FindingState.ASSIGNED,
        None,
        None,
    )
    texts = [event.detail.get("text") for event in found.decisions.history_of(ONE)]
    assert texts == [None, "Đã gửi lại.", None]


def test_a_resolved_finding_is_reopened_without_assignee_and_answer(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.decisions.assign([ONE], actor=OFFICER, assignee=OFFICER, answer_due=TODAY)
    found.decisions.explain([ONE], actor=OFFICER, text="Đã gửi lại.")
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    assert count(found).resolved == 1
    assert a7(found).state is FindingState.RESOLVED
    assert a7(found).explanation == "Đã gửi lại."
    portal.dossiers.clear()
    clock.advance(days=4)
    found.pull()
    assert count(found).reopened == 1
    back = a7(found)
    assert (back.state, back.assignee, back.answer_due, back.explanation) == (
        FindingState.OPEN,
        None,
        None,
        None,
    )
    actions = [action for action, _ in events(found)]
    assert actions == ["open", "assign", "explain", "resolve", "reopen"]


def test_an_answer_may_be_due_today(found: Engine) -> None:
    (finding,) = found.decisions.assign([ONE], actor="a", assignee="b", answer_due=TODAY)
    assert finding.answer_due == TODAY.isoformat()
