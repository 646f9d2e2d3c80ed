"""What is written never takes the place of what khop keeps or reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from khop.sync.results import Plan
from tests.cli.conftest import CONFIG
from tests.cli.fakes import FakeEngine, Run

Put = Callable[..., FakeEngine]

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
def test_a_kept_file_is_not_replaced(
    run: Run, engine: Put, tmp_path: Path, command: list[str], out: str
) -> None:
    engine(findings=[], plan=Plan("2026-11-20T08:00:00+07:00", 0, None, "0" * 64, (), ()))
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCES, "utf-8")
    for folder in ("xa", "phong"):
        (tmp_path / folder).mkdir()
    said = run(*command, "--out", out)
    assert said.code == 1
    assert "name another one with --out" in said.err
    assert (tmp_path / "khop.toml").read_text("utf-8") == CONFIG + SOURCES
    assert not (tmp_path / "khop.db").exists()


def test_a_file_beside_them_is_written(run: Run, engine: Put, tmp_path: Path) -> None:
    engine(findings=[])
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCES, "utf-8")
    assert run("audit", "--out", "found.csv").code == 0
    assert (tmp_path / "found.csv").exists()
