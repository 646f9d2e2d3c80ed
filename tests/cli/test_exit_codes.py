"""Exit codes, and commands that need no source."""

from __future__ import annotations

from typing import Any

import pytest

from khop.sync.findings.notices import NoticeSummary
from khop.sync.results import (
    Applied,
    ApplySummary,
    CaseView,
    FindingState,
    ListSummary,
    Outcome,
    Plan,
    PolicyRepair,
    PolicyState,
    PolicyStatus,
    PullSummary,
    ReconcileSummary,
    RepairSummary,
    RetrySummary,
    RuleCount,
    SystemCheck,
)
from tests.cli.fakes import PutEngine, Run
from tests.cli.samples import LISTED, LOOKED_UP, PLAN, WORK, quarantine_row
from tests.findings import CODE, make_finding


def _repaired(state: PolicyState, *outcomes: Outcome) -> RepairSummary:
    applied = tuple(Applied(CODE, "update", outcome) for outcome in outcomes)
    return RepairSummary(1, (PolicyRepair("missing", state, applied=applied),))


def _policy(state: PolicyState) -> PolicyStatus:
    return PolicyStatus("missing", ("A7",), state, "07:00-17:00", True, 3, 200, 0)


@pytest.mark.parametrize(
    ("args", "method", "answer", "code"),
    [
        (["pull"], "pull", PullSummary(1, (LISTED, LOOKED_UP)), 0),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", error="gone"),)), 1),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", fetched=1),)), 1),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", missing=3),)), 2),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", short_pages=1),)), 2),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", missing=3, error="gone"),)), 1),
        (["reconcile"], "reconcile", ReconcileSummary(1, "t", 9, 0, ()), 0),
        (
            ["reconcile"],
            "reconcile",
            ReconcileSummary(1, "t", 9, 0, (RuleCount("A7", 0, 0, 0, 4),)),
            0,
        ),
        (
            ["reconcile"],
            "reconcile",
            ReconcileSummary(1, "t", 9, 0, (RuleCount("A7", 1, 0, 0, 0),)),
            2,
        ),
        (["plan"], "plan", PLAN, 2),
        (["plan"], "plan", Plan("t", 300, None, "b", (), (WORK,)), 0),
        (["apply"], "apply", ApplySummary(1, ()), 0),
        (["apply"], "apply", ApplySummary(1, (Applied(CODE, "update", Outcome.ALREADY),)), 0),
        (["apply"], "apply", ApplySummary(1, (Applied(CODE, "update", Outcome.UNKNOWN),)), 2),
        (["repair", "run"], "run", RepairSummary(None, ()), 0),
        (["repair", "run"], "run", _repaired(PolicyState.DONE, Outcome.DONE), 0),
        (["repair", "run"], "run", _repaired(PolicyState.OFF_HOURS), 0),
        (["repair", "run"], "run", _repaired(PolicyState.DONE, Outcome.REFUSED), 2),
        (["repair", "run"], "run", _repaired(PolicyState.PAUSED), 2),
        (["repair", "run"], "run", _repaired(PolicyState.TOO_MANY), 2),
        (["repair", "status"], "status", [_policy(PolicyState.OFF_HOURS)], 0),
        (["repair", "status"], "status", [_policy(PolicyState.PAUSED)], 2),
        (["audit"], "findings", [], 0),
        (["audit"], "findings", [make_finding()], 2),
        (["audit", "--state", "all"], "findings", [make_finding(state=FindingState.RESOLVED)], 0),
        (["check"], "check", [SystemCheck("igate", "one_stop", True, ())], 0),
        (["check"], "check", [SystemCheck("igate", "one_stop", False, ())], 1),
        (["quarantine", "list"], "quarantine", [quarantine_row(1)], 0),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(1, 1, 0, 0), 0),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(1, 0, 0, 1), 2),
        (["show", "x"], "show", None, 1),
    ],
)
def test_the_exit_code_says_whether_there_is_work(
    run: Run, engine: PutEngine, args: list[str], method: str, answer: Any, code: int
) -> None:
    engine(**{method: answer})
    assert run(*args).code == code


@pytest.mark.parametrize(
    ("args", "method", "answer", "code"),
    [
        (["notify"], "notify", NoticeSummary({}), 2),
        (["show", "x"], "show", CaseView("x", {}), 0),
    ],
)
def test_a_ledger_that_was_never_compared_is_told(
    run: Run, engine: PutEngine, args: list[str], method: str, answer: Any, code: int
) -> None:
    engine(was_compared=False, **{method: answer})
    done = run(*args)
    assert (done.code, "Nothing was compared yet" in done.err) == (code, True)


def test_commands_that_use_only_the_ledger_build_no_source(run: Run, engine: PutEngine) -> None:
    fake = engine(
        findings=[], show=None, quarantine=[], reconcile=ReconcileSummary(1, "t", 0, 0, ())
    )
    for args in (["audit"], ["show", "x"], ["quarantine", "list"], ["reconcile"]):
        run(*args)
        assert fake.sources == ()
