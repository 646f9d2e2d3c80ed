"""A system with generated answers, and the errors that a call may raise."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st

from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
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

#: System, operation, status, a code of 40 characters, a masked text of 200, and the advice.
LONGEST_SENTENCE = 600


class Breaking(httpx.SyncByteStream):
    """A body in pieces; the connection breaks after ``breaks_at`` bytes."""

    def __init__(self, body: bytes, breaks_at: int | None = None) -> None:
        self._body, self._breaks_at = body, breaks_at

    def __iter__(self) -> Iterator[bytes]:
        end = len(self._body) if self._breaks_at is None else self._breaks_at
        for place in range(0, min(end, len(self._body)), 1_000):
            yield self._body[place : min(place + 1_000, end)]
        if self._breaks_at is not None:
            raise httpx.ReadError("gone")


@dataclass(frozen=True)
class FuzzedAnswer:
    """An answer. ``zipped``: the body is compressed as the header says."""

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
def fuzzed_answers(draw: st.DrawFn, body: st.SearchStrategy[bytes]) -> FuzzedAnswer:
    """Mostly a complete answer with status 200; also other statuses, headers and broken bodies."""
    sent = draw(body)
    status = draw(_STATUSES | st.integers(100, 599))
    headers = draw(st.lists(st.sampled_from(_HEADERS), max_size=2)) if draw(st.booleans()) else []
    breaks_at = error = None
    match draw(st.integers(0, 19)):
        case 0:
            breaks_at = draw(st.integers(0, len(sent)))
        case 1:
            error = draw(st.sampled_from(_ERRORS))
    return FuzzedAnswer(status, tuple(headers), sent, breaks_at, error)


class Scripted(httpx.BaseTransport):
    """Gives ``answer`` to every call but logins, which succeed."""

    def __init__(
        self, answer: FuzzedAnswer, login: Callable[[httpx.Request], Mapping[str, Any] | None]
    ) -> None:
        self._answer, self._login = answer, login

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        token = self._login(request)
        return self._answer.response() if token is None else httpx.Response(200, json=token)


def transport(http: httpx.BaseTransport, **settings: Any) -> Transport:
    """A transport with a fixed clock that never sleeps."""
    given = {"calls_per_second": 1e9, "attempts": 2, **settings}
    return Transport(
        "src",
        TransportSettings(**given),
        timing=Timing(lambda: 1000.0, sleep=lambda seconds: None, random=lambda: 0.0),
        http=http,
    )


def result_or_error(call: Callable[[], T], *kinds: type[F]) -> T | F:
    """The result of ``call``, or the error of ``kinds`` that it raises, which must show nothing
    personal. Other exceptions are raised."""
    try:
        return call()
    except kinds as error:
        assert_nothing_personal(error)
        return error


def assert_error_fits(error: ConnectorError, *, write: bool) -> None:
    """A read never raises ``OutcomeUnknown``; a write never raises ``Unreadable``."""
    assert not isinstance(error, Unreadable if write else OutcomeUnknown)
    assert write or not isinstance(error, AlreadyExists)


def assert_nothing_personal(error: KhopError) -> None:
    """Text and ``repr`` of an error have no personal number and no e-mail address. Errors that
    quote nothing have no name either. The text is short."""
    assert len(str(error)) < LONGEST_SENTENCE
    shown = unicodedata.normalize("NFC", f"{error} {error!r} {vars(error)}")
    for number in PERSONAL_NUMBERS:
        # A number that was read as JSON number has lost its leading zero.
        assert number.lstrip("+0") not in shown
    assert PERSONAL_MAIL not in shown
    if isinstance(error, RecordError):
        assert PERSONAL_NAME not in shown
