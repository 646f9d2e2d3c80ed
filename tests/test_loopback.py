"""The loopback server: requests as sent, answers cut where a test wants, stop and start."""

from __future__ import annotations

import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from khop.loopback import Cut, LoopbackServer, Request, Response

_BODY = b"0123456789"


def _echo(request: Request) -> Response:
    return Response.json([request.method, request.path, request.query, request.form])


def _connection(server: LoopbackServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)


def _raw(server: LoopbackServer) -> socket.socket:
    """A connection on which one request was sent."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection


def _read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_request_is_decoded() -> None:
    with LoopbackServer(_echo) as server:
        url = f"{server.url}/a%20b?x=1&y="
        body = urllib.request.urlopen(url, data=b"k=v").read()
    assert body == b'["POST", "/a b", {"x": "1", "y": ""}, {"k": "v"}]'


@pytest.mark.parametrize(("body", "value"), [(b'{"a": 1}', {"a": 1}), (b"<a/>", None)])
def test_a_body_that_is_not_json_is_read_as_none(body: bytes, value: object) -> None:
    assert Request("POST", "/", {}, body).json() == value


def test_a_chunked_body_is_read_whole() -> None:
    with LoopbackServer(lambda request: Response(body=request.body)) as server:
        connection = _connection(server)
        connection.request("POST", "/", body=iter([b"one ", b"two"]), encode_chunked=True)
        assert connection.getresponse().read() == b"one two"
        connection.close()


def test_a_connection_serves_several_requests() -> None:
    with LoopbackServer(_echo) as server:
        connection = _connection(server)
        connection.connect()
        opened = connection.sock
        for path in ("/1", "/2"):
            connection.request("GET", path)
            assert path.encode() in connection.getresponse().read()
        assert connection.sock is opened
        connection.close()


@pytest.mark.parametrize(
    ("make", "content_type"),
    [
        (Response.json, "application/json;charset=UTF-8"),
        (Response.xml, "text/xml;charset=UTF-8"),
        (Response.html, "text/html;charset=UTF-8"),
        (Response.text, "text/plain;charset=UTF-8"),
    ],
)
def test_a_response_has_its_status_and_content_type(
    make: Callable[[str, int], Response], content_type: str
) -> None:
    with LoopbackServer(lambda request: make("x", 418)) as server:
        connection = _connection(server)
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        connection.close()
    assert (answer.status, answer.headers["Content-Type"]) == (418, content_type)


def test_cut_before_resets_the_connection_without_an_answer() -> None:
    with (
        LoopbackServer(lambda request: Response(body=_BODY, cut="before")) as server,
        _raw(server) as connection,
        pytest.raises(ConnectionResetError),
    ):
        connection.recv(1)


@pytest.mark.parametrize("cut", ["mid", "short"])
def test_a_cut_within_the_body_sends_half_of_it(cut: Cut) -> None:
    answer = Response(body=_BODY, cut=cut)
    with LoopbackServer(lambda request: answer) as server, _raw(server) as connection:
        received = connection.recv(65_536)
        while not received.endswith(_BODY[:5]):
            received += connection.recv(65_536)
        if cut == "mid":
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
        else:
            assert connection.recv(1) == b""
    assert b"Content-Length: 10\r\n" in received


def test_not_http_sends_the_body_alone() -> None:
    answer = Response(body=_BODY, cut="not_http")
    with LoopbackServer(lambda request: answer) as server, _raw(server) as connection:
        assert _read_all(connection) == _BODY


def test_a_silent_answer_ends_with_its_caller() -> None:
    with LoopbackServer(lambda request: Response(cut="silent")) as server:
        _raw(server).close()
    assert server.defects == []


def test_a_stopped_server_ends_open_connections() -> None:
    received = threading.Event()

    def silent(request: Request) -> Response:
        received.set()
        return Response(cut="silent")

    with LoopbackServer(silent) as server, _raw(server) as connection:
        assert received.wait(10)
        server.stop()
        assert _read_all(connection) == b""


def test_a_stopped_server_refuses_and_starts_again_at_the_same_address() -> None:
    with LoopbackServer(_echo) as server:
        url = server.url
        server.stop()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url)
        server.start()
        assert server.url == url
        assert urllib.request.urlopen(url).status == 200


def test_an_error_of_the_handler_is_kept_and_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(request: Request) -> Response:
        raise LookupError("an error of the handler")

    with LoopbackServer(broken) as server, _raw(server) as connection:
        assert _read_all(connection) == b""
    assert [str(defect) for defect in server.defects] == ["an error of the handler"]
    assert "LookupError: an error of the handler" in capsys.readouterr().err
