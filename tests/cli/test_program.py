"""The command line in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from khop.sandbox.server.sandbox import DEFAULT_PORTS
from tests.cli.conftest import ROOT


def _run(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "khop", *args],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_help_imports_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys; from khop.cli.main import main; assert main(['--help']) == 0; "
        "heavy = {'ibis', 'duckdb', 'pyarrow', 'sqlalchemy', 'pydantic', 'httpx', 'lxml', 'zeep'}; "
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_in_ascii_gets_escaped_letters(tmp_path: Path) -> None:
    done = _run(tmp_path, "pull", "--lang", "vi", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stderr.startswith(b"khop: c\\u1ea5u h\\xecnh")


@pytest.mark.parametrize("command", ["--help", "rules", "rules --format json"])
def test_a_closed_pipe_ends_the_command_quietly(command: str, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text('[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n', "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "khop", *command.split()],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=gone,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_the_sandbox_prints_its_addresses_and_stops_at_sigint(tmp_path: Path) -> None:
    args = ["sandbox", "--size", "200", "--ports", "0", "--dir", "world"]
    child = subprocess.Popen(
        [sys.executable, "-m", "khop", *args],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == 0
    assert set(ready["urls"]) == set(DEFAULT_PORTS)
    assert (tmp_path / "world" / "khop.toml").is_file()


def test_the_demo_refuses_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.odt").touch()
    done = _run(tmp_path, "demo")
    assert done.returncode == 1
    assert b"--dir" in done.stderr
    assert (tmp_path / "demo" / "thesis.odt").exists()
