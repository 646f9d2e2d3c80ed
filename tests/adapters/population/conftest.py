"""Fixtures: the gateway, the book of calls, adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khop.adapters.population import adapter as population
from khop.adapters.population.adapter import ADAPTER, PopulationAdapter
from khop.adapters.ports import Context, Role
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
from khop.mappings.time.calendar import WorkingCalendar
from tests.adapters.population.gateway import BASE, NOW, AdapterOf, Book, FakePopulationGateway


@pytest.fixture
def gateway() -> FakePopulationGateway:
    return FakePopulationGateway()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def context(tmp_path: Path, book: Book, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("KHOP_TEST_SECRET", "not-a-real-secret")
    calendar = WorkingCalendar((), ())
    return Context(b"key", tmp_path, lambda: NOW, calendar, book, sleep=lambda seconds: None)


@pytest.fixture
def adapter_of(
    gateway: FakePopulationGateway, context: Context, monkeypatch: pytest.MonkeyPatch
) -> AdapterOf:
    def transport(name: str, settings: Any, _: Context) -> Transport:
        given = TransportSettings(attempts=settings.attempts, calls_per_second=1e6)
        return Transport(name, given, timing=Timing(sleep=lambda seconds: None), http=gateway)

    monkeypatch.setattr(population, "transport_of", transport)

    def build(context: Context = context, **options: object) -> PopulationAdapter:
        settings = ADAPTER.settings.model_validate({**BASE, **options})
        adapter = ADAPTER.build("population", Role.POPULATION, settings, context)
        assert isinstance(adapter, PopulationAdapter)
        return adapter

    return build
