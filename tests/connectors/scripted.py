"""A system on loopback that answers given bytes, and one that answers without a network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from khop.connectors.http.answers import Answer
from khop.connectors.http.transport import Transport
from khop.loopback import Request, Response

#: Builds a transport to a scripted system; its keywords are settings of the transport.
TransportTo = Callable[..., Transport]
#: The bytes of a sample, by its path below the samples.
Sample = Callable[[str], bytes]
Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeTime:
    """A clock that only a sleep or a test advances."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def answer(body: object, status: int = 200) -> Answer:
    """An answer with these bytes, or with this value as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Answer(status, {}, raw)


class Script(httpx.BaseTransport):
    """Answers the requests in turn; the last answer is repeated."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[httpx.Request] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self._lock:
            self.requests.append(request)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        return reply(request)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class Loopback:
    """Answers each request on loopback with the next bytes, and closes the connection.

    ``None`` resets the connection after the request was read; ``b""`` never answers.
    """

    def __init__(self) -> None:
        self.url = ""
        self.replies: list[bytes | None] = []
        self.requests: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if reply is None:
            return Response(cut="before")
        return Response(body=reply, cut="not_http" if reply else "silent")
