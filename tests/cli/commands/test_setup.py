"""khop init, khop check, and the ways to name a configuration."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest
import sqlalchemy as sa

import khop.config.adapters
from khop.config.adapters import AdapterTypes
from khop.sync.ledger import SCHEMA_VERSION
from khop.sync.ledger.versions import FIRST_VERSION
from khop.sync.results import SystemCheck
from tests.cli.fakes import Run
from tests.sync.ledger.test_ledger import MIGRATIONS

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


def upgrade(path: Path, version: str) -> None:
    """Make a ledger of an older version."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, version)
    engine.dispose()


def version_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as ledger:
        return str(ledger.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.fixture
def older(run: Run, tmp_path: Path) -> Path:
    """The ledger of an installation, of the first version."""
    path = tmp_path / "khop.db"
    assert run("init").code == 0
    path.unlink()
    upgrade(path, FIRST_VERSION)
    return path


def test_init_makes_a_backup_before_it_migrates_and_not_again(run: Run, older: Path) -> None:
    done = run("init", "--format", "json")
    made = Path(json.loads(done.out)["backup"])
    assert (done.code, version_of(made), version_of(older)) == (0, FIRST_VERSION, SCHEMA_VERSION)
    assert f"older version ({FIRST_VERSION})" in done.err
    assert str(made) in done.err
    assert json.loads(run("init", "--format", "json").out)["backup"] is None
    assert list(made.parent.iterdir()) == [made]


def test_a_backup_that_fails_leaves_the_ledger_as_it_was(run: Run, older: Path) -> None:
    older.with_name("backups").write_text("no folder", "utf-8")
    done = run("init")
    assert (done.code, version_of(older)) == (1, FIRST_VERSION)
    assert "--no-backup" in done.err
    assert run("init", "--no-backup").code == 0
    assert version_of(older) == SCHEMA_VERSION


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
