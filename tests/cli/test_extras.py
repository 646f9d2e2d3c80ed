"""A command whose libraries are not installed names the extra that brings them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import paths

PROGRAM = (
    "import sys\n"
    "for module in sys.argv[1].split(','): sys.modules[module] = None\n"
    "from khop.cli.main import main\n"
    "sys.exit(main(sys.argv[2:]))"
)


def run_without(modules: str, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, modules, *args, "--lang", "en"]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(paths.ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("modules", "command", "extra"),
    [("sqlalchemy,alembic", "rules", "engine"), ("xlsxwriter", "demo", "files")],
)
def test_a_command_names_the_extra_that_it_needs(
    modules: str, command: str, extra: str, tmp_path: Path
) -> None:
    done = run_without(modules, tmp_path, command)
    assert done.returncode == 1
    assert f"pip install 'khop[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_needs_no_extra(tmp_path: Path) -> None:
    done = run_without("sqlalchemy,alembic,duckdb,ibis,xlsxwriter", tmp_path, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "reconcile" in done.stdout
