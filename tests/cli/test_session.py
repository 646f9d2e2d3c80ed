"""--out never replaces a file that khop uses."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

import pytest

from khop.sync.results import Plan
from tests.cli.conftest import CONFIG
from tests.cli.fakes import PutEngine, Run

SOURCES = """
[units]
file = "don-vi.toml"
[log]
anchor_file = "neo/neo.txt"
[notices]
url = "https://nhan.example.vn"
secret = { file = "bi-mat" }
ca_file = "ca.pem"
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
        "khop.db-wal",
        "don-vi.toml",
        "bi-mat",
        "ca.pem",
        "neo/neo.txt",
        "lien-ket.xlsx",
        "cung-tep.xlsx",
        "thu-muc/moi.xlsx",
    ],
)
@pytest.mark.parametrize("command", [["audit", "--format", "csv"], ["plan"]])
def test_out_never_replaces_a_file_that_khop_uses(
    run: Run, engine: PutEngine, tmp_path: Path, command: list[str], out: str
) -> None:
    engine(findings=[], plan=Plan("2026-11-20T08:00:00+07:00", 0, None, "0" * 64, (), ()))
    (tmp_path / "khop.toml").write_text(CONFIG + SOURCES, "utf-8")
    for folder in ("xa", "phong", "neo"):
        (tmp_path / folder).mkdir()
    (tmp_path / "don-vi.toml").write_text("", "utf-8")
    (tmp_path / "so.xlsx").write_text("so", "utf-8")
    (tmp_path / "lien-ket.xlsx").symlink_to("so.xlsx")  # three other names of the same files
    (tmp_path / "cung-tep.xlsx").hardlink_to(tmp_path / "so.xlsx")
    (tmp_path / "thu-muc").symlink_to("xa")
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
    (tmp_path / "don-vi.toml").write_text("", "utf-8")
    assert run("audit", "--out", "found.csv").code == 0
    assert stat.S_IMODE((tmp_path / "found.csv").stat().st_mode) == 0o600


def test_members_of_the_group_of_khop_toml_may_read_what_is_written(
    run: Run, engine: PutEngine, tmp_path: Path
) -> None:
    engine(findings=[])
    group = grp.getgrgid(os.getegid()).gr_name
    (tmp_path / "khop.toml").write_text(f'{CONFIG}[files]\ngroup = "{group}"\n', "utf-8")
    assert run("audit", "--out", "found.csv").code == 0
    assert stat.S_IMODE((tmp_path / "found.csv").stat().st_mode) == 0o640


def test_an_unknown_group_is_an_error(run: Run, engine: PutEngine, tmp_path: Path) -> None:
    engine(findings=[])
    (tmp_path / "khop.toml").write_text(f'{CONFIG}[files]\ngroup = "khong-co"\n', "utf-8")
    done = run("audit", "--out", "found.csv")
    assert (done.code, "there is no group khong-co" in done.err) == (1, True)
    assert not (tmp_path / "found.csv").exists()
