"""One deadline for a whole exchange, however little the server sends at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
from khop.errors import ConnectorError, OutcomeUnknown, Unauthorised, Unreachable
from tests.connectors.dripping import dripping

pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TIMEOUT = 0.4
#: Much more than the timeout, and much less than the drops take.
SOON = 5.0

SLOW: dict[str, tuple[bytes, bytes | list[bytes]]] = {
    "status line": (b"HTTP/1.1 2", b"0"),
    "header": (OK + b"X-A: ", b"a"),
    "many headers": (OK, [b"X-A: a\r\n"]),
    "1xx": (b"", [b"HTTP/1.1 100 Continue\r\n\r\n"]),
    "103": (b"", [b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"]),
    "body": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "body without a length": (OK + b"\r\n", b" "),
    "chunk extension": (CHUNKED + b"5;", b"a"),
    "chunks": (CHUNKED, [b"1\r\n \r\n"]),
    "trailers": (CHUNKED + b"2\r\n[]\r\n0\r\n", [b"X-A: a\r\n"]),
    "compressed": (OK + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b\x08\x00\x00"),
}

To = Callable[..., Transport]


@pytest.fixture
def to() -> Iterator[To]:
    with ExitStack() as made:

        def build(**settings: object) -> Transport:
            transport = Transport("src", TransportSettings(timeout=TIMEOUT, **settings))  # type: ignore[arg-type]
            made.callback(transport.close)
            return transport

        yield build


def refused(transport: Transport, url: str, **options: object) -> ConnectorError:
    """The error of one call, which must come soon."""
    began = time.monotonic()
    with pytest.raises(ConnectorError) as caught:
        transport.exchange("op", "POST", url, lambda a: a.json(), attempts=1, **options)  # type: ignore[arg-type]
    assert time.monotonic() - began < SOON
    return caught.value


@pytest.mark.parametrize(("first", "drops"), SLOW.values(), ids=SLOW.keys())
def test_an_answer_that_drips_is_given_up_within_the_timeout(
    to: To, first: bytes, drops: bytes | list[bytes]
) -> None:
    with dripping(first, drops) as server:
        assert type(refused(to(), server.url)) is Unreachable
        assert type(refused(to(), server.url, write=True)) is OutcomeUnknown


def test_a_refusal_whose_body_drips_is_the_refusal(to: To) -> None:
    first = b"HTTP/1.1 401 No\r\nContent-Length: 100000\r\n\r\n"
    with dripping(first, b" ") as server:
        assert type(refused(to(), server.url)) is Unauthorised


def test_a_proxy_that_drips_is_given_up_too(to: To) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a") as server:
        proxied = to(proxy=server.url)
        assert isinstance(refused(proxied, "http://igate.example.vn/"), Unreachable)
        assert isinstance(refused(proxied, "https://igate.example.vn/"), Unreachable)


def test_each_try_has_a_time_of_its_own(to: To) -> None:
    with dripping(OK + b"X-A: ", b"a") as server:
        transport = to(retry_seconds=30.0)
        with pytest.raises(Unreachable):
            transport.call("op", "GET", server.url, attempts=2)
        assert server.connections == 2
