"""Fixtures: a clock, scripted systems, transports to them, and samples."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
from khop.loopback import LoopbackServer
from tests import paths
from tests.connectors.scripted import FakeTime, Loopback, Sample, Script, TransportTo


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    with LoopbackServer(loopback.answer) as running:
        loopback.url = running.url
        yield loopback


@pytest.fixture
def transport_to(time: FakeTime) -> Iterator[TransportTo]:
    made: list[Transport] = []

    def build(http: httpx.BaseTransport | None = None, **settings: object) -> Transport:
        transport = Transport(
            "src",
            TransportSettings(**{"calls_per_second": 1e6, **settings}),  # type: ignore[arg-type]
            timing=Timing(time.clock, time.sleep, lambda: 1.0),
            http=http,
        )
        made.append(transport)
        return transport

    yield build
    for transport in made:
        transport.close()


@pytest.fixture
def sample() -> Sample:
    return lambda name: (paths.SAMPLES / name).read_bytes()
