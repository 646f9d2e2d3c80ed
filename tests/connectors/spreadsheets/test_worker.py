"""The process that reads a workbook: what it may use, and what is said when it ends."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from khop.connectors.spreadsheets import worker_process
from khop.connectors.spreadsheets.model import TableLimits
from khop.connectors.spreadsheets.read import read_sheets
from khop.connectors.spreadsheets.worker_process import WorkerProcess
from khop.errors import ConfigError
from tests import paths
from tests.connectors.spreadsheets.test_read import workbook

OLD = (paths.SAMPLES / "paper" / "so-1904.xls").read_bytes()
#: Modules that the worker, or Python at its start, would load from the current folder.
LOADED = ("resource", "json", "zipfile", "python_calamine", "khop", "sitecustomize", "lazy_loader")


def numbers(book: Any) -> None:
    for name in ("A", "B"):
        sheet = book.add_worksheet(name)
        for row in range(3000):
            sheet.write_row(row, 0, [row, name])


NUMBERS = workbook(numbers)


def started(data: bytes = NUMBERS) -> WorkerProcess:
    return WorkerProcess(data, "so.xlsx", TableLimits())


def test_no_module_of_the_current_folder_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LOADED:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    (sheet,) = read_sheets(OLD, "so.xls").sheets
    assert len(list(sheet.rows())) == 2
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_process_has_no_variable_and_no_folder_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KHOP_SECRET", "s3cret")
    process = started()
    proc = Path(f"/proc/{process.pid}")
    names = {each.partition(b"=")[0] for each in (proc / "environ").read_bytes().split(b"\0")}
    assert names - {b"LD_LIBRARY_PATH"} == {b""}
    assert (proc / "cwd").readlink() == Path("/")


def test_the_process_ends_when_nobody_reads_from_it() -> None:
    process = started()
    pid, rows = process.pid, process.rows(0)
    next(rows)
    os.kill(pid, 0)
    del process, rows
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_sheets_are_read_side_by_side_and_again() -> None:
    first, second = read_sheets(NUMBERS, "so.xlsx").sheets
    pairs = list(zip(first.rows(), second.rows(), strict=True))
    assert [[list(row.cells) for row in pair] for pair in pairs] == [
        [[number, "A"], [number, "B"]] for number in range(3000)
    ]
    assert [row.number for row in islice(first.rows(), 2)] == [1, 2]
    assert sum(1 for _ in first.rows()) == 3000


def test_rows_that_nobody_wants_any_more_do_not_come() -> None:
    (first, second) = read_sheets(NUMBERS, "so.xlsx").sheets
    for _ in range(5):
        next(first.rows())
    assert [row.cells[0] for row in second.rows()] == list(range(3000))


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (signal.SIGXCPU, "takes more than 120 seconds to read; divide it"),
        (signal.SIGKILL, "or it needs more memory than there is"),
        (signal.SIGABRT, "damaged"),
    ],
)
def test_a_process_that_ends_says_why(by: signal.Signals, why: str) -> None:
    process = started()
    os.kill(process.pid, by)
    with pytest.raises(ConfigError, match=why) as refused:
        list(process.rows(0))
    assert refused.value.key == "so.xlsx"


def test_too_little_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    large = io.BytesIO(NUMBERS)
    with zipfile.ZipFile(large, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/picture.png", bytes(60 << 20))
    monkeypatch.setattr(worker_process, "MEMORY", 110 << 20)
    with pytest.raises(ConfigError, match="memory"):
        read_sheets(large.getvalue(), "so.xlsx")


def test_a_process_that_does_not_run_is_no_fault_of_the_workbook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worker_process, "_WORKER", tmp_path / "none.py")
    with pytest.raises(ConfigError, match="install khop and python-calamine again"):
        started()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ConfigError, match="no process can be started"):
        started()


@pytest.mark.parametrize(
    "answer",
    [
        "[]",
        "{}",
        "no JSON",
        '{"sheets": 1, "others": [], "from_1904": 0}',
        '{"sheets": [[1]], "others": [], "from_1904": 0}',
    ],
)
def test_an_answer_of_another_shape_is_refused(
    answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.py"
    other.write_text(f"import sys; sys.stdin.buffer.readline(); print({answer!r})")
    monkeypatch.setattr(worker_process, "_WORKER", other)
    with pytest.raises(ConfigError, match="cannot be read as a workbook"):
        started()
