"""Fixtures: the gateway, clients of it, and entries of the samples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from khop.connectors.vnpost import Access, NgspClient, NgspDeployment, ngsp_access
from tests.connectors.scripted import FakeTime, Sample, TransportTo
from tests.connectors.vnpost.gateway import TOKEN, URLS, ClientOf, Entries, FakePostGateway


@pytest.fixture
def gateway() -> FakePostGateway:
    return FakePostGateway()


@pytest.fixture
def client_of(gateway: FakePostGateway, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(access: Access | None = None, urls: Mapping[str, str] = URLS) -> NgspClient:
        return NgspClient(
            "post",
            transport_to(gateway),
            access or ngsp_access("post", TOKEN, "khop", lambda: "not-a-real-secret"),
            NgspDeployment(urls, "DEMOCUST"),
            clock=time.clock,
            now=lambda: datetime(2026, 3, 18, 2, 0, tzinfo=UTC),
        )

    return build


@pytest.fixture
def entries(sample: Sample) -> Entries:
    return lambda name: json.loads(sample(f"vnpost/{name}.json"))
