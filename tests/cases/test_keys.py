"""The key of an installation: another one is refused, and a new one is made without a loss."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import khop.sync.key_rotation
from khop.sync.ledger import acquire, audit_log
from khop.sync.privacy import Privacy
from tests.cases.installation import Installation, Printed
from tests.cases.sheets import write_csv
from tests.cases.systems import SEARCH_PATH, TOKEN_PATH, row
from tests.ledgers import keyed

HEAD = ["STT", "Họ và tên", "Số CCCD", "Tên thủ tục", "Ngày tiếp nhận", "Ngày hẹn trả"]
FIRST = ["1", "Trần Thị Mẫu", "099000000077", "Thủ tục thử", "10/11/2026", "24/11/2026"]
NEXT = ["2", "Lê Văn Mẫu", "099000000078", "Thủ tục thử", "11/11/2026", "25/11/2026"]
#: The person of the one-stop's usual row, so that the row of paper is like that dossier.
SAME = ["3", "Nguyễn Văn Mẫu", "099000000001", "Thủ tục thử", "10/11/2026", "24/11/2026"]
#: Columns that are made with the key.
KEYED = {
    "source_record": "applicant_key",
    "paper_row": "applicant_key",
    "status_record": "actor_key",
    "quarantine": "payload",
}


@pytest.fixture
def used(installation: Installation) -> Installation:
    """After a pull and a reconcile: a dossier, one in quarantine, two rows of paper without a
    code."""
    one = row(1, "H99.18.03-261110-3901")
    one["task"][0]["assignee"] = {"id": "64f000000000000000000001", "fullname": "Cán bộ Mẫu"}
    installation.one_stop.rows = [one, row(2, "H99.18.03-261110-3902") | {"id": None, "code": None}]
    (installation.folder / "so").mkdir()
    write_csv(installation.folder / "so" / "so.csv", [HEAD, FIRST, SAME])
    installation.watch_logbook("so")
    installation.audit()
    return installation


def rows(installation: Installation, sql: str) -> list[Any]:
    with closing(sqlite3.connect(installation.folder / "khop.db")) as connection:
        return connection.execute(sql).fetchall()


def findings(installation: Installation) -> list[Any]:
    """Every finding, whatever its state, and the log's events about it."""
    return [
        rows(installation, "SELECT rule, subject, state, first_seen_us, reopened FROM discrepancy"),
        rows(installation, "SELECT action, code FROM audit_log WHERE action LIKE 'finding.%'"),
    ]


def made_with_the_key(installation: Installation) -> dict[str, set[Any]]:
    return {
        table: {each[0] for each in rows(installation, f"SELECT {column} FROM {table}") if each[0]}
        for table, column in KEYED.items()
    }


def is_refused(printed: Printed) -> bool:
    return printed.code == 1 and "restore the copy" in printed.err


@pytest.mark.parametrize("left", [None, "", "\n \n", "\ufeff", "\0\0"])
def test_init_beside_a_used_ledger_makes_no_other_key(used: Installation, left: str | None) -> None:
    key, before = used.folder / "khop.key", findings(used)
    key.unlink()
    if left is not None:
        key.write_text(left, "utf-8")
    write_csv(used.folder / "so" / "so.csv", [HEAD, FIRST, SAME, NEXT])
    assert is_refused(used.khop("init"))
    for command in ("pull", "reconcile", "audit"):
        assert used.khop(command).code == 1
    assert not key.exists() or key.read_text("utf-8") == left
    assert findings(used) == before


@pytest.mark.parametrize("text", ["f" * 64, "mot khoa khac cua nguoi khac, du dai de dung"])
def test_another_key_is_refused_by_every_command(used: Installation, text: str) -> None:
    before = findings(used)
    (used.folder / "khop.key").write_text(text, "utf-8")
    for command in ("init", "pull", "reconcile", "audit", "log verify", "key show", "key rotate"):
        assert is_refused(used.khop(*command.split())), command
    assert findings(used) == before


def test_a_short_key_is_none(used: Installation) -> None:
    (used.folder / "khop.key").write_text("f" * 31, "utf-8")
    assert "too short" in used.khop("pull").err


def test_a_key_saved_by_another_editor_is_the_same_key(used: Installation) -> None:
    key = used.folder / "khop.key"
    key.write_bytes(b"\xef\xbb\xbf" + key.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert used.khop("pull").code == 0


def test_an_empty_key_of_a_new_installation_is_made(installation: Installation) -> None:
    key = installation.folder / "khop.key"
    key.write_text("\n", "utf-8")
    assert installation.khop("init").code == 0
    assert len(key.read_text("utf-8").strip()) == 64
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def same_as_before(installation: Installation, before: list[Any], old: dict[str, set[Any]]) -> None:
    """After a rotation: nothing was opened anew, read again or lost, and nothing is as the old
    key made it."""
    asked = len(installation.one_stop.requests)
    pulled = installation.run("pull")
    igate = next(each for each in pulled["sources"] if each["source"] == "igate")
    assert igate["stored"] == 0
    paths = {request.path for request in installation.one_stop.requests[asked:]}
    assert paths <= {TOKEN_PATH, SEARCH_PATH}
    write_csv(installation.folder / "so" / "so.csv", [HEAD, FIRST, SAME, NEXT])
    installation.run("pull", "logbook")
    installation.run("reconcile", "--whole")
    states = findings(installation)
    assert [each for each in before[0] if each not in states[0]] == []
    assert {event for event, _ in states[1][len(before[1]) :]} <= {"finding.open"}
    new = made_with_the_key(installation)
    for table, values in old.items():
        assert values, table
        assert not values & new[table], table
    assert installation.khop("log", "verify").code == 0
    number = rows(installation, "SELECT id FROM quarantine WHERE payload IS NOT NULL")[0][0]
    shown = installation.khop("quarantine", "show", str(number), "--payload", "a test")
    assert "Nguyễn Văn Mẫu" in shown.out
    # The same person has the same key on paper and in the one-stop.
    same = "SELECT COUNT(*) FROM paper_row p JOIN source_record s USING (applicant_key)"
    assert rows(installation, same) == [(1,)]


def test_a_new_key_carries_everything_over_and_the_old_one_is_refused(used: Installation) -> None:
    before, old = findings(used), made_with_the_key(used)
    shutil.copy(used.folder / "khop.key", used.folder / "old.key")
    printed = used.khop("key", "rotate", "--by", "a")
    assert printed.code == 0
    same_as_before(used, before, old)
    assert rows(used, "SELECT actor FROM audit_log WHERE action = 'key.rotate'") == [("a",)]
    again = made_with_the_key(used)
    assert used.khop("key", "rotate").code == 0
    assert not again["paper_row"] & made_with_the_key(used)["paper_row"]
    assert used.run("pull")["sources"]
    assert used.khop("log", "verify").code == 0
    shutil.copy(used.folder / "old.key", used.folder / "khop.key")
    assert is_refused(used.khop("pull"))


class Killed(BaseException):
    """The process was killed here."""


def stop_before(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    def killed(*args: object, **named: object) -> None:
        raise Killed

    monkeypatch.setattr(owner, name, killed)


def stop_after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    usual = getattr(owner, name)

    def killed(*args: object, **named: object) -> None:
        usual(*args, **named)
        raise Killed

    monkeypatch.setattr(owner, name, killed)


@pytest.mark.parametrize(
    ("stop", "owner", "name", "done"),
    [
        (stop_before, Privacy, "replaced", False),
        (stop_after, Privacy, "replaced", False),
        (stop_before, khop.sync.key_rotation, "_carry_over", False),
        (stop_after, khop.sync.key_rotation, "_carry_over", False),
        (stop_before, khop.sync.key_rotation, "_seal_payloads", False),
        (stop_after, audit_log, "seal_anew", False),
        (stop_before, khop.sync.key_rotation, "KeyState", True),
    ],
)
def test_a_rotation_may_be_killed_at_any_step(
    stop: Any, owner: object, name: str, done: bool, used: Installation
) -> None:
    before, old = findings(used), made_with_the_key(used)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        stop(patch, owner, name)
        used.khop("key", "rotate")
    assert used.khop("log", "verify").code == 0
    if not done:
        assert made_with_the_key(used) == old
        assert used.khop("pull").code == 0
        assert used.khop("key", "rotate").code == 0
    assert used.khop("key", "show").code == 0
    earlier = (used.folder / "khop.key").read_text("utf-8").count("before:")
    assert earlier == 1
    same_as_before(used, before, old)


def test_a_rotation_that_was_stopped_is_told_and_finished_with_the_same_key(
    used: Installation,
) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        stop_after(patch, Privacy, "replaced")
        used.khop("key", "rotate")
    key = (used.folder / "khop.key").read_text("utf-8")
    shown = used.khop("key", "show")
    assert (shown.code, "not finished" in shown.err) == (2, True)
    assert used.khop("key", "rotate").code == 0
    assert (used.folder / "khop.key").read_text("utf-8") == key


def test_a_backup_from_before_the_rotation_works_with_the_new_file(used: Installation) -> None:
    database = used.folder / "khop.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(used.folder / "backup.db"),))
    used.khop("key", "rotate")
    for path in used.folder.glob("khop.db*"):
        path.unlink()
    shutil.move(used.folder / "backup.db", database)
    before, old = findings(used), made_with_the_key(used)
    assert used.khop("pull").code == 0
    assert used.khop("key", "show").code == 2
    assert used.khop("key", "rotate").code == 0
    same_as_before(used, before, old)


def test_a_key_cannot_be_replaced_while_something_works_on_the_ledger(used: Installation) -> None:
    key = (used.folder / "khop.key").read_text("utf-8")
    ledger = keyed(f"sqlite:///{used.folder / 'khop.db'}", used.folder)
    with closing(ledger), acquire(ledger, "pull:igate", lambda: datetime.now(UTC)):
        printed = used.khop("key", "rotate")
    assert (printed.code, "holds the lease" in printed.err) == (1, True)
    assert (used.folder / "khop.key").read_text("utf-8") == key


def test_a_key_that_is_there_is_not_lost(used: Installation) -> None:
    printed = used.khop("key", "rotate", "--lost")
    assert (printed.code, "not lost" in printed.err) == (1, True)


def test_with_a_lost_key_findings_and_decisions_stay(used: Installation) -> None:
    subject = used.run("audit")["findings"][0]["subject"]
    used.khop("finding", "assign", subject, "--to", "a")
    (used.folder / "khop.key").unlink()
    assert used.khop("key", "rotate", "--lost").code == 0
    assert used.khop("log", "verify").code == 0
    assert used.khop("init").code == 0
    used.run("pull")
    assert made_with_the_key(used)["source_record"]
    used.run("reconcile")
    verified = used.run("log", "verify")
    assert verified["unproven"] > 0
    assert rows(used, "SELECT COUNT(*) FROM discrepancy WHERE assignee = 'a'") != [(0,)]


def test_keys_are_files_of_their_owner_alone(used: Installation) -> None:
    used.khop("key", "rotate")
    key: Path = used.folder / "khop.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in used.folder.iterdir() if path.name.startswith(".khop")] == []
