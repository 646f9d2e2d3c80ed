"""``khop ledger``, on a real ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.fakes import Run

pytestmark = pytest.mark.usefixtures("declared")


def test_a_backup_is_named_checked_and_counted(run: Run, tmp_path: Path) -> None:
    run("init")
    first = run("--lang", "en", "ledger", "backup")
    (made,) = (tmp_path / "backups").iterdir()
    assert first.code == 0
    assert first.out.startswith(f"{made}: ")
    assert "MB, checked. The audit log in it ends at 1:" in first.out
    assert first.err == ""
    beside = run("--lang", "en", "ledger", "backup", "--to", ".", "--format", "json")
    told = json.loads(beside.out)
    assert (told["entries"], told["removed"], told["key_beside"]) == (1, [], True)
    assert Path(told["file"]).parent == tmp_path
    assert "khop.key is in the folder of the copies" in beside.err


def test_a_folder_that_cannot_be_made_is_one_sentence(run: Run, tmp_path: Path) -> None:
    run("init")
    (tmp_path / "backups").touch()
    failed = run("--lang", "en", "ledger", "backup")
    assert failed.code == 1
    assert failed.err.startswith(f"khop: {tmp_path / 'backups'} cannot be written (File exists)")


def test_without_a_ledger_nothing_is_made(run: Run, tmp_path: Path) -> None:
    run("init")
    (tmp_path / "khop.db").unlink()
    failed = run("--lang", "en", "ledger", "backup")
    assert (failed.code, (tmp_path / "backups").exists()) == (1, False)
    assert "there is no ledger at" in failed.err


def test_a_restore_says_as_of_when_and_what_is_kept(run: Run, tmp_path: Path) -> None:
    run("init")
    run("ledger", "backup")
    (made,) = (tmp_path / "backups").iterdir()
    (tmp_path / "khop.db").unlink()
    done = run("--lang", "en", "ledger", "restore", str(made))
    assert done.code == 0
    assert done.out.startswith("The ledger is as it was at 2")
    assert "Now run khop pull, then khop reconcile." in done.err
    assert run("log", "verify").code == 0
    missing = run("--lang", "en", "ledger", "restore", "none.db")
    assert (missing.code, "cannot be read" in missing.err) == (1, True)


def test_a_move_prints_the_lines_for_khop_toml(run: Run, tmp_path: Path) -> None:
    run("init")
    neither = run("--lang", "en", "ledger", "move")
    assert (neither.code, "give the URL of the new place, or --undo" in neither.err) == (1, True)
    moved = run("--lang", "en", "ledger", "move", "sqlite:///new.db")
    assert (moved.code, moved.out) == (0, '[ledger]\nurl = "sqlite:///new.db"\n')
    refused = run("--lang", "en", "audit")
    assert (refused.code, "was moved to another database" in refused.err) == (1, True)
    back = run("--lang", "en", "ledger", "move", "--undo")
    assert (back.code, "is in use again" in back.err) == (0, True)
    assert run("log", "verify").code == 0
