"""The addresses of the daemon: ``/healthz``, ``/readyz``, ``/metrics``.

It serves in threads of its own, a few connections at a time and each for a short time, so that no
caller holds back the daemon or another caller. It logs no requests.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

from prometheus_client.exposition import choose_encoder

from khop.daemon.outside.collector import ProcessMetrics
from khop.daemon.outside.measures import Measures
from khop.daemon.outside.process_state import Process, not_ready, unwell
from khop.errors import ConfigError
from khop.text.logs import Log

log = Log(__name__)

#: Seconds for one connection, from its begin to its end.
LONGEST = 15.0
#: Connections at a time.
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    kind: str

    @classmethod
    def json(cls, status: int, **values: object) -> Answer:
        return cls(status, json.dumps(values).encode(), "application/json")


#: Answers a GET; given the value of the header Accept.
Page = Callable[[str], Answer]


class Outside:
    """The server, from the ``with`` statement to its end. ``listen``: HOST:PORT; '' for none.

    Raises ConfigError when it cannot listen there.
    """

    def __init__(self, listen: str, process: Process, measures: Measures) -> None:
        measures.registry.register(ProcessMetrics(process))
        pages = {
            "/healthz": lambda _: _state(unwell(process)),
            "/readyz": lambda _: _state(not_ready(process)),
            "/metrics": lambda accept: _metrics(measures, accept),
        }
        self._server = _listening(listen, pages) if listen else None

    def __enter__(self) -> Outside:
        if self._server is not None:
            serve = self._server.serve_forever
            threading.Thread(target=serve, name="khop outside", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _state(wrong: str | None) -> Answer:
    if wrong is None:
        return Answer.json(HTTPStatus.OK, ok=True)
    return Answer.json(HTTPStatus.SERVICE_UNAVAILABLE, ok=False, reason=wrong)


def _metrics(measures: Measures, accept: str) -> Answer:
    encode, kind = choose_encoder(accept)
    return Answer(HTTPStatus.OK, encode(measures.registry), kind)


def _listening(listen: str, pages: Mapping[str, Page]) -> _Server:
    host, _, port = listen.rpartition(":")
    try:
        return _Server(host.strip("[]"), int(port), pages)
    except OSError as error:
        raise ConfigError(
            f"khop daemon cannot listen on {listen} ({error.strerror or 'no such address'}): give "
            "it another port, or '' for none",
            key="daemon.listen",
        ) from None


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, pages: Mapping[str, Page]) -> None:
        self.pages = pages
        self._free = threading.BoundedSemaphore(AT_ONCE)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        self.address_family = found[0][0]
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        end = threading.Timer(LONGEST, _cut, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that are gone or took too long are no matter."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            log.warning("address_failed", error=type(error).__name__)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended


class _Handler(BaseHTTPRequestHandler):
    """One request; the connection ends with it."""

    timeout = 5.0
    server_version = "khop"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""

    def _answer(self, *, body: bool) -> None:
        page = self.server.pages.get(self.path.partition("?")[0])
        if page is None:
            answer = Answer.json(HTTPStatus.NOT_FOUND, reason="there is no such address")
        else:
            answer = page(self.headers.get("Accept", ""))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if body:
            self.wfile.write(answer.body)
