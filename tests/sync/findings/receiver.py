"""A program that takes notices: a real server on loopback that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from khop.connectors.notices import verify_notice

SECRET = "a secret of both sides"


@dataclass
class Receiver:
    """``answers``: statuses in turn, the last one for ever; None breaks the connection off."""

    now: datetime
    url: str = ""
    answers: list[int | None] = field(default_factory=lambda: [200])
    requests: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def said(self) -> list[Mapping[str, Any]]:
        """What came, each verified as a receiver does, whenever that was on this day."""
        return [
            verify_notice(SECRET, head, body, now=self.now, longest_age=timedelta(days=1))
            for head, body in self.requests
        ]

    def events(self) -> list[tuple[str, str, str]]:
        return [
            (one["event"], one["rule"], one["subject"])
            for notice in self.said()
            for one in notice["findings"]
        ]

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> int | None:
        self.paths.append(path)
        self.requests.append((headers, body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiving(now: datetime) -> Iterator[Receiver]:
    receiver = Receiver(now)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.answer(self.path, dict(self.headers), body)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            if 300 <= status < 400:
                self.send_header("Location", f"{receiver.url}/elsewhere")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/notices"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
