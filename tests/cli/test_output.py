"""What goes to stdout and to stderr."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
import structlog

from khop.sync.results import (
    Applied,
    ApplySummary,
    CaseView,
    CodesSummary,
    Outcome,
    PullSummary,
    ReconcileSummary,
    RetrySummary,
    RuleCount,
    SystemCheck,
)
from tests.cli.fakes import PutEngine, Run
from tests.cli.samples import LISTED, LOOKED_UP, PLAN, quarantine_row
from tests.findings import CODE, make_finding

NAMED = CodesSummary("portal_extract", read=9, new=2)


@pytest.mark.parametrize(
    ("args", "method", "answer"),
    [
        (["pull"], "pull", PullSummary(1, (LISTED, LOOKED_UP, NAMED))),
        (
            ["reconcile"],
            "reconcile",
            ReconcileSummary(1, "t", 9, 1, (RuleCount("A7", 1, 1, 0, 0),)),
        ),
        (["plan"], "plan", PLAN),
        (["apply"], "apply", ApplySummary(1, (Applied(CODE, "create", Outcome.DONE, 3),))),
        (["show", CODE], "show", CaseView(CODE, {"code": CODE}, findings=(make_finding(),))),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(3, 1, 1, 1)),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_format_json_prints_one_document_on_stdout(
    run: Run, engine: PutEngine, args: list[str], method: str, answer: Any, before: bool
) -> None:
    engine(**{method: answer})
    form = ["--format", "json"]
    done = run(*(form + args if before else args + form))
    assert json.loads(done.out) == answer.as_json()


def test_lists_are_printed_as_json(run: Run, engine: PutEngine) -> None:
    engine(
        findings=[make_finding()],
        quarantine=[quarantine_row(7)],
        check=[SystemCheck("igate", "one_stop", True, ())],
    )
    listed = json.loads(run("audit", "--format", "json").out)
    assert listed["findings"] == [make_finding().as_json()]
    assert json.loads(run("quarantine", "list", "--format", "json").out) == {
        "records": [quarantine_row(7).as_json()]
    }
    assert json.loads(run("check", "--format", "json").out)["ok"] is True


def test_foreign_text_is_printed_without_control_characters(run: Run, engine: PutEngine) -> None:
    evil = "x\x1b]0;title\x07[bold]"
    engine(
        show=CaseView(evil, {}, records=({"source": evil, "unit": evil},)),
        quarantine=[quarantine_row(1, code=evil, reason=evil)],
        findings=[make_finding(code=evil, unit=evil)],
    )
    for args in (["show", "x"], ["quarantine", "list"], ["audit"]):
        done = run(*args)
        assert "\x1b" not in done.out
        assert "[bold]" in done.out


def test_a_code_is_not_folded_in_a_pipe(run: Run, engine: PutEngine) -> None:
    code = unicodedata.normalize("NFD", "HỒSƠ-") + "0" * 40
    engine(findings=[make_finding(code=code, unit="Ủy ban nhân dân " * 6)])
    assert code in run("audit", "--lang", "vi").out


def test_warnings_of_the_engine_go_to_stderr(run: Run, engine: PutEngine) -> None:
    def noisy(*args: object, **named: object) -> PullSummary:
        structlog.get_logger().warning("history_not_read", source="igate")
        structlog.get_logger().info("page_stored")
        return PullSummary(1, ())

    before = structlog.get_config()
    engine(pull=noisy)
    done = run("pull", "--format", "json")
    assert json.loads(done.out)["ok"] is True
    assert "the history of a dossier was not read" in done.err
    assert "page_stored" not in done.err
    assert structlog.get_config() == before
