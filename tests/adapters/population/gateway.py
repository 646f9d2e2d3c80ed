"""A gateway to the population database that answers without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from lxml import etree

from khop.adapters.population.adapter import PopulationAdapter
from khop.adapters.ports import Purpose
from khop.errors import Refused
from khop.mappings.records import Applicant, Birth
from tests import paths

AdapterOf = Callable[..., PopulationAdapter]


SAMPLES = paths.SAMPLES / "population"


NOW = datetime(2026, 3, 18, 2, 15, 30, tzinfo=UTC)


SECRET = {"env": "KHOP_TEST_SECRET"}


BASE: dict[str, Any] = {
    "adapter": "population",
    "role": "population",
    "url": "https://trucdulieu.example.vn/csdldc",
    "sign_path": "/csdldc",
    "username": "h99",
    "secret": SECRET,
}


TOKEN = {"token_url": "https://trucdulieu.example.vn/token"}


PURPOSE = Purpose("1.001193", "motcua.demo", "H99.12-260318-0001")


LAN = Applicant("Trần Thị Mai Lan", "001185012345", birth=Birth(1985, 2, 17))


class FakePopulationGateway(httpx.BaseTransport):
    """Issues a token at /token, and answers every question with ``answer``."""

    def __init__(self) -> None:
        self.answer: httpx.Response | Exception = self.sample("xacthuc-res-01-true")
        self.login: httpx.Response = httpx.Response(200, json={"access_token": "t"})
        self.requests: list[httpx.Request] = []

    def sample(self, name: str) -> httpx.Response:
        return httpx.Response(200, content=(SAMPLES / f"{name}.xml").read_bytes())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        given = self.login if request.url.path == "/token" else self.answer
        if isinstance(given, Exception):
            raise given
        headers = {**given.headers, "Date": "Wed, 18 Mar 2026 02:15:37 GMT"}
        return httpx.Response(given.status_code, headers=headers, content=given.content)


class Book:
    """A book of calls in memory."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Purpose]] = []

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        if len(self.calls) >= quota:
            raise Refused(source, operation, detail="the quota of today is used up")
        self.calls.append((source, operation, purpose))


def fields_of(request: httpx.Request) -> dict[str, str]:
    root = etree.fromstring(request.content)
    return {etree.QName(e).localname: e.text for e in root.iter() if e.text and e.text.strip()}
