"""A ledger that cannot be written, a full disk, a damaged page: every command ends with a sentence,
and what only reads still works."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from khop.sync.ledger import sqlite_opening
from tests.cases.installation import Installation
from tests.cases.systems import row
from tests.permissions import modes_count

CODE = "H99.18.03-261110-4801"
READS = (
    "audit",
    f"show {CODE}",
    "work --out {folder}/out/work",
    "audit --out {folder}/out/found.csv",
    "plan",
    "rules",
    f"finding history {CODE}",
    "quarantine list",
    "log verify",
    "ledger check",
    "key show",
)
WRITES = (
    "pull",
    "reconcile",
    "catalogue",
    "apply --yes",
    f"finding assign {CODE} --to a",
    "quarantine retry",
    "quarantine show 1 --payload why",
    "key rotate",
    "import {folder}/so.csv --as logbook",
)


@pytest.fixture
def used(installation: Installation) -> Installation:
    """After a pull and a reconcile: a finding, and a record in quarantine."""
    installation.one_stop.rows = [row(1, CODE), row(2, "H99.18.03-261110-4802") | {"code": None}]
    installation.one_stop.rows[1]["id"] = None
    (installation.folder / "out").mkdir()
    (installation.folder / "so.csv").write_text("Mã hồ sơ,Ngày tiếp nhận\n", "utf-8")
    assert installation.audit()
    return installation


def run(installation: Installation, command: str) -> tuple[int, str]:
    printed = installation.khop(*command.format(folder=installation.folder).split())
    assert "Traceback" not in printed.err
    return printed.code, printed.err


def reads_work(installation: Installation) -> None:
    for command in READS:
        code, err = run(installation, command)
        assert code in (0, 2), (command, err)


def writes_say(installation: Installation, sentence: str) -> None:
    for command in WRITES:
        code, err = run(installation, command)
        assert (code, sentence in err) == (1, True), (command, err)


@contextmanager
def read_only(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        with modes_count():
            yield
    finally:
        path.chmod(before)


def test_reports_work_on_a_ledger_that_cannot_be_written(used: Installation) -> None:
    with read_only(used.folder / "khop.db", 0o400):
        reads_work(used)
        writes_say(used, "cannot be written")


def test_reports_work_in_a_folder_that_cannot_be_written(used: Installation) -> None:
    with read_only(used.folder, 0o500):
        reads_work(used)
        writes_say(used, "cannot be written")


def test_changes_that_still_stand_in_the_log_file_are_read(used: Installation) -> None:
    """As a program leaves them that was killed."""
    folder = used.folder
    with closing(sqlite3.connect(folder / "khop.db")) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("UPDATE discrepancy SET unit = 'Đơn vị trong nhật ký'")
        connection.commit()
        kept = {name: (folder / name).read_bytes() for name in ("khop.db", "khop.db-wal")}
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    (folder / "khop.db-shm").unlink(missing_ok=True)
    with read_only(folder, 0o500):
        printed = used.khop("audit", "--format", "json")
    assert "Đơn vị trong nhật ký" in printed.out
    assert sorted(path.name for path in folder.glob("khop.db*")) == ["khop.db", "khop.db-wal"]


def test_a_ledger_of_another_account_is_a_sentence(used: Installation) -> None:
    with read_only(used.folder / "khop.db", 0o000):
        for command in (*READS, *WRITES):
            if command != "rules":
                code, err = run(used, command)
                assert (code, "khop.db" in err) == (1, True), (command, err)


@pytest.mark.parametrize("name", ["khop.key", "khop.toml", "units.toml", "secret"])
def test_a_file_that_may_not_be_read_is_a_sentence(name: str, used: Installation) -> None:
    with read_only(used.folder / name, 0o000):
        code, err = run(used, "pull")
    assert (code, name in err) == (1, True), err


def test_a_full_disk_is_a_sentence_and_nothing_is_half_done(
    used: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = sqlite_opening.connect

    def full(path: Path) -> sqlite3.Connection:
        connection = usual(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    used.one_stop.rows += [row(n, f"H99.18.03-261110-{n:04}") for n in range(1000, 1300)]
    with closing(sqlite3.connect(used.folder / "khop.db")) as connection:
        connection.execute("VACUUM")
        before = connection.execute("SELECT COUNT(*) FROM source_record").fetchone()
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_opening, "connect", full)
        code, err = run(used, "pull")
        assert (code, "the disk is full" in err) == (1, True), err
        reads_work(used)
    assert run(used, "pull")[0] == 0
    assert before == (1,)
    assert run(used, "log verify")[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    "command", ["audit", "audit --format json", "audit --format csv", "log verify", "rules --help"]
)
def test_an_output_that_cannot_be_written_is_a_sentence(command: str, used: Installation) -> None:
    program = [sys.executable, "-m", "khop", *command.split()]
    if "--help" not in program:
        program += ["--config", str(used.folder / "khop.toml")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            program, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment
        )
    assert done.returncode == 1
    assert done.stderr.startswith("khop: the disk is full (No space left on device)")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_reports_work_on_a_full_disk_and_on_a_read_only_one(
    used: Installation, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this account may not mount a disk")
    try:
        for name in ("khop.toml", "khop.key", "khop.db", "units.toml", "secret", "so.csv"):
            shutil.copy(used.folder / name, small / name)
        (small / "out").symlink_to(used.folder / "out")
        (small / "filled").write_bytes(b"0" * 4096)
        with pytest.raises(OSError, match="No space"), (small / "filled").open("ab") as filled:
            while True:
                filled.write(b"0" * 4096)
                filled.flush()
        used.folder = small
        reads_work(used)
        writes_say(used, "the disk is full")
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        reads_work(used)
        writes_say(used, "cannot be written")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_damaged_page_is_told_by_every_command_that_meets_it(used: Installation) -> None:
    path = used.folder / "khop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE name IN ('discrepancy', 'audit_log')"
        pages = [page for (page,) in connection.execute(query)]
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
    for command in ("audit", "reconcile", "log verify", f"finding history {CODE}", "plan"):
        code, err = run(used, command)
        assert (code, "is corrupt" in err, "khop ledger check" in err) == (1, True, True), command
    printed = used.khop("ledger", "check", "--format", "json")
    assert (printed.code, printed.json()["ok"]) == (1, False)
    assert printed.json()["problems"]
    assert "restore the last good backup" in used.khop("ledger", "check").out


def test_a_file_that_is_cut_off_is_told(used: Installation) -> None:
    path = used.folder / "khop.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])
    (used.folder / "khop.db-wal").unlink(missing_ok=True)
    assert used.khop("ledger", "check").code == 1
