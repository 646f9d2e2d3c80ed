"""``khop service``: systemd takes the unit, whatever the paths are called."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from khop.config.load import load_config
from khop.daemon.service_unit import ServiceUnit, service_unit
from khop.errors import ConfigError
from tools.blocks.commands import commands
from tools.repository import ROOT, adapters

SYSTEMD = shutil.which("systemd-analyze")
#: What systemd may give a meaning to, in a unit or in a command line of one.
ODD = ("tỉnh mẫu", "100%h", "$HOME", 'a"b', "it's", "back\\slash", "a;b", "#c", "{d}")
#: The figure of `systemd-analyze security`, from 0 (best) to 100, that is not passed.
EXPOSED = 25
CONFIG = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'


def unit_of(folder: Path, config: str = "", python: Path = Path(sys.executable)) -> ServiceUnit:
    path = folder / "khop.toml"
    path.write_text(CONFIG + config, "utf-8")
    return service_unit(load_config(path, adapters()), path, python)


def value(unit: ServiceUnit, key: str) -> str:
    (found,) = re.findall(rf"^{key}=(.*)$", unit.text, re.MULTILINE)
    return str(found)


def verified(unit: ServiceUnit, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    if SYSTEMD is None:
        pytest.skip("systemd-analyze is not installed")
    file = folder / "khop.service"
    file.write_text(unit.text, "utf-8")
    return subprocess.run(
        [SYSTEMD, *arguments, str(file)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ODD)
def test_systemd_takes_the_unit_and_finds_its_program(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    python = tmp_path / re.sub(r"""["'\\]""", "", name) / "python"
    python.parent.mkdir(exist_ok=True)
    python.symlink_to(sys.executable)
    work = '\n[daemon]\nwork_folder = "sổ việc"\n[backup]\nfolder = "/var/lib/khop copies"\n'
    done = verified(unit_of(folder, work, python), tmp_path, "verify", "--man=no")
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)


def test_systemd_tells_of_a_program_that_is_not_there(tmp_path: Path) -> None:
    unit = unit_of(tmp_path, python=tmp_path / "100%" / "python")
    assert f"{tmp_path}/100%/python" in verified(unit, tmp_path, "verify", "--man=no").stderr


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    arguments = ("security", "--offline=true", f"--threshold={EXPOSED}")
    done = verified(unit_of(tmp_path), tmp_path, *arguments)
    assert done.returncode == 0, done.stdout


def test_the_daemon_may_write_where_the_ledger_its_copies_and_the_workbooks_are(
    tmp_path: Path,
) -> None:
    unit = unit_of(tmp_path)
    assert value(unit, "ReadWritePaths") == str(tmp_path)
    assert unit.missing == ()
    outside = tmp_path / "elsewhere"
    other = (
        '\n[ledger]\nurl = "postgresql+psycopg://khop@db.example.vn/khop"\n'
        f'[backup]\nfolder = "{outside}"\n[daemon]\nwork_folder = "{outside}/work"\n'
        '[log]\nanchor_file = "anchors/heads.txt"\n'
    )
    unit = unit_of(tmp_path, other)
    assert value(unit, "ReadWritePaths") == f"{tmp_path}/anchors {outside}"
    assert unit.missing == (tmp_path / "anchors", outside)
    assert "postgresql.service" in value(unit, "After")


def test_the_time_to_stop_follows_khop_toml(tmp_path: Path) -> None:
    assert value(unit_of(tmp_path), "TimeoutStopSec") == "35"
    assert value(unit_of(tmp_path, "\n[daemon]\nstop_seconds = 60\n"), "TimeoutStopSec") == "70"


def test_secrets_in_the_environment_are_read_from_a_file(tmp_path: Path) -> None:
    assert "EnvironmentFile" not in unit_of(tmp_path).text
    notices = '\n[notices]\nurl = "https://a.example.vn"\nsecret = { env = "KHOP_NOTICES" }\n'
    unit = unit_of(tmp_path, notices)
    assert value(unit, "EnvironmentFile") == str(tmp_path / "khop.env")
    assert unit.variables == ("KHOP_NOTICES",)


def test_a_path_that_no_line_can_hold_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a\nExecStartPre=b"
    folder.mkdir()
    with pytest.raises(ConfigError, match="cannot name the path"):
        unit_of(folder)


@pytest.mark.parametrize("name", ['a"b', "it's", "back\\slash"])
def test_a_program_that_systemd_does_not_call_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot call the program"):
        unit_of(tmp_path, python=tmp_path / name / "python")


def test_the_unit_calls_a_command_that_is_there(tmp_path: Path) -> None:
    words = value(unit_of(tmp_path), "ExecStart").split()
    assert words[1:4] == ["-m", "khop", "daemon"]
    known = {option for one in commands()["khop daemon"].params for option in one.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_command_prints_the_unit_and_nothing_else(tmp_path: Path) -> None:
    wanted = unit_of(tmp_path)
    command = [sys.executable, "-m", "khop", "service", "--config", str(tmp_path / "khop.toml")]

    def said(*more: str) -> str:
        done = subprocess.run(
            [*command, *more], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout

    assert said() == wanted.text
    assert json.loads(said("--format", "json"))["unit"] == wanted.text
