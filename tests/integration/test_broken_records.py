"""A list with every kind of broken record: good records are stored, bad ones are in quarantine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.sandbox import Sandbox, World
from khop.sandbox.world.broken_items import STORED
from khop.sync.ledger import create_ledger
from khop.sync.opening import open_engine
from khop.sync.privacy import ensure_key
from khop.sync.results import ListSummary

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ADAPTERS = adapter_types()


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(seed=4, size=180, now=NOW, broken=2)


def test_each_broken_record_is_in_quarantine_with_its_wrong_field(
    world: World, tmp_path: Path
) -> None:
    with Sandbox(world) as sandbox:
        world.write(tmp_path, sandbox.urls)
        config = load_config(tmp_path / "khop.toml", ADAPTERS)
        create_ledger(config.ledger_url)
        ensure_key(config.key_path)
        with open_engine(config, ADAPTERS, sources=["igate"]) as engine:
            (summary,) = engine.pull().sources
            rows = engine.quarantine()
            stored = [
                engine.show(item.dossier.code) for item in world.broken if item.kind in STORED
            ]
    assert isinstance(summary, ListSummary)
    assert summary.error is None
    assert summary.adds_up
    # An older copy of a dossier is a good record; the newer one of the same id is stored.
    bad = [item for item in world.broken if item.kind not in {"older_duplicate", *STORED}]
    assert len(rows) == len(bad) > 0
    expected = sorted((i.native_id or "", i.field.partition(".")[0] or "item") for i in bad)
    assert sorted((r.native_id or "", r.field.partition(".")[0]) for r in rows) == expected
    assert all(row.reason for row in rows)
    # One bad minor field does not cost the dossier.
    assert len(stored) == 2 * len(STORED)
    assert all(case is not None and case.records for case in stored)
    # The payload of a record of 5 MB is not kept.
    assert {row.has_payload for row in rows} == {True, False}
