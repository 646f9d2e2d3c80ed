"""Fixture: adapters of the portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khop.adapters.dvcqg.adapter import ADAPTER, DvcqgAdapter
from khop.adapters.ports import Context, Role
from khop.mappings.time.calendar import WorkingCalendar
from tests.adapters.dvcqg.portal import Build, configured


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    monkeypatch.setenv("KHOP_TEST_PORTAL", "not-a-real-secret")
    built: list[DvcqgAdapter] = []

    def make(text: str) -> DvcqgAdapter:
        settings = configured(tmp_path, text)
        context = Context(
            key=b"0" * 32,
            base_dir=tmp_path,
            clock=lambda: datetime(2025, 1, 20, tzinfo=UTC),
            calendar=WorkingCalendar(),
            sleep=lambda seconds: None,
        )
        adapter = ADAPTER.build("dvcqg", Role.PORTAL, settings, context)
        assert isinstance(adapter, DvcqgAdapter)
        built.append(adapter)
        return adapter

    yield make
    for adapter in built:
        adapter.close()
