"""--out never replaces a file that khop uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.sync.results import Plan
from tests.cli.conftest import CONFIG
from tests.cli.fakes import PutEngine, Run

SOURCES = """
[sources.so]
adapter = "logbook_file"
role = "logbook"
path = "so.xlsx"
[sources.xa]
adapter = "logbook_file"
role = "logbook"
path = "xa"
[sources.phong]
adapter = "register_file"
role = "register"
path = "phong/*.csv"
"""


@pytest.mark.parametrize(
    "out",
    [
        "khop.db",
        "khop.key",
        "khop.toml",
        "./so.xlsx",
        "xa/moi.xlsx",
        "phong/a.csv",
        "xa/../so.xlsx",
    ],
)
@pytest.mark.parametrize("command", [["audit", "--format", "csv"], ["plan"]])
def test_out_never_replaces_a_file_that_khop_uses(
    run: Run, engine: PutEngine, tmp_path: Path, command: list[str], out: str
) -> None:
    engine(findings=[], plan=Plan("2026-11-20T08:00:00+07:00", 0, None, "0" * 64, (), ()))
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCES, "utf-8")
    for folder in ("xa", "phong"):
        (tmp_path / folder).mkdir()
    done = run(*command, "--out", out)
    assert done.code == 1
    assert "name another one with --out" in done.err
    assert (tmp_path / "khop.toml").read_text("utf-8") == CONFIG + SOURCES
    assert not (tmp_path / "khop.db").exists()


def test_another_file_in_the_same_folder_is_written(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(findings=[])
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCES, "utf-8")
    assert run("audit", "--out", "found.csv").code == 0
    assert (tmp_path / "found.csv").exists()
