"""The folder for what does not fit into memory: private, and gone when the work has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khop.errors import LedgerError
from khop.sync.reconciling.buckets.work_folder import work_folder

HOLDER = """
import sys
from pathlib import Path
from khop.sync.reconciling.buckets.work_folder import work_folder
with work_folder(Path(sys.argv[1])) as folder:
    (folder / "inside").mkdir()
    (folder / "inside" / "large").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def holder(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process that holds a folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_it_is_for_this_account_alone_and_goes_with_an_error(tmp_path: Path) -> None:
    place = tmp_path / "khop.db-work-"
    with pytest.raises(KeyboardInterrupt), work_folder(place) as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "large").write_text("x")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "khop.db-work-"
    process, left = holder(place)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (left / "inside" / "large").exists()
    with work_folder(place) as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_folder_of_a_process_that_works_stays(tmp_path: Path) -> None:
    place = tmp_path / "khop.db-work-"
    process, theirs = holder(place)
    with work_folder(place) as folder:
        assert folder != theirs
    assert (theirs / "inside" / "large").exists()
    process.communicate("")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_files_and_links_of_such_a_name_stay(tmp_path: Path) -> None:
    (tmp_path / "khop.db-work-notes").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "khop.db-work-link").symlink_to(tmp_path / "elsewhere")
    with work_folder(tmp_path / "khop.db-work-"):
        pass
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["elsewhere", "khop.db-work-link", "khop.db-work-notes"]


def test_a_place_without_room_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(LedgerError, match="no folder can be made"),
        work_folder(tmp_path / "missing" / "khop.db-work-"),
    ):
        pytest.fail("it was made")
