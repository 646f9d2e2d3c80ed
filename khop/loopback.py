"""An HTTP/1.1 server on loopback, for the sandbox and for tests.

It works close to the socket, so that a connection can be cut at any point of an answer. It logs
nothing: requests may carry personal data.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

#: ``before``: the connection is reset and nothing is sent. ``mid``: it is reset within the body.
#: ``short``: it is closed before as many bytes were sent as Content-Length says. ``silent``:
#: nothing is sent until the caller gives up. ``not_http``: the body is sent without a status
#: line and headers, and the connection is closed.
Cut = Literal["before", "mid", "short", "silent", "not_http"]

_HOST = "127.0.0.1"
_LONGEST_LINE = 65_536


def json_or_none(body: bytes) -> Any:
    """A body read as JSON; None if it is not JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``target`` is the path and query as sent; ``headers`` has lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The decoded path."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The decoded query; the last value of a repeated key; blank values included."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The body read as an HTML form, in the way of ``query``."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body read as JSON; None if it is not JSON."""
        return json_or_none(self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, and where its connection is cut; None sends it whole."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: Cut | None = None

    @classmethod
    def json(cls, value: object, status: int = 200) -> Response:
        text = json.dumps(value, ensure_ascii=False)
        return cls.of(text.encode(), "application/json;charset=UTF-8", status)

    @classmethod
    def xml(cls, text: str, status: int = 200) -> Response:
        return cls.of(text.encode(), "text/xml;charset=UTF-8", status)

    @classmethod
    def html(cls, text: str, status: int = 200) -> Response:
        return cls.of(text.encode(), "text/html;charset=UTF-8", status)

    @classmethod
    def text(cls, text: str, status: int = 200) -> Response:
        return cls.of(text.encode(), "text/plain;charset=UTF-8", status)

    @classmethod
    def of(cls, body: bytes, content_type: str, status: int = 200) -> Response:
        return cls(status, body, {"Content-Type": content_type})


#: An application: answers requests. It is called from many threads at once.
Handler = Callable[[Request], Response]


class LoopbackServer:
    """Serves ``handler`` on 127.0.0.1, with one thread for each connection.

    The port is taken when the server is made; 0 takes a free one. Connections are answered from
    ``start`` to ``stop``; ``start`` after ``stop`` listens on the same port again. As a context
    manager it is started on entry and stopped on exit.

    An exception raised by the handler ends its connection, is printed to stderr and kept in
    ``defects``.
    """

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self.handler = handler
        self.defects: list[Exception] = []
        self._listener: socket.socket | None = _listener(port)
        self._port: int = self._listener.getsockname()[1]
        self._acceptor: threading.Thread | None = None
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._port}"

    def __enter__(self) -> LoopbackServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Answer connections; does nothing if the server runs already."""
        if self._acceptor is not None:
            return
        if self._listener is None:
            self._listener = _listener(self._port)
        self._stopping.clear()
        self._acceptor = _started(self._accept, self._listener)

    def stop(self) -> None:
        """Refuse new connections, end the open ones, and wait for every thread."""
        listener, self._listener = self._listener, None
        acceptor, self._acceptor = self._acceptor, None
        if listener is None:
            return
        if acceptor is not None:
            self._stopping.set()
            with socket.create_connection((_HOST, self._port)):
                acceptor.join()  # the connection wakes it
        listener.close()
        with self._lock:
            for connection in self._open:
                _shut_down(connection)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                continue  # a failed connection must not end the server
            if self._stopping.is_set():
                connection.close()
                return
            with self._lock:
                self._open.add(connection)
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            self._threads.append(_started(self._serve, connection))

    def _serve(self, connection: socket.socket) -> None:
        try:
            _Connection(connection, (_HOST, 0), self)  # type: ignore[arg-type]
        except OSError:
            pass  # a client may close its connection at any time
        except Exception as defect:
            self.defects.append(defect)
            traceback.print_exception(defect)
        finally:
            with self._lock:
                self._open.discard(connection)
                _shut_down(connection)
                connection.close()


def _listener(port: int) -> socket.socket:
    return socket.create_server((_HOST, port), backlog=128)


def _started(work: Callable[[socket.socket], None], argument: socket.socket) -> threading.Thread:
    thread = threading.Thread(target=work, args=(argument,), daemon=True)
    thread.start()
    return thread


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


class _Connection(BaseHTTPRequestHandler):
    """The requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer  # type: ignore[assignment]

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        if not self.raw_requestline or len(self.raw_requestline) > _LONGEST_LINE:
            self.close_connection = True
        elif self.parse_request():
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self._body())
            self._send(self.server.handler(request))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""

    def _body(self) -> bytes:
        if "Transfer-Encoding" in self.headers:
            return b"".join(iter(self._chunk, b""))
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length)) if length.isdigit() else b""

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
                self.rfile.read(1)  # returns when either side ends the connection
            case "not_http":
                self.connection.sendall(response.body)
        self.close_connection = True

    def _head(self, response: Response) -> bytes:
        reason = self.responses.get(response.status, ("",))[0]
        headers = {
            "Date": self.date_time_string(),
            # A cut answer must announce more than is sent, an empty one too.
            "Content-Length": str(max(len(response.body), 1 if response.cut else 0)),
            **response.headers,
        }
        lines = [f"HTTP/1.1 {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _reset(self) -> None:
        """Close the connection with a reset, not with an orderly end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()
