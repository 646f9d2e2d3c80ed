from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from khop.errors import KhopError
from khop.sync.results import (
    UNSETTLED,
    Applied,
    ApplySummary,
    CaseView,
    CodesSummary,
    Finding,
    FindingState,
    ListSummary,
    LookupSummary,
    Outcome,
    Plan,
    PlanItem,
    PullSummary,
    QuarantineRow,
    ReconcileSummary,
    RetrySummary,
    RuleCount,
    SystemCheck,
    WorkItem,
)
from tests.cli.fakes import FakeEngine, Run

Put = Callable[..., FakeEngine]

CODE = "H99.18.03-261112-0001"
ITEM = PlanItem(CODE, "68a5", "igate", "create", ("A7",), "v1")
WORK = WorkItem(CODE, ("C5",), "Sở Mẫu", ("CB",), "not_repairable", CODE)
PLAN = Plan("2026-11-22T08:00:00+07:00", 300, None, "b", (ITEM,), (WORK,))
LISTED = ListSummary("igate", pages=2, fetched=9, stored=5, unchanged=3, quarantined=1)
ASKED = LookupSummary("dvcqg", asked=9, present=7, absent=1, unknown=1)
NAMED = CodesSummary("portal_extract", read=9, new=2)


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "B6",
        "code": CODE,
        "severity": "S2",
        "state": FindingState.OPEN,
        "unit": "UBND xã Mẫu 3",
        "acts": "QTHT",
        "first_seen": "2026-11-20T08:00:00+07:00",
        "last_seen": "2026-11-22T08:00:00+07:00",
        "values": {"os_status": 9},
    }
    return Finding(**(values | changes))


def row(number: int, **changes: Any) -> QuarantineRow:
    values: dict[str, Any] = {
        "id": number,
        "source": "igate",
        "native_id": "68a5",
        "code": CODE,
        "field": "acceptedDate",
        "reason": "no such day",
        "first_seen": "2026-11-20T08:00:00+07:00",
        "last_seen": "2026-11-22T08:00:00+07:00",
        "state": "open",
        "has_payload": True,
    }
    return QuarantineRow(**(values | changes))


# --- json -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "method", "answer"),
    [
        (["pull"], "pull", PullSummary(1, (LISTED, ASKED, NAMED))),
        (
            ["reconcile"],
            "reconcile",
            ReconcileSummary(1, "t", 9, 1, (RuleCount("A7", 1, 1, 0, 0),)),
        ),
        (["plan"], "plan", PLAN),
        (["apply"], "apply", ApplySummary(1, (Applied(CODE, "create", Outcome.DONE, 3),))),
        (["show", CODE], "show", CaseView(CODE, {"code": CODE}, findings=(finding(),))),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(3, 1, 1, 1)),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_json_is_all_that_goes_to_stdout(
    run: Run, engine: Put, args: list[str], method: str, answer: Any, before: bool
) -> None:
    engine(**{method: answer})
    form = ["--format", "json"]
    said = run(*(form + args if before else args + form))
    assert json.loads(said.out) == answer.as_json()


def test_what_lists_are_in_json(run: Run, engine: Put) -> None:
    engine(
        findings=[finding()],
        quarantine=[row(7)],
        check=[SystemCheck("igate", "one_stop", True, ())],
    )
    assert json.loads(run("audit", "--format", "json").out) == [finding().as_json()]
    assert json.loads(run("quarantine", "list", "--format", "json").out) == {
        "records": [row(7).as_json()]
    }
    assert json.loads(run("check", "--format", "json").out)["ok"] is True


# --- exit codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "method", "answer", "code"),
    [
        (["pull"], "pull", PullSummary(1, (LISTED, ASKED)), 0),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", error="gone"),)), 1),
        (["pull"], "pull", PullSummary(1, (ListSummary("igate", fetched=1),)), 1),
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
        (["audit"], "findings", [], 0),
        (["audit"], "findings", [finding()], 2),
        (["audit", "--state", "all"], "findings", [finding(state=FindingState.RESOLVED)], 0),
        (["check"], "check", [SystemCheck("igate", "one_stop", True, ())], 0),
        (["check"], "check", [SystemCheck("igate", "one_stop", False, ())], 1),
        (["quarantine", "list"], "quarantine", [row(1)], 0),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(1, 1, 0, 0), 0),
        (["quarantine", "retry"], "quarantine_retry", RetrySummary(1, 0, 0, 1), 2),
        (["show", "x"], "show", None, 1),
    ],
)
def test_the_exit_code_says_whether_there_is_work(
    run: Run, engine: Put, args: list[str], method: str, answer: Any, code: int
) -> None:
    engine(**{method: answer})
    assert run(*args).code == code


# --- what is asked of the engine ----------------------------------------------------------------


def test_commands_that_only_read_the_ledger_need_no_system(run: Run, engine: Put) -> None:
    fake = engine(
        findings=[], show=None, quarantine=[], reconcile=ReconcileSummary(1, "t", 0, 0, ())
    )
    for args in (["audit"], ["show", "x"], ["quarantine", "list"], ["reconcile"]):
        run(*args)
        assert fake.sources == ()


def test_sources_and_full_reach_the_pull(run: Run, engine: Put) -> None:
    fake = engine(pull=PullSummary(1, ()))
    run("pull", "igate", "dvcqg", "--full")
    _, args, named = fake.asked[0]
    assert args == (["igate", "dvcqg"],)
    assert named["full"] is True
    assert fake.sources is None


def test_filters_reach_the_ledger(run: Run, engine: Put) -> None:
    fake = engine(findings=[])
    run("audit", "--rule", "b6", "--severity", "s2", "--unit", "Sở Mẫu", "--since", "2026-11-01")
    asked = fake.asked[0][2]
    assert asked["rules"] == ["B6"]
    assert asked["severities"] == ("S2",)
    assert asked["units"] == ["Sở Mẫu"]
    assert asked["since"] == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert asked["states"] == UNSETTLED


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T17:00:00+07:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T17:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
    ],
)
def test_a_replay_moment_without_zone_is_one_of_viet_nam(
    run: Run, engine: Put, text: str, moment: datetime
) -> None:
    fake = engine(reconcile=ReconcileSummary(1, "t", 0, 0, ()))
    run("reconcile", "--now", text)
    assert fake.asked[0][1] == (moment,)


@pytest.mark.parametrize(
    "args",
    [
        ["reconcile", "--now", "yesterday"],
        ["audit", "--since", "31/02/2026"],
        ["audit", "--severity", "S5"],
        ["audit", "--state", "closed"],
        ["audit", "--rule", "Z9"],
        ["plan", "--rule", "Z9"],
        ["apply", "--rule", "Z9"],
        ["audit", "--format", "xlsx"],
        ["audit", "--out", "x.doc"],
        ["audit", "--out", "x.html", "--format", "table"],
        ["quarantine", "list", "--state", "closed"],
        ["quarantine", "show", "1", "--payload", " "],
        ["sandbox", "--ports", "post=8101"],
        ["sandbox", "--ports", "1,2,x"],
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(
    run: Run, engine: Put, args: list[str]
) -> None:
    fake = engine()
    said = run(*args)
    assert said.code == 1
    assert said.err.startswith("khop: ")
    assert "unexpected" not in said.err
    assert fake.asked == []


def test_a_misspelt_rule_is_suggested(run: Run, engine: Put) -> None:
    engine()
    assert "did you mean B11?" in run("audit", "--rule", "b111").err


# --- plan and apply -----------------------------------------------------------------------------


def test_a_written_plan_is_the_one_that_is_applied(run: Run, engine: Put, tmp_path: Path) -> None:
    fake = engine(plan=PLAN, apply=ApplySummary(1, ()))
    assert run("plan", "--out", "p.json").code == 2
    assert run("apply", "p.json").code == 0
    assert fake.asked[1][1] == (PLAN,)
    assert [path.name for path in tmp_path.glob("*p.json*")] == ["p.json"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", "null", "[" * 100_000, "\udc80"])
def test_a_file_that_is_no_plan_is_refused(
    run: Run, engine: Put, tmp_path: Path, text: str
) -> None:
    fake = engine()
    (tmp_path / "p.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    said = run("apply", "p.json")
    assert said.code == 1
    assert "unexpected" not in said.err
    assert fake.asked == []


def test_a_plan_and_rules_together_are_refused(run: Run, engine: Put) -> None:
    engine()
    assert "not both" in run("apply", "p.json", "--rule", "A7").err


def _guarded(plan: Plan | None, *, confirm: Callable[[str], bool], **named: Any) -> ApplySummary:
    if not confirm("this plan changes 300 dossiers."):
        raise KhopError("nothing was changed")
    return ApplySummary(1, ())


def test_a_large_plan_without_a_terminal_needs_yes(run: Run, engine: Put) -> None:
    engine(apply=_guarded)
    said = run("apply")
    assert said.code == 1
    assert "this plan changes 300 dossiers." in said.err
    assert "--yes" in said.err
    assert run("apply", "--yes").code == 0


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_a_large_plan_at_a_terminal_is_asked_about(
    run: Run, engine: Put, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("khop.cli.shell.Shell.at_terminal", True)
    monkeypatch.setattr("typer.confirm", lambda text, err: answer.startswith("y"))
    engine(apply=_guarded)
    said = run("apply")
    assert said.code == code
    assert ("nothing was changed" in said.err) == (code == 1)


def test_what_was_not_settled_is_named(run: Run, engine: Put) -> None:
    unknown = Applied(CODE, "update", Outcome.UNKNOWN, detail="no answer")
    engine(apply=ApplySummary(1, (Applied("X", "create", Outcome.DONE), unknown)))
    said = run("apply")
    assert CODE in said.out
    assert "X " not in said.out
    assert "1 of 2 dossiers settled" in said.err


def test_reasons_are_told_in_words_and_new_ones_as_they_are(run: Run, engine: Put) -> None:
    odd = WorkItem("Y", ("A7",), None, ("QTHT",), "some_new_reason")
    engine(plan=Plan("t", 9, None, "b", (), (WORK, odd)))
    said = run("plan", "--lang", "vi")
    assert "chỉ người có trách nhiệm sửa được" in said.out
    assert "some new reason" in said.out


# --- audit files ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["json", "jsonl", "csv", "xlsx", "html"])
def test_the_ending_of_the_file_decides_the_format(
    run: Run, engine: Put, tmp_path: Path, ending: str
) -> None:
    engine(findings=[finding()])
    said = run("audit", "--out", f"found.{ending}")
    assert (said.code, said.out) == (2, "")
    written = (tmp_path / f"found.{ending}").read_bytes()
    starts = {
        "json": b"[\n",
        "jsonl": b'{"rule"',
        "csv": b"\xef\xbb\xbf",
        "xlsx": b"PK",
        "html": b"<!DOC",
    }
    assert written.startswith(starts[ending])


@pytest.mark.parametrize(("form", "start"), [("csv", '"Rule"'), ("html", "<!DOCTYPE")])
def test_files_for_people_can_go_to_a_pipe(run: Run, engine: Put, form: str, start: str) -> None:
    engine(findings=[finding()])
    assert run("audit", "--format", form).out.startswith(start)


def test_a_place_that_cannot_be_written_is_one_sentence(run: Run, engine: Put) -> None:
    engine(findings=[finding()])
    said = run("audit", "--out", "nowhere/found.csv")
    assert said.code == 1
    assert "cannot be written" in said.err


def test_a_table_goes_to_stdout_and_its_note_to_stderr(run: Run, engine: Put) -> None:
    engine(findings=[finding()])
    said = run("audit")
    assert CODE in said.out
    assert "not a verdict" in said.err
    assert "not a verdict" not in said.out


# --- show and quarantine ------------------------------------------------------------------------


def test_sources_stand_side_by_side(run: Run, engine: Put) -> None:
    records = ({"source": "igate", "status": 9, "unit": None},)
    presence = ({"source": "dvcqg", "status": 4, "presence": "present"},)
    engine(show=CaseView(CODE, {}, records=records, presence=presence))
    lines = run("show", CODE).out.splitlines()
    assert any("igate" in line and "dvcqg" in line for line in lines)
    assert any("9 Finished" in line and "4 In progress" in line for line in lines)


def test_foreign_text_gives_a_terminal_no_commands(run: Run, engine: Put) -> None:
    evil = "x\x1b]0;title\x07[bold]"
    engine(
        show=CaseView(evil, {}, records=({"source": evil, "unit": evil},)),
        quarantine=[row(1, code=evil, reason=evil)],
        findings=[finding(code=evil, unit=evil)],
    )
    for args in (["show", "x"], ["quarantine", "list"], ["audit"]):
        said = run(*args)
        assert "\x1b" not in said.out
        assert "[bold]" in said.out


def test_a_record_is_shown_without_what_it_holds(run: Run, engine: Put) -> None:
    fake = engine(quarantine_row=row(7), quarantine_payload={"phone": "0990123456"})
    said = run("quarantine", "show", "7", "--format", "json")
    assert json.loads(said.out) == row(7).as_json()
    assert [name for name, _, _ in fake.asked] == ["quarantine_row"]


def test_with_a_reason_it_is_shown_as_it_came(run: Run, engine: Put) -> None:
    fake = engine(quarantine_row=row(7), quarantine_payload={"phone": "0990123456"})
    said = run("quarantine", "show", "7", "--payload", "complaint 12", "--format", "json")
    assert json.loads(said.out)["payload"] == {"phone": "0990123456"}
    assert fake.asked[-1] == ("quarantine_payload", (7,), {"reason": "complaint 12"})


def test_a_record_that_was_not_kept_says_so(run: Run, engine: Put) -> None:
    engine(quarantine_row=row(7, has_payload=False))
    assert "was not kept" in run("quarantine", "show", "7", "--payload", "why").err


def test_a_number_that_is_not_there_says_so(run: Run, engine: Put) -> None:
    engine(quarantine_row=None)
    assert "no record 8" in run("quarantine", "show", "8").err


def test_released_records_can_be_listed_too(run: Run, engine: Put) -> None:
    held = {"open": [row(3), row(9)], "released": [row(5, state="released")]}
    engine(quarantine=lambda state, **named: held[state])
    said = run("quarantine", "list", "--state", "all", "--format", "json", "--limit", "2")
    assert [record["id"] for record in json.loads(said.out)["records"]] == [3, 5]
    assert "limit" in said.err


def test_every_code_survives_a_pipe_whole(run: Run, engine: Put) -> None:
    code = unicodedata.normalize("NFD", "HỒSƠ-") + "0" * 40
    engine(findings=[finding(code=code, unit="Ủy ban nhân dân " * 6)])
    assert code in run("audit", "--lang", "vi").out


def test_warnings_of_the_engine_do_not_reach_stdout(run: Run, engine: Put) -> None:
    def noisy(*args: object, **named: object) -> PullSummary:
        structlog.get_logger().warning("history_not_read", source="igate")
        structlog.get_logger().info("page_stored")
        return PullSummary(1, ())

    before = structlog.get_config()
    engine(pull=noisy)
    said = run("pull", "--format", "json")
    assert json.loads(said.out)["ok"] is True
    assert "history_not_read" in said.err
    assert "page_stored" not in said.err
    assert structlog.get_config() == before
