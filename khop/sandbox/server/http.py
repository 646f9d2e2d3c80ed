"""HTTP/1.1 with keep-alive, close to the socket, so that an answer can be cut anywhere."""

from __future__ import annotations

import json
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock, Thread
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl, urlsplit

#: ``before``: the connection is reset and nothing is sent. ``mid``: it is reset within the
#: body. ``short``: it is closed before as many bytes were sent as Content-Length says.
Cut = Literal["before", "mid", "short"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as read; ``query`` keeps the last of repeated keys, blank ones included."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Answer:
    """What is sent, and how it is cut off, if it is."""

    status: int
    body: bytes
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: Cut | None = None


class Servant(Protocol):
    """Answers requests; called from many threads at once."""

    def answer(self, request: Request) -> Answer: ...


def json_answer(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


class Listener:
    """One application on one port. ``port`` 0 takes any; ``url`` says which."""

    def __init__(self, application: Servant, host: str, port: int) -> None:
        self._server = _Server((host, port), application)
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, end open connections, and wait for both."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.end_connections()
        self._server.server_close()


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, address: tuple[str, int], application: Servant) -> None:
        super().__init__(address, _Handler)
        self.application = application
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may go at any time; anything else is a defect to be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                _quietly_shut(connection)


def _quietly_shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or len(self.raw_requestline) > 65_536:
            self.close_connection = True
            return
        if self.parse_request():
            self._send(self.server.application.answer(self._request()))

    def log_message(self, format: str, *args: Any) -> None:
        """Requests may carry personal data: nothing is logged."""

    def _request(self) -> Request:
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length)) if length.isdigit() else b""
        if "Transfer-Encoding" in self.headers:
            body = self._chunks()
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            target=self.path,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer) -> None:
        if answer.cut == "before":
            self._reset()
            return
        head = self._head(answer)
        if answer.cut is None:
            self.connection.sendall(head + answer.body)
            return
        self.connection.sendall(head + answer.body[: len(answer.body) // 2])
        if answer.cut == "mid":
            self._reset()
        self.close_connection = True

    def _head(self, answer: Answer) -> bytes:
        lines = [
            f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}",
            f"Date: {self.date_time_string()}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {max(len(answer.body), 1 if answer.cut else 0)}",
        ]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _reset(self) -> None:
        """Close with a reset in place of an orderly end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()
