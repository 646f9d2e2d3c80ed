"""The faults that the kit injects between a system and its adapter, each declared once.

Faults of the wire are the same for every system. The answers of one system, such as "the session
has ended", come from its ``Login``.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from khop.loopback import Cut, Request, Response

#: Replaces the system's answer. Called with the request and a function that lets the system handle
#: it and returns its answer.
Reply = Callable[[Request, Callable[[], Response]], Response]

#: Seconds of ``Retry-After`` that a caller must wait.
RETRY_AFTER = 7
#: Seconds of ``Retry-After`` after which a caller must give up.
LONG_RETRY_AFTER = 7200
#: The path of a redirect, which no caller may follow.
ELSEWHERE = "/khop-elsewhere"

_MIB = 1024 * 1024
_BOMB_MIB = 50
_DEPTH = 100_000
_HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """``description``: what happens, for the documentation. ``reply`` replaces the answer; None:
    the server is stopped. ``hits``: how many requests meet the fault; None: all."""

    name: str
    description: str
    reply: Reply | None
    hits: int | None = None


def wire_faults() -> tuple[Fault, ...]:
    """Every fault of the wire."""
    return (*_of_connections(), *_of_bodies(), *_of_statuses())


def _of_connections() -> tuple[Fault, ...]:
    return (
        Fault("refused_once", "connection refused, then accepted", None, 1),
        Fault("refused", "connection refused", None),
        Fault("reset_once", "reset before the request took effect", _unserved("before"), 1),
        Fault("reset", "reset before the request took effect, each time", _unserved("before")),
        Fault("reset_after_effect", "took effect, then reset without an answer", _cut("before"), 1),
        Fault("reset_in_body", "reset within the answer", _cut("mid"), 1),
        Fault("short_body", "closed before the whole answer was sent", _cut("short"), 1),
        Fault("silence", "no answer in time", _unserved("silent"), 1),
        Fault(
            "not_http",
            "an answer that is not HTTP",
            _unserved("not_http", b"\x15\x03\x01"),
            1,
        ),
    )


def _of_bodies() -> tuple[Fault, ...]:
    return (
        Fault("truncated_once", "200 with half of the answer", _half, 1),
        Fault("truncated", "200 with half of the answer, each time", _half),
        Fault("garbage", "200 with random bytes", _body(b"\xff\xfe\x00\x9d{]" * 9)),
        Fault("empty_once", "200 with an empty body", _body(b""), 1),
        Fault("empty", "200 with an empty body, each time", _body(b"")),
        Fault("html_once", "200 with a page of HTML", _body(_HTML, "text/html"), 1),
        Fault("html", "200 with a page of HTML, each time", _body(_HTML, "text/html")),
        Fault("other_shape_once", "200 with another type than expected", _other_shape, 1),
        Fault("other_shape", "200 with another type than expected, each time", _other_shape),
        Fault(
            "false_compression", "Content-Encoding gzip without compression",
            _false_compression, 1,
        ),
        Fault("bomb", f"{_BOMB_MIB} MiB in a small compressed answer", _bomb, 1),
        Fault("deep", f"{_DEPTH} levels of nesting", _deep, 1),
    )  # fmt: skip


def _of_statuses() -> tuple[Fault, ...]:
    return (
        Fault("http_302", "302 to another address", _status(302, Location=ELSEWHERE)),
        *(
            Fault(f"http_{code}", f"{code}", _status(code))
            for code in (400, 401, 403, 404, 405, 422)
        ),
        Fault("http_401_once", "401 once", _status(401), 1),
        Fault("http_408_once", "408 once", _status(408), 1),
        Fault("http_429_once", "429 once, without Retry-After", _status(429), 1),
        Fault(
            "http_429_wait", "429 once, with Retry-After",
            _status(429, Retry_After=str(RETRY_AFTER)), 1,
        ),
        Fault(
            "http_429_long", f"429 with Retry-After of {LONG_RETRY_AFTER} s",
            _status(429, Retry_After=str(LONG_RETRY_AFTER)),
        ),
        Fault("http_429", "429 each time", _status(429)),
        *(Fault(f"http_{code}_once", f"{code} once", _page(code), 1) for code in _BROKEN),
        *(Fault(f"http_{code}", f"{code} each time", _page(code)) for code in _BROKEN),
    )  # fmt: skip


_BROKEN = (500, 502, 503, 504)


def _unserved(cut: Cut, body: bytes = b"") -> Reply:
    """The connection is cut before the system handles the request."""
    return lambda request, answer: Response(200, body, cut=cut)


def _cut(cut: Cut) -> Reply:
    def reply(request: Request, answer: Callable[[], Response]) -> Response:
        whole = answer()
        return Response(whole.status, whole.body, whole.headers, cut)

    return reply


def _half(request: Request, answer: Callable[[], Response]) -> Response:
    whole = answer()
    return Response(whole.status, whole.body[: len(whole.body) // 2], whole.headers)


def _body(body: bytes, kind: str = "application/json") -> Reply:
    return lambda request, answer: Response(200, body, {"Content-Type": kind})


def _status(status: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, answer: Response(status, b"", named)


def _page(status: int) -> Reply:
    return lambda request, answer: Response(status, _HTML, {"Content-Type": "text/html"})


def _other_shape(request: Request, answer: Callable[[], Response]) -> Response:
    """A list for an object, an object for a list, another root for XML; all well-formed."""
    whole = answer()
    start = whole.body.lstrip()[:1]
    body = {b"<": b"<other/>", b"[": b'{"other": 1}'}.get(start, b"[1]")
    return Response(whole.status, body, whole.headers)


def _false_compression(request: Request, answer: Callable[[], Response]) -> Response:
    whole = answer()
    return Response(whole.status, whole.body, {**whole.headers, "Content-Encoding": "gzip"})


def _bomb(request: Request, answer: Callable[[], Response]) -> Response:
    whole = answer()
    start, packer = _compressed_blanks()
    end = packer.copy()
    body = start + end.compress(whole.body) + end.flush()
    return Response(200, body, {**whole.headers, "Content-Encoding": "gzip"})


def _deep(request: Request, answer: Callable[[], Response]) -> Response:
    whole = answer()
    opened, closed = (b"<a>", b"</a>") if whole.body.lstrip()[:1] == b"<" else (b"[", b"]")
    return Response(200, opened * _DEPTH + closed * _DEPTH, whole.headers)


@functools.cache
def _compressed_blanks() -> tuple[bytes, zlib._Compress]:
    """Many blanks, compressed, and the compressor to copy for what follows them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    start = b"".join(packer.compress(b" " * _MIB) for _ in range(_BOMB_MIB))
    return start, packer
