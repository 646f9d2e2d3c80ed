"""A system under test on loopback: its answers, and connections that break where they are told.

A *stand* is a healthy system as one plain function, ``Request -> Response``.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

#: ``before``: reset and nothing is sent. ``mid``: reset within the body. ``short``: closed
#: before as many bytes were sent as Content-Length says. ``silent``: no answer until the caller
#: gives up. ``not_http``: the body alone is sent, without a status line or headers.
Cut = Literal["before", "mid", "short", "silent", "not_http"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came. ``query`` keeps the last of repeated keys; ``headers`` has
    lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, and how it is cut off, if it is."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Cut | None = None

    @classmethod
    def json(cls, value: object, status: int = 200) -> Response:
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json;charset=UTF-8"})

    @classmethod
    def xml(cls, text: str, status: int = 200) -> Response:
        return cls(status, text.encode(), {"Content-Type": "text/xml;charset=UTF-8"})

    @classmethod
    def text(cls, text: str, status: int = 200) -> Response:
        return cls(status, text.encode(), {"Content-Type": "text/plain;charset=UTF-8"})


Stand = Callable[[Request], Response]


class Server:
    """Serves ``answer`` on a free port of loopback, a thread for each connection.

    ``down`` stops listening and ends open connections, ``up`` listens again on the same port.
    A context manager that is up.
    """

    def __init__(self, answer: Stand) -> None:
        self.answer = answer
        self.defects: list[BaseException] = []
        self.ended = threading.Event()
        self._port = 0
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Server:
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def up(self) -> None:
        """Listen; nothing when it does so already."""
        if self._listener is not None:
            return
        self.ended.clear()
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def down(self) -> None:
        """Refuse connections from now on; every thread has ended when this returns."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self.ended.set()
        with socket.create_connection(("127.0.0.1", self._port)):
            pass  # wakes the thread that accepts
        self._threads.pop(0).join()
        listener.close()
        with self._lock:
            for connection in self._open:
                _shut(connection)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            if self.ended.is_set():
                connection.close()
                return
            with self._lock:
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            _Handler(connection, ("127.0.0.1", 0), self)  # type: ignore[arg-type]
        except OSError:
            pass  # callers may go at any time
        except Exception as defect:
            self.defects.append(defect)
        finally:
            with self._lock:
                self._open.discard(connection)
                connection.close()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    server: Server  # type: ignore[assignment]

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        super().setup()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        request = Request(self.command, self.path, self._lower_headers(), self._body())
        self._send(self.server.answer(request))

    def log_message(self, format: str, *args: Any) -> None:
        """Requests may carry personal data: nothing is logged."""

    def _lower_headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _chunk(self) -> bytes:
        chunk = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return chunk

    def _send(self, response: Response) -> None:
        match response.cut:
            case None:
                self.connection.sendall(self._head(response) + response.body)
                return
            case "before":
                self._reset()
            case "mid" | "short":
                half = response.body[: len(response.body) // 2]
                self.connection.sendall(self._head(response) + half)
                if response.cut == "mid":
                    self._reset()
            case "silent":
                self.rfile.read(1)  # until the caller, or this server, ends the connection
            case "not_http":
                self.connection.sendall(response.body)
        self.close_connection = True

    def _head(self, response: Response) -> bytes:
        words = self.responses.get(response.status, ("",))[0]
        headers = {
            "Date": self.date_time_string(),
            "Content-Length": str(max(len(response.body), 1 if response.cut else 0)),
            **response.headers,
        }
        lines = [f"HTTP/1.1 {response.status} {words}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _reset(self) -> None:
        """Close with a reset in place of an orderly end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()
