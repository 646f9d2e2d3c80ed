"""khop export, and khop reconcile --engine spark, over ledgers of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khop.sync.exports.manifest import MANIFEST
from tests.cli.conftest import CONFIG
from tests.cli.fakes import Run
from tests.spark import remote

__all__ = ["remote"]

LOGBOOK = """\
Mã hồ sơ,Tên thủ tục,Họ và tên,Ngày tiếp nhận,Ngày hẹn trả,Đơn vị
H99.12-261110-0001,Thủ tục mẫu,Nguyễn Văn Mẫu,10/11/2026,20/11/2026,UBND xã Mẫu
,Thủ tục mẫu,Trần Thị Mẫu,11/11/2026,21/11/2026,UBND xã Mẫu
"""


@pytest.fixture
def province(run: Run, tmp_path: Path) -> Path:
    """The folder of a province that has read a logbook."""
    (tmp_path / "khop.toml").write_text(CONFIG, "utf-8")
    assert run("init").code == 0
    (tmp_path / "so.csv").write_text(LOGBOOK, "utf-8")
    assert run("import", "so.csv", "--as", "logbook").code == 0
    return tmp_path


def test_an_export_is_made_shown_and_checked(run: Run, province: Path) -> None:
    done = run("export", "--to", "ra", "--buckets", "2")
    assert done.code == 0
    assert "paper_row" in done.out
    assert "Without the keys of applicants" in done.err
    checked = run("export", "--check", "ra", "--format", "json")
    said = json.loads(checked.out)
    assert (said["ok"], said["province"], said["problems"]) == (True, "H99", [])
    assert said["rows"] >= 2
    next((province / "ra" / "paper_row").rglob("*.parquet")).unlink()
    checked = run("export", "--check", "ra")
    assert checked.code == 1
    assert "missing" in checked.out


def test_what_is_asked_wrongly_is_said(run: Run, province: Path) -> None:
    assert "--to FOLDER" in run("export").err
    assert "needs a reason" in run("export", "--to", "ra", "--applicant-keys").err
    assert not (province / "ra").exists()
    assert "cannot be read" in run("export", "--check", ".").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--engine", "spark"), "needs --remote"),
        (("--engine", "spark", "--remote", "sc://127.0.0.1:1"), "at least one --exports"),
        (("--exports", "ra"), "belong to --engine spark"),
        (("--engine", "spark", "--whole"), "leave --whole"),
        (
            ("--engine", "spark", "--exports", "ra", "--remote", "sc://127.0.0.1:1/;token=secret"),
            "nothing answers at 127.0.0.1:1",
        ),
    ],
)
def test_a_cluster_is_asked_with_its_address_and_exports(
    options: tuple[str, ...], said: str, run: Run, province: Path
) -> None:
    done = run("reconcile", *options)
    assert done.code == 1
    assert said in done.err
    assert "secret" not in done.err


@pytest.mark.slow
def test_a_body_compares_the_export_on_a_cluster(
    run: Run, province: Path, remote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("export", "--to", "ra", "--buckets", "1")
    body = province / "cơ quan"
    body.mkdir()
    (body / "khop.toml").write_text(CONFIG.replace("H99", "G22"), "utf-8")
    monkeypatch.chdir(body)
    assert run("init").code == 0
    monkeypatch.setenv("SPARK_REMOTE", remote)
    done = run("reconcile", "--engine", "spark", "--exports", str(province / "ra"))
    assert (done.code, done.out) == (0, "")
    assert "H99: as of" in done.err
    assert "0 dossiers compared" in done.err
    assert MANIFEST not in done.err
