"""The transport with real sockets: broken connections, compression, proxies."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import Any

import httpx
import pytest

from khop.connectors.http.transport import Transport
from khop.errors import OutcomeUnknown, Refused, Unreachable, Unreadable
from tests.connectors.scripted import Loopback, TransportTo

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes, extra: bytes = b"") -> bytes:
    return OK + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body


def read_json(transport: Transport, url: str, **options: Any) -> object:
    return transport.exchange("op", "POST", url, lambda answer: answer.json(), **options)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"",
        b"HTTP/1.1 200",
        b"not http at all\r\n\r\n",
        OK + b"Content-Length: 100\r\n\r\n" + b'{"content": [',
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n",
    ],
    ids=["reset", "silence", "half a line", "no http", "truncated", "half a chunk"],
)
def test_a_broken_answer_is_unreachable_or_unknown(
    server: Loopback, transport_to: TransportTo, reply: bytes | None
) -> None:
    transport = transport_to(timeout=0.3)
    server.replies = [reply]
    with pytest.raises(Unreachable):
        read_json(transport, server.url, attempts=1)
    with pytest.raises(OutcomeUnknown):
        read_json(transport, server.url, write=True)
    assert len(server.requests) == 2


def test_a_truncated_answer_to_a_read_is_retried(
    server: Loopback, transport_to: TransportTo
) -> None:
    server.replies = [OK + b"Content-Length: 9\r\n\r\n[1", whole(b"[1, 2]")]
    assert read_json(transport_to(), server.url) == [1, 2]


def test_a_refusal_with_a_truncated_body_is_a_refusal(
    server: Loopback, transport_to: TransportTo
) -> None:
    server.replies = [b'HTTP/1.1 400 Bad\r\nContent-Length: 90\r\n\r\n{"message": "x']
    with pytest.raises(Refused):
        read_json(transport_to(), server.url, write=True)


def test_damaged_compression_is_unreadable(server: Loopback, transport_to: TransportTo) -> None:
    server.replies = [whole(b"\x1f\x8bxxxx", b"Content-Encoding: gzip\r\n")]
    with pytest.raises(Unreadable):
        read_json(transport_to(), server.url, attempts=1)
    with pytest.raises(OutcomeUnknown):
        read_json(transport_to(), server.url, write=True)


def test_max_body_counts_decompressed_bytes(server: Loopback, transport_to: TransportTo) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    assert len(bomb) < 10_000
    server.replies = [whole(bomb, b"Content-Encoding: gzip\r\n")]
    with pytest.raises(Unreadable, match="1000000 bytes"):
        read_json(transport_to(max_body=1_000_000), server.url, attempts=1)


def test_a_closed_port_is_unreachable(transport_to: TransportTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    for write in (False, True):
        with pytest.raises(Unreachable, match="refused"):
            read_json(transport_to(), url, write=write, attempts=1)


def test_an_unknown_certificate_is_reported_with_advice(transport_to: TransportTo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse_tls, args=(listener,), daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Unreachable, match="SSL"):
            read_json(transport_to(), url, write=True, attempts=1)
        thread.join()


def refuse_tls(listener: socket.socket) -> None:
    """Answers one TLS handshake with the alert handshake_failure."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x28")


def test_a_proxy_of_the_environment_is_not_used(
    server: Loopback, transport_to: TransportTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.replies = [whole(b"[]")]
    assert read_json(transport_to(), server.url) == []


def test_a_configured_proxy_is_used(server: Loopback, transport_to: TransportTo) -> None:
    server.replies = [whole(b"[]")]
    transport = transport_to(proxy=server.url)
    assert read_json(transport, "http://igate.example.vn/pa") == []
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "http://igate.example.vn/pa")


def test_threads_share_one_transport(transport_to: TransportTo) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=request.url.params["n"])

    transport = transport_to(httpx.MockTransport(echo), connections=4)
    got: dict[str, object] = {}

    def ask(n: str) -> None:
        got[n] = transport.exchange(
            "op", "GET", "http://h.example.vn", lambda a: a.json(), params={"n": n}
        )

    threads = [threading.Thread(target=ask, args=(str(n),)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {str(n): str(n) for n in range(24)}
