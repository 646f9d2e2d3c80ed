"""Fixtures: the post, clients of it, and entries of the samples."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.myvnpost import MyVnpostAccount, MyVnpostClient, MyVnpostDeployment
from tests.connectors.myvnpost.server import HOST, ClientOf, Entries, FakeMyVnpost
from tests.connectors.scripted import FakeTime, Sample, TransportTo


@pytest.fixture
def post() -> FakeMyVnpost:
    return FakeMyVnpost()


@pytest.fixture
def client_of(post: FakeMyVnpost, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(**options: Any) -> MyVnpostClient:
        account = MyVnpostAccount("demo", lambda: "<secret>", "T000000001", "HD01")
        deployment = MyVnpostDeployment(**{"base_url": HOST, **options})
        return MyVnpostClient("my", transport_to(post), deployment, account, clock=time.clock)

    return build


@pytest.fixture
def entries(sample: Sample) -> Entries:
    found: Entries = json.loads(sample("vnpost/myvnpost.json"))
    return found
