"""Anchors of the audit log: written by every reconcile where khop.toml says."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config, Province
from khop.errors import KhopError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import notice
from tests.permissions import modes_count
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal
from tests.sync.installation import Build

pytestmark = pytest.mark.slow

LEDGERS = BOTH
FILE = {"log": {"anchor_file": "neo.txt"}}


def test_every_reconcile_adds_a_line_with_the_head(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock, tmp_path: Path
) -> None:
    engine = build_engine(one_stop, portal, **FILE)
    engine.pull()
    for _ in range(3):
        engine.reconcile()
        clock.advance(hours=1)
    lines = (tmp_path / "neo.txt").read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert lines[-1].endswith(f" {engine.verify_log().head}")
    assert lines[0].startswith("2026-11-20T")
    assert stat.S_IMODE((tmp_path / "neo.txt").stat().st_mode) == 0o600
    assert engine.verify_log().ok


def test_a_log_that_was_cut_off_or_replaced_shows_against_the_file(
    build_engine: Build, ledger: Ledger, tmp_path: Path
) -> None:
    engine = build_engine(**FILE)
    engine.reconcile()
    noted = (tmp_path / "neo.txt").read_text("utf-8")
    (tmp_path / "neo.txt").write_text(noted.replace(" 1:", " 9:"), "utf-8")
    (problem,) = engine.verify_log().problems
    assert (problem.kind, problem.about["number"]) == ("anchor_missing", 9)
    (tmp_path / "neo.txt").write_text(f"{noted}2026-11-20 1:{'0' * 64}\n", "utf-8")
    (problem,) = engine.verify_log().problems
    assert (problem.kind, problem.entry) == ("anchor", 1)
    assert str(problem.about["place"]).endswith("neo.txt:2")


@pytest.mark.parametrize("text", ["x", "2026-11-20 abc", "\n", "1:" + "0" * 63])
def test_a_line_that_is_no_anchor_is_named(text: str, build_engine: Build, tmp_path: Path) -> None:
    engine = build_engine(**FILE)
    engine.reconcile()
    with (tmp_path / "neo.txt").open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    assert {one.kind for one in engine.verify_log().problems} == {"anchor_unreadable"}


def test_a_missing_file_is_told(build_engine: Build, tmp_path: Path) -> None:
    engine = build_engine(**FILE)
    engine.reconcile()
    (tmp_path / "neo.txt").unlink()
    assert [one.kind for one in engine.verify_log().problems] == ["no_anchors"]


def test_a_line_that_was_cut_off_does_not_spoil_the_next(
    build_engine: Build, tmp_path: Path
) -> None:
    engine = build_engine(**FILE)
    (tmp_path / "neo.txt").write_text("2026-11-20T10:00", "utf-8")
    engine.reconcile()
    lines = (tmp_path / "neo.txt").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(str(engine.verify_log().head))


def test_a_file_that_cannot_be_written_is_an_error_and_the_findings_stay(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, tmp_path: Path
) -> None:
    engine = build_engine(one_stop, portal, **FILE)
    engine.pull()
    (tmp_path / "neo.txt").touch()
    (tmp_path / "neo.txt").chmod(0o400)
    with pytest.raises(KhopError, match=r"the findings are written, but the anchor"), modes_count():
        engine.reconcile()
    assert engine.ledger is not None
    (tmp_path / "neo.txt").chmod(0o600)
    engine.reconcile()
    assert len((tmp_path / "neo.txt").read_text("utf-8").splitlines()) == 1


def test_each_new_head_is_a_notice_once(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("s" * 20, "utf-8")
    receiver = {"url": "https://nhan.example.vn/khop", "secret": {"file": "secret"}}
    tables = {"log": {"anchor_notice": True}, "notices": receiver}
    engine = build_engine(one_stop, portal, **tables)
    engine.reconcile()
    engine.reconcile()
    engine.pull()
    engine.reconcile()
    with ledger.read() as connection:
        bodies = connection.scalars(sa.select(notice.c.body).order_by(notice.c.number)).all()
    heads = [json.loads(body)["log_head"] for body in bodies]
    assert heads[-1] == str(engine.verify_log().head)
    assert len(set(heads)) == len(heads)
    assert engine.verify_log(heads[0]).ok


def test_an_anchor_as_a_notice_needs_a_receiver() -> None:
    with pytest.raises(ValueError, match="there is no receiver"):
        Config(
            province=Province(name="Tỉnh Mẫu", code="H99"),
            base_dir=Path(),
            sources={},
            log={"anchor_notice": True},  # type: ignore[arg-type]
        )
