"""Fixtures: the portal, and clients of it."""

from __future__ import annotations

from typing import Any

import pytest

from khop.connectors.dvcqg import DvcqgClient, NativeDeployment, NativeDialect, PortalLogin
from tests.connectors.dvcqg.portal import DATA, DSTCODE, LOGIN, ClientOf, NativePortal
from tests.connectors.scripted import FakeTime, TransportTo


@pytest.fixture
def portal() -> NativePortal:
    return NativePortal()


@pytest.fixture
def client_of(portal: NativePortal, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(*, session_seconds: float = 600, **options: Any) -> DvcqgClient:
        given = {
            "base_url": "http://trucdulieu.example.vn:8080",
            "login_path": LOGIN,
            "data_path": DATA,
            "madonvi": "000.00.00.H99",
            "dstcode": DSTCODE,
            **options,
        }
        dialect = NativeDialect("dvcqg", NativeDeployment(**given))
        login = PortalLogin(
            dialect,
            "h99_onegate",
            lambda: "not-a-real-secret",
            session_seconds=session_seconds,
        )
        return DvcqgClient(transport_to(portal), dialect, login, clock=time.clock)

    return build
