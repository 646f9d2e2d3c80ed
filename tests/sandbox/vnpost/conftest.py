"""Fixtures of the simulated post's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khop.sandbox import World
from tests.sandbox.vnpost.client import VnpostClient, running_vnpost


@pytest.fixture
def client(world: World) -> Iterator[VnpostClient]:
    with running_vnpost(world) as client:
        client.log_in()
        yield client
