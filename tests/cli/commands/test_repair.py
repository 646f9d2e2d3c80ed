"""khop plan and khop apply: plan files, and the confirmation of large plans."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from khop.errors import KhopError
from khop.sync.results import Applied, ApplySummary, Outcome, Plan, WorkItem
from tests.cli.fakes import PutEngine, Run
from tests.cli.samples import PLAN, WORK
from tests.findings import CODE


def test_apply_uses_the_plan_that_was_written(run: Run, engine: PutEngine, tmp_path: Path) -> None:
    fake = engine(plan=PLAN, apply=ApplySummary(1, ()))
    assert run("plan", "--out", "p.json").code == 2
    assert run("apply", "p.json").code == 0
    assert fake.asked[1][1] == (PLAN,)
    assert [path.name for path in tmp_path.glob("*p.json*")] == ["p.json"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", "null", "[" * 100_000, "\udc80"])
def test_a_file_that_is_not_a_plan_is_refused(
    run: Run, engine: PutEngine, tmp_path: Path, text: str
) -> None:
    fake = engine()
    (tmp_path / "p.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = run("apply", "p.json")
    assert done.code == 1
    assert "unexpected" not in done.err
    assert fake.asked == []


def test_a_plan_and_rules_together_are_refused(run: Run, engine: PutEngine) -> None:
    engine()
    assert "not both" in run("apply", "p.json", "--rule", "A7").err


def _guarded(plan: Plan | None, *, confirm: Callable[[str], bool], **named: Any) -> ApplySummary:
    if not confirm("this plan changes 300 dossiers."):
        raise KhopError("nothing was changed")
    return ApplySummary(1, ())


def test_a_large_plan_without_a_terminal_needs_yes(run: Run, engine: PutEngine) -> None:
    engine(apply=_guarded)
    done = run("apply")
    assert done.code == 1
    assert "this plan changes 300 dossiers." in done.err
    assert "--yes" in done.err
    assert run("apply", "--yes").code == 0


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_a_large_plan_is_applied_only_after_yes_at_the_terminal(
    run: Run, engine: PutEngine, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("khop.cli.shell.Shell.at_terminal", True)
    monkeypatch.setattr("typer.confirm", lambda text, err: answer.startswith("y"))
    engine(apply=_guarded)
    done = run("apply")
    assert done.code == code
    assert ("nothing was changed" in done.err) == (code == 1)


def test_apply_lists_the_dossiers_that_are_not_settled(run: Run, engine: PutEngine) -> None:
    unknown = Applied(CODE, "update", Outcome.UNKNOWN, detail="no answer")
    engine(apply=ApplySummary(1, (Applied("X", "create", Outcome.DONE), unknown)))
    done = run("apply")
    assert CODE in done.out
    assert "X " not in done.out
    assert "1 of 2 dossiers settled" in done.err


def test_a_reason_without_a_sentence_is_printed_as_it_is(run: Run, engine: PutEngine) -> None:
    odd = WorkItem(code="Y", rules=("A7",), unit=None, acts=("QTHT",), reason="some_new_reason")
    engine(plan=Plan("t", 9, None, "b", (), (WORK, odd)))
    done = run("plan", "--lang", "vi")
    assert "chỉ người có trách nhiệm sửa được" in done.out
    assert "some new reason" in done.out
    assert "Quản trị hệ thống" in " ".join(done.out.split())
    assert "QTHT" not in done.out


def test_plan_names_rows_of_paper_by_their_place(run: Run, engine: PutEngine) -> None:
    bare = WorkItem(
        subject="row:def",
        code=None,
        rules=("A2",),
        unit=None,
        acts=("TTDV",),
        reason="not_repairable",
    )
    paper = replace(bare, subject="row:abc", rules=("A1",), row="so.xlsx, Sổ, 4")
    made = Plan("2026-11-22T08:00:00+07:00", 3, None, "b", (), (paper, bare))
    engine(plan=made)
    done = run("plan")
    assert "so.xlsx, Sổ, 4" in done.out
    assert "row:def" in done.out
    assert "None" not in done.out
    work = json.loads(run("plan", "--format", "json").out)["work"]
    assert [(one["code"], one["subject"], one["row"]) for one in work] == [
        (None, "row:abc", "so.xlsx, Sổ, 4"),
        (None, "row:def", None),
    ]
