"""khop init, khop check, and the ways to name a configuration."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

import khop.config.adapters
from khop.config.adapters import AdapterTypes
from khop.sync.results import SystemCheck
from tests.cli.fakes import Run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("declared")]


def test_init_makes_configuration_key_and_ledger(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    assert {"khop.toml", "khop.key", "khop.db"} <= {path.name for path in tmp_path.iterdir()}
    assert stat.S_IMODE((tmp_path / "khop.key").stat().st_mode) == 0o600


def test_init_keeps_existing_files(run: Run, tmp_path: Path) -> None:
    run("init")
    kept = {name: (tmp_path / name).read_bytes() for name in ("khop.toml", "khop.key")}
    done = run("init", "--format", "json")
    written = json.loads(done.out)
    assert (done.code, written["config_new"], written["key_new"]) == (0, False, False)
    assert kept == {name: (tmp_path / name).read_bytes() for name in kept}


def test_init_keeps_a_wrong_configuration_and_makes_no_key(run: Run, tmp_path: Path) -> None:
    (tmp_path / "khop.toml").write_text("[provinz]\n", "utf-8")
    assert run("init").code == 1
    assert (tmp_path / "khop.toml").read_text("utf-8") == "[provinz]\n"
    assert not (tmp_path / "khop.key").exists()


def test_the_configuration_can_be_named_in_three_ways(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("KHOP_CONFIG", "a/khop.toml")
    assert run("init").code == 0
    assert run("--config", "b/khop.toml", "init").code == 0
    assert run("--config", "b/khop.toml", "init", "--config", "c/khop.toml").code == 0
    assert [p.parent.name for p in sorted(tmp_path.glob("*/khop.db"))] == ["a", "b", "c"]


def test_a_missing_folder_is_one_error_sentence(run: Run) -> None:
    done = run("init", "--config", "nowhere/khop.toml")
    assert done.code == 1
    assert "nowhere/khop.toml cannot be written" in done.err


def test_init_without_an_adapter_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(khop.config.adapters, "adapter_types", lambda: AdapterTypes({}))
    assert "no adapter is installed" in run("init").err
    assert not (tmp_path / "khop.toml").exists()


def test_check_names_the_secret_that_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KHOP_IGATE_SECRET", "KHOP_DVCQG_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    run("init")
    done = run("check")
    assert done.code == 1
    assert "KHOP_IGATE_SECRET" in done.out
    assert "KHOP_DVCQG_PASSWORD" in done.out


def test_check_lists_steps_skew_and_unmapped_states(run: Run, engine: Any) -> None:
    steps = (
        {"name": "reach", "ok": True, "detail": ""},
        {"name": "login", "ok": False, "detail": "x"},
    )
    engine(check=[SystemCheck("igate", "one_stop", False, steps, 2.04, {"Chờ ký": 17})])
    done = run("check", "--lang", "vi")
    assert "+2.0" in done.out
    assert "Chờ ký (17)" in done.out
    assert "đăng nhập" in done.out


def test_every_command_works_on_an_empty_ledger(run: Run, tmp_path: Path) -> None:
    run("init")
    text = (tmp_path / "khop.toml").read_text("utf-8")
    (tmp_path / "khop.toml").write_text(text[: text.index("# [sources.NAME]")], "utf-8")
    for args in (["pull"], ["reconcile"], ["plan"], ["audit"], ["quarantine", "list"]):
        done = run(*args, "--format", "json")
        assert done.code == 0, (args, done)
        json.loads(done.out)
    assert run("show", "H99-1").code == 1


@pytest.mark.parametrize(
    "args", [["audit"], ["audit", "--format", "json"], ["work", "--out", "w"], ["plan"]]
)
def test_a_ledger_that_was_never_compared_is_not_told_as_clean(run: Run, args: list[str]) -> None:
    run("init")
    done = run(*args)
    assert done.code == 2
    assert "Nothing was compared yet" in done.err
    assert "`khop pull`, then `khop reconcile`" in done.err
    assert "No finding" not in done.err
    assert "Chưa đối chiếu lần nào" in run(*args, "--lang", "vi").err
    assert run("reconcile").code == 0
    assert run(*args).code == 0


def test_an_empty_dossier_code_is_one_error_sentence(run: Run) -> None:
    run("init")
    done = run("show", " ")
    assert (done.code, "the dossier code is empty" in done.err) == (1, True)
