"""Fixtures of the sandbox's tests: a small world, and a client without retries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from khop.sandbox import (
    Sandbox,
    SandboxOptions,
    World,
)

NOW = datetime(2026, 8, 24, 9, 30, tzinfo=UTC)
TOKEN = "/auth/realms/digo/protocol/openid-connect/token"
PORTAL = "/XrdAdapter/RestService/forward/mapi/"
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"


class Client:
    """Calls both systems on new or kept connections, without retries."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._hosts = {name: str(urlsplit(url).netloc) for name, url in urls.items()}
        self.token = ""
        self.session = ""
        self.headers: dict[str, str] = {}

    def call(
        self,
        system: str,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection(self._hosts[system], timeout=5)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def log_in_igate(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": "svc-khop"}
        body = urlencode(form | {"client_secret": "sandbox-igate"}).encode()
        answer, raw = self.call("igate", "POST", TOKEN, body)
        assert answer.status == 200
        self.token = json.loads(raw)["access_token"]

    def get(self, path: str, **query: object) -> tuple[HTTPResponse, Any]:
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Authorization": f"Bearer {self.token}"}
        answer, raw = self.call("igate", "GET", target, headers=headers)
        return answer, json.loads(raw)

    def search(self, **query: object) -> Any:
        names = {key.replace("_", "-"): value for key, value in query.items()}
        answer, body = self.get("/pa/dossier/search", **names)
        assert answer.status == 200, answer.status
        return body

    def log_in_portal(self) -> None:
        body = {"username": "h99_onegate", "password": "sandbox-dvcqg"}
        answer, raw = self.call("dvcqg", "POST", PORTAL + "login", json.dumps(body).encode())
        assert answer.status == 200
        self.session = json.loads(raw)["session"]

    def portal_raw(self, service: str, **keys: object) -> bytes:
        body = {"session": self.session, "madonvi": "000.00.00.H99", "service": service, **keys}
        headers = {"dstcode": DSTCODE, **self.headers}
        answer, raw = self.call("dvcqg", "POST", PORTAL + "g", json.dumps(body).encode(), headers)
        assert answer.status == 200
        return raw

    def portal(self, service: str, **keys: object) -> tuple[int, str, list[Any]]:
        """(code, message, items) of an answer in any of its envelopes."""
        raw = self.portal_raw(service, **keys)
        try:
            return unwrap(json.loads(raw))
        except json.JSONDecodeError:
            return 0, raw.decode(), []


def unwrap(answer: dict[str, Any]) -> tuple[int, str, list[Any]]:
    if isinstance(answer.get("result"), dict):
        return unwrap({"error_code": answer.get("error_code"), **answer["result"]})
    message = answer.get("message") or ""
    if message.startswith("{"):
        return unwrap({"error_code": answer.get("error_code"), **json.loads(message)})
    keys = ("result", "data", "items", "Results ")
    items: list[Any] = next((answer[key] for key in keys if answer.get(key)), [])
    return int(answer["error_code"]), message, items


@pytest.fixture(scope="session")
def shared_world() -> World:
    """A world that tests must not change."""
    return World.generate(seed=7, size=400, now=NOW, broken=1)


@pytest.fixture
def world() -> World:
    return World.generate(seed=11, size=200, now=NOW)


Running = Callable[..., Any]


@contextmanager
def _running(
    world: World,
    *,
    clock: Callable[[], float] = lambda: 0.0,
    naps: list[float] | None = None,
    **options: Any,
) -> Iterator[tuple[Sandbox, Client]]:
    sleep = (naps if naps is not None else []).append
    with Sandbox(world, SandboxOptions(clock=clock, sleep=sleep, **options)) as sandbox:
        yield sandbox, Client(sandbox.urls)


@pytest.fixture
def running() -> Running:
    """``with running(world, faults=…) as (sandbox, client)``; its clock does not advance."""
    return _running


def log_in(client: Client) -> Client:
    client.log_in_igate()
    client.log_in_portal()
    return client


@pytest.fixture
def both(running: Running, world: World) -> Iterator[tuple[Sandbox, Client]]:
    """A sandbox of ``world`` without faults, and a client logged in to both systems."""
    with running(world) as (sandbox, client):
        yield sandbox, log_in(client)
