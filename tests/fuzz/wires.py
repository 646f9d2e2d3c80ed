"""A system that answers what it is told to, and what may come out of a call to it."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st

from khop.connectors.http.transport import Timing, Transport, TransportSettings
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    KhopError,
    OutcomeUnknown,
    RecordError,
    Unreadable,
)
from tests.fuzz.strategies import PERSONAL_MAIL, PERSONAL_NAME, PERSONAL_NUMBERS

T = TypeVar("T")
F = TypeVar("F", bound=KhopError)

#: System, operation, status, a code of 40 and a masked text of 200 characters, with our advice.
LONGEST_SENTENCE = 600


class Breaking(httpx.SyncByteStream):
    """A body in pieces; after ``breaks_at`` bytes the connection is gone."""

    def __init__(self, body: bytes, breaks_at: int | None = None) -> None:
        self._body, self._breaks_at = body, breaks_at

    def __iter__(self) -> Iterator[bytes]:
        end = len(self._body) if self._breaks_at is None else self._breaks_at
        for place in range(0, min(end, len(self._body)), 1_000):
            yield self._body[place : min(place + 1_000, end)]
        if self._breaks_at is not None:
            raise httpx.ReadError("gone")


@dataclass(frozen=True)
class Said:
    """An answer. ``zipped``: whether its body is compressed as its header says."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    breaks_at: int | None = None
    error: type[Exception] | None = None

    def response(self) -> httpx.Response:
        if self.error is not None:
            raise self.error("gone")
        coded = dict(self.headers).get("Content-Encoding") == "gzip"
        body = gzip.compress(self.body) if coded else self.body
        return httpx.Response(
            self.status, headers=list(self.headers), stream=Breaking(body, self.breaks_at)
        )

    @property
    def whole(self) -> bool:
        return self.error is None and self.breaks_at is None


_HEADERS = (
    ("Content-Encoding", "gzip"),
    ("Content-Encoding", "br"),
    ("Content-Encoding", "deflate"),
    ("Content-Encoding", "nonsense"),
    ("Content-Type", "application/json; charset=utf-7"),
    ("Content-Type", 'multipart/related; boundary="x"'),
    ("Content-Type", "text/html"),
    ("Retry-After", "-1"),
    ("Retry-After", "1e9"),
    ("Retry-After", "9" * 30),
    ("Retry-After", "Wed, 21 Oct 9999 23:59:59 -1200"),
    ("Date", "Mon, 99 Foo 2026"),
    ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Date", "9" * 400),
    ("x-road-error", "Server.ServerProxy.ServiceFailed"),
    ("x-road-error", "Client.0990000001"),
    ("x-road-error", ""),
    ("Location", "http://0990000001.example.vn/"),
    ("Set-Cookie", "a=b"),
    ("Content-Length", "5"),
)
_ERRORS = (
    httpx.ConnectError,
    httpx.ReadTimeout,
    httpx.WriteError,
    httpx.RemoteProtocolError,
    httpx.PoolTimeout,
    httpx.DecodingError,
)
_STATUSES = st.sampled_from((200,) * 12 + (201, 204, 400, 401, 403, 404, 408, 429, 500, 502, 503))


@st.composite
def said(draw: st.DrawFn, body: st.SearchStrategy[bytes]) -> Said:
    """Mostly a whole answer of status 200; any status, odd headers and broken ones besides."""
    sent = draw(body)
    status = draw(_STATUSES | st.integers(100, 599))
    headers = draw(st.lists(st.sampled_from(_HEADERS), max_size=2)) if draw(st.booleans()) else []
    breaks_at = error = None
    match draw(st.integers(0, 19)):
        case 0:
            breaks_at = draw(st.integers(0, len(sent)))
        case 1:
            error = draw(st.sampled_from(_ERRORS))
    return Said(status, tuple(headers), sent, breaks_at, error)


class Scripted(httpx.BaseTransport):
    """Gives ``answer`` to every call, but to logins what a login wants to hear."""

    def __init__(
        self, answer: Said, login: Callable[[httpx.Request], Mapping[str, Any] | None]
    ) -> None:
        self._answer, self._login = answer, login

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        token = self._login(request)
        return self._answer.response() if token is None else httpx.Response(200, json=token)


def transport(http: httpx.BaseTransport, **settings: Any) -> Transport:
    """A transport whose clock stands and whose sleep is none."""
    given = {"calls_per_second": 1e9, "attempts": 2, **settings}
    return Transport(
        "src",
        TransportSettings(**given),
        timing=Timing(lambda: 1000.0, sleep=lambda seconds: None, random=lambda: 0.0),
        http=http,
    )


def only_faults(call: Callable[[], T], *kinds: type[F]) -> T | F:
    """What ``call`` returns, or the fault it raises, which shows nothing personal; whatever else
    comes out of it goes on."""
    try:
        return call()
    except kinds as fault:
        assert_discreet(fault)
        return fault


def assert_kind_fits(fault: ConnectorError, *, write: bool) -> None:
    """A read never has an unknown outcome; a write is never just unreadable."""
    assert not isinstance(fault, Unreadable if write else OutcomeUnknown)
    assert write or not isinstance(fault, AlreadyExists)


def assert_discreet(fault: KhopError) -> None:
    """Neither text nor ``repr`` of a fault holds a personal number or an e-mail address; faults
    that quote nothing hold no name either. It is a sentence, not a page."""
    assert len(str(fault)) < LONGEST_SENTENCE
    shown = unicodedata.normalize("NFC", f"{fault} {fault!r} {vars(fault)}")
    for number in PERSONAL_NUMBERS:
        # A leading zero is what reading a number as one loses first.
        assert number.lstrip("+0") not in shown
    assert PERSONAL_MAIL not in shown
    if isinstance(fault, RecordError):
        assert PERSONAL_NAME not in shown
