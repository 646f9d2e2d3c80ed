"""khop status: how things stand, without a daemon too."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
import sqlalchemy as sa

from khop.cli.language import command_words
from khop.config.alarms import AlarmSettings
from khop.daemon.alarms.names import AlarmName
from khop.daemon.health import Watcher
from khop.daemon.streams import State
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import finding_count, schedule, task_firing
from khop.sync.privacy import Privacy
from khop.text.local_time import local_text
from tests.cases.installation import NOW, Installation, installation

__all__ = ["installation"]

FAULT = "igate search: cannot be reached (check its address and the network)"


@pytest.fixture
def made(installation: Installation) -> Installation:
    assert installation.khop("init").code == 0
    return installation


def fail(made: Installation) -> None:
    """Three runs of the one-stop failed."""
    ledger = Ledger(f"sqlite:///{made.folder / 'khop.db'}")
    ledger.use(Privacy(made.folder / "khop.key"), lambda: NOW)
    watcher = Watcher.of(_no_alarms())
    now_us = Instant.of(NOW).us
    with ledger.write() as connection:
        watcher.note_success(connection, "igate", now_us)
        for _ in range(3):
            watcher.note_failure(connection, "igate", now_us, FAULT)
    ledger.close()


def _no_alarms() -> AlarmSettings:
    return AlarmSettings()


def test_it_says_that_no_daemon_runs(made: Installation) -> None:
    done = made.khop("status")
    assert done.code == 2
    assert "No khop daemon runs." in done.out
    assert "igate" in done.out


def test_a_stream_that_fails_is_there_with_its_error_and_its_alarm(made: Installation) -> None:
    fail(made)
    said = made.khop("status", "--format", "json").json()
    (igate,) = [one for one in said["streams"] if one["stream"] == "igate"]
    assert (igate["state"], igate["error"]) == ("down", FAULT)
    assert [(one["about"], one["state"]) for one in said["alarms"]] == [("igate", "down")]
    assert not said["well"]
    shown = made.khop("status").out
    assert "cannot be reached" in shown
    assert "down" in shown


def test_a_refused_login_is_said_once_with_what_ends_the_pause(made: Installation) -> None:
    fault = "igate login: does not accept the account; HTTP 401"
    ledger = Ledger(f"sqlite:///{made.folder / 'khop.db'}")
    ledger.use(Privacy(made.folder / "khop.key"), lambda: NOW)
    with ledger.write() as connection:
        now_us = Instant.of(NOW).us
        Watcher.of(_no_alarms()).note_unauthorised(connection, "igate", now_us, fault)
        for task in ("pull:igate", "sweep:igate", "pull:dvcqg"):
            values = {"spec": "every 15m", "next_us": now_us}
            connection.execute(sa.insert(schedule).values(task=task, **values))
    ledger.close()
    shown = made.khop("status").out
    assert " ".join(shown.split()).count("does not accept the account") == 1
    assert "khop daemon resume igate --why" in shown
    said = made.khop("status", "--format", "json").json()
    following = {one["stream"]: one["next"] for one in said["streams"]}
    assert following["igate"] is following["sweep:igate"] is None
    assert following["dvcqg"] is not None


def test_what_runs_now_is_there_with_its_beginning(made: Installation) -> None:
    now_us = Instant.of(NOW).us
    times = dict.fromkeys(("slot_us", "since_us", "start_us", "started_us"), now_us)
    with Ledger(f"sqlite:///{made.folder / 'khop.db'}").write() as connection:
        values = {"task": "pull:igate", "covers": 1, "state": "running", "attempts": 1}
        connection.execute(sa.insert(task_firing).values(**values, **times))
    said = made.khop("status", "--format", "json").json()
    assert said["running"] == [{"task": "pull:igate", "since": local_text(now_us)}]
    assert "Runs now" in made.khop("status").out


def test_a_pull_by_hand_is_a_success_without_a_daemon(made: Installation) -> None:
    made.run("pull")
    said = made.khop("status", "--format", "json").json()
    success = {one["stream"]: one["success"] for one in said["streams"]}
    assert success["igate"] is not None
    assert "26/11 09:00" in made.khop("status").out


def test_a_line_fits_into_80_columns(made: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for lang in ("en", "vi"):
        lines = made.khop("status", "--lang", lang).out.splitlines()
        assert max(map(len, lines)) <= 80
        heads = command_words(lang)("table.stream"), command_words(lang)("table.next")
        assert any(all(head in line for head in heads) for line in lines), "a table, not a list"


def test_every_state_and_alarm_has_a_word_in_both_languages() -> None:
    for lang in ("en", "vi"):
        words = command_words(lang)
        assert all(words(f"stream_state.{name}") for name in (*State, *AlarmName))


def test_findings_are_counted_by_state_in_the_language_of_the_command(made: Installation) -> None:
    counts = [
        {"rule": "A7", "unit": "a", "severity": "S1", "state": "open", "number": 2},
        {"rule": "A7", "unit": "", "severity": "S1", "state": "open", "number": 1},
        {"rule": "B1", "unit": "a", "severity": "S2", "state": "resolved", "number": 1},
    ]
    with (
        closing(Ledger(f"sqlite:///{made.folder / 'khop.db'}")) as ledger,
        ledger.write() as connection,
    ):
        connection.execute(sa.insert(finding_count), counts)
    assert "Findings: open 3, resolved 1" in made.khop("status", "--lang", "en").out
    assert "đang mở 3, đã hết 1" in made.khop("status", "--lang", "vi").out
    assert made.khop("status", "--format", "json").json()["findings"] == {"open": 3, "resolved": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_ledger_that_can_only_be_read_is_enough(made: Installation) -> None:
    (made.folder / "khop.db").chmod(0o400)
    assert made.khop("status").code == 2
