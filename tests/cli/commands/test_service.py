"""``khop service``: the unit is printed alone, and what to see to is said beside it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import CONFIG
from tests.cli.fakes import Run

NOTICES = """
[notices]
url = "https://a.example.vn"
secret = { env = "KHOP_NOTICES" }
"""


def test_the_unit_is_printed_and_can_be_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text(CONFIG + NOTICES, "utf-8")
    printed = run("service")
    assert printed.code == 0
    assert "ExecStart=" in printed.out
    assert f"WorkingDirectory={tmp_path}" in printed.out
    assert "KHOP_NOTICES" in printed.err
    assert "systemctl" in printed.err


def test_a_folder_of_root_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text(CONFIG, "utf-8")
    told = f"chown -R khop: {tmp_path}" in run("service").err
    assert told == (tmp_path.stat().st_uid == 0)


def test_as_json_it_says_what_it_needs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text(CONFIG + NOTICES, "utf-8")
    said = json.loads(run("service", "--format", "json").out)
    assert "[Service]" in said["unit"]
    assert said["missing"] == []
    assert said["variables"] == ["KHOP_NOTICES"]
