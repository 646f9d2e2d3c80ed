"""``khop reconcile --engine spark``: the findings of provinces from their exports, on Sail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.engine import Engine
from khop.sync.exports.manifest import MANIFEST
from khop.sync.ledger.schema import run
from khop.sync.results import CountrySummary
from tests.spark import remote
from tests.sync.drawn_worlds.draw import draw_world
from tests.sync.exports.provinces import NOW, fill, findings, installed

__all__ = ["remote"]

pytestmark = pytest.mark.slow

#: Each has a world of its own, but for that of H30, whose codes are those of H29.
WORLDS = {"H29": 5, "H30": 5, "H31": 6}
SIZE = 25
BUCKETS = {"H29": 1, "H30": 1, "H31": 2}


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    """Provinces that were compared, with an export of each beside its ledger."""
    folder = tmp_path_factory.mktemp("provinces")
    engines = {}
    with ExitStack() as stack:
        for code, world in WORLDS.items():
            engine = stack.enter_context(installed(folder / code, code))
            fill(engine, world, SIZE)
            engine.reconcile()
            engine.exports.make(folder / code / "ra", actor="an", buckets=BUCKETS[code])
            engines[code] = engine
        yield engines


def place(engine: Engine) -> str:
    return str(engine.config.base_dir / "ra")


@contextmanager
def supervising(folder: Path) -> Iterator[Engine]:
    """The body that supervises the provinces, a day later."""
    with installed(folder, "G22", now=NOW + timedelta(days=1), sources=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def compared(
    provinces: dict[str, Engine], remote: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, CountrySummary]]:
    """The body when it has compared all provinces once, and what that found."""
    with supervising(tmp_path_factory.mktemp("body")) as body:
        places = [place(engine) for engine in provinces.values()]
        yield body, body.exports.reconcile(remote, places)


def test_each_province_has_the_findings_of_its_own_ledger(
    provinces: dict[str, Engine], compared: tuple[Engine, CountrySummary]
) -> None:
    body, done = compared
    for code, engine in provinces.items():
        assert findings(body, code) == findings(engine)
    own = sum(len(findings(engine)) for engine in provinces.values())
    assert len(findings(body)) == done.open == own > 100
    assert list(done.provinces) == list(WORLDS)
    assert body.verify_log().ok


def test_codes_of_two_provinces_are_named_for_each(
    compared: tuple[Engine, CountrySummary],
) -> None:
    _, done = compared
    codes = {record.code for record in draw_world(WORLDS["H29"], SIZE).records}
    named = {(shared.code, shared.province) for shared in done.shared}
    assert named >= {(code, province) for code in codes for province in ("H29", "H30")}
    assert any(shared.code != shared.dossier for shared in done.shared)


def test_a_province_that_is_not_compared_keeps_its_findings_and_decisions_hold(
    provinces: dict[str, Engine], compared: tuple[Engine, CountrySummary], remote: str
) -> None:
    body, _ = compared
    before = findings(body, "H30")
    subject = next(f.subject for f in body.findings() if f.subject.startswith("H29/"))
    decided = body.decisions.exclude([subject], actor="an", reason="công văn 12")
    done = body.exports.reconcile(remote, [place(provinces["H29"])])
    assert {(count.new, count.reopened, count.resolved) for count in done.counts} == {(0, 0, 0)}
    assert sum(count.excluded for count in done.counts) == len(decided)
    assert done.shared == ()
    assert findings(body, "H30") == before
    view = body.show(subject)
    assert view is not None
    assert {finding.state.value for finding in view.findings} == {"excluded"}


def test_the_ledger_of_provinces_is_not_compared_with_sources_nor_the_other_way_round(
    provinces: dict[str, Engine], compared: tuple[Engine, CountrySummary], remote: str
) -> None:
    with pytest.raises(KhopError, match="come from exports of provinces"):
        compared[0].reconcile()
    with pytest.raises(KhopError, match="of its own sources"):
        provinces["H31"].exports.reconcile(remote, [place(provinces["H31"])])


@pytest.fixture
def body(tmp_path: Path) -> Iterator[Engine]:
    with supervising(tmp_path / "body") as engine:
        yield engine


def test_an_export_that_is_not_whole_changes_nothing(
    provinces: dict[str, Engine], body: Engine, remote: str, tmp_path: Path
) -> None:
    folder = tmp_path / "ra"
    provinces["H29"].exports.make(folder, actor="an", buckets=2)
    said = json.loads((folder / MANIFEST).read_text("utf-8"))
    file = folder / said["files"][0]["path"]
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(KhopError, match="was changed"):
        body.exports.reconcile(remote, [str(folder)])
    file.unlink()
    with pytest.raises(KhopError, match="lacks"):
        body.exports.reconcile(remote, [str(folder)])
    with pytest.raises(KhopError, match="both of the province H29"):
        body.exports.reconcile(remote, [str(folder), place(provinces["H29"])])
    with pytest.raises(KhopError, match=MANIFEST):
        body.exports.reconcile(remote, [str(tmp_path / "không có")])
    assert findings(body) == set()


def test_nothing_of_a_token_is_written_down(body: Engine) -> None:
    with pytest.raises(KhopError, match="nothing answers"):
        body.exports.reconcile("sc://127.0.0.1:1/;token=secret", ["/x"])
    with body.ledger.read() as connection:
        told = connection.scalars(sa.select(run.c.summary)).all()
    assert told
    assert "secret" not in str(told)
