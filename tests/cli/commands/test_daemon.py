"""``khop daemon``: what it would do when, pauses, and a trial of the alarms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khop.sync.ledger import create_ledger
from tests.cli.conftest import CONFIG
from tests.cli.fakes import Run

SOURCE = """
[sources.codes]
adapter = "portal_file"
role = "portal"
path = "codes.csv"

[schedule]
backup = { cron = "0 2 * * sat" }
retention = { off = true }
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCE, "utf-8")
    (tmp_path / "khop.key").write_text("0" * 64, "utf-8")
    create_ledger(f"sqlite:///{tmp_path / 'khop.db'}")
    return tmp_path


def test_explain_lists_tasks_with_their_times(run: Run, written: Path) -> None:
    printed = run("daemon", "--explain", "--format", "json")
    tasks = {task["task"]: task for task in json.loads(printed.out)["tasks"]}
    assert list(tasks) == ["pull:codes", "reconcile", "backup", "check", "retention"]
    assert tasks["backup"]["schedule"] == "cron 0 2 * * sat"
    assert tasks["backup"]["next"].endswith("T02:00:00+07:00")
    assert (tasks["backup"]["from"], tasks["reconcile"]["from"]) == ("khop.toml", None)
    assert (tasks["retention"]["schedule"], tasks["retention"]["next"]) == (None, None)
    shown = run("daemon", "--explain", "--lang", "vi")
    assert "đối chiếu; cả sau mỗi lần đọc có thay đổi" in shown.out


def test_explain_shows_no_time_of_what_is_paused(run: Run, written: Path) -> None:
    run("daemon", "pause", "codes", "--why", "new server", "--by", "canbo.mau")
    printed = run("daemon", "--explain", "--format", "json")
    pull, reconcile, *_ = json.loads(printed.out)["tasks"]
    assert (pull["next"], pull["paused"]) == (None, "new server")
    assert reconcile["next"] is not None
    assert reconcile["paused"] is None
    (row,) = [line for line in run("daemon", "--explain").out.splitlines() if "pull:codes" in line]
    assert "paused" in row


def test_explain_without_a_ledger_says_what_it_does_not_know(run: Run, written: Path) -> None:
    (written / "khop.db").unlink()
    printed = run("daemon", "--explain")
    assert (printed.code, "pull:codes" in printed.out) == (0, True)
    assert "whether a task is paused is not known" in printed.err


def test_a_source_is_paused_and_goes_on(run: Run, written: Path) -> None:
    said = [
        run("daemon", verb, "codes", "--why", "new server", "--by", "canbo.mau")
        for verb in ("pause", "pause", "resume", "resume")
    ]
    assert [each.code for each in said] == [0] * 4
    words = ["is paused", "was paused already", "goes on", "was not paused"]
    assert all(word in each.err for word, each in zip(words, said, strict=True))


def test_what_is_not_there_cannot_be_paused(run: Run, written: Path) -> None:
    printed = run("daemon", "pause", "igate", "--why", "x")
    assert printed.code == 1
    assert "there is no source or task igate" in printed.err
    assert "codes" in printed.err


def test_a_pause_of_what_left_khop_toml_can_be_ended(run: Run, written: Path) -> None:
    assert run("daemon", "pause", "codes", "--why", "new server", "--by", "canbo.mau").code == 0
    (written / "khop.toml").write_text(CONFIG, "utf-8")
    assert run("daemon", "pause", "codes", "--why", "new server", "--by", "canbo.mau").code == 1
    resume = ("daemon", "resume", "codes", "--why", "it is gone", "--by", "canbo.mau")
    assert [run(*resume).code for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("why", ["", "  ", "ông 099000000001 nghỉ"])
def test_a_pause_has_a_reason_without_numbers_of_persons(why: str, run: Run, written: Path) -> None:
    assert run("daemon", "pause", "codes", "--why", why).code == 1


def test_a_trial_of_alarms_needs_somebody_to_tell(run: Run, written: Path) -> None:
    printed = run("daemon", "test-alarm")
    assert printed.code == 1
    assert "nobody is named in [alarms]" in printed.err


def test_a_trial_of_alarms_says_what_became_of_it(run: Run, written: Path) -> None:
    (written / "told.sh").write_text("#!/bin/sh\ncat >told.json\n", "utf-8")
    (written / "told.sh").chmod(0o700)
    text = (written / "khop.toml").read_text("utf-8")
    command = f'\n[alarms]\ncommand = ["{written / "told.sh"}"]\n'
    (written / "khop.toml").write_text(text + command, "utf-8")
    printed = run("daemon", "test-alarm", "--format", "json")
    assert printed.code == 0, printed.err
    assert json.loads(printed.out)["channels"] == [{"channel": "command", "error": None}]


def test_the_daemon_needs_a_khop_toml(run: Run) -> None:
    printed = run("daemon")
    assert printed.code == 1
    assert "khop init" in printed.err
