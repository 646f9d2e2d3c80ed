"""A program that reads much input and prints by how much its memory grew.

``python -m tests.fuzz.memory_probe <name>`` prints the outcome and the growth in MiB. It is a
process of its own, because the maximum memory is measured for a whole process.
"""

from __future__ import annotations

import gzip
import resource
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping

import httpx

from khop.connectors.http.answers import read_json
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
from khop.connectors.http.xml import read_xml
from khop.errors import KhopError

MIB = 1 << 20


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def answered(status: int, pieces: Iterator[bytes], coding: str = "") -> object:
    """A call to a system with this answer, whose pieces arrive one by one."""
    headers = {"Content-Encoding": coding} if coding else {}

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=Pieces(pieces))

    transport = Transport(
        "src",
        TransportSettings(),
        timing=Timing(clock=lambda: 0.0),
        http=httpx.MockTransport(handle),
    )
    return transport.call("read", "GET", "http://src.example.vn/", attempts=1)


def endless() -> Iterator[bytes]:
    piece = b" " * 65_536
    while True:
        yield piece


def whole(size: int) -> Iterator[bytes]:
    piece = b" " * 65_536
    for _ in range(size // len(piece)):
        yield piece


def cut(body: bytes) -> Iterator[bytes]:
    for place in range(0, len(body), 65_536):
        yield body[place : place + 65_536]


def bomb(mib: int, wbits: int = 31) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(mib)) + packer.flush()


def laughs() -> bytes:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE l [<!ENTITY a0 "lol">{levels}]><l x="&a11;">&a11;</l>'.encode()


def quadratic() -> bytes:
    return b'<!DOCTYPE l [<!ENTITY a "%b">]><l>%b</l>' % (b"x" * 100_000, b"&a;" * 20_000)


WORK: Mapping[str, Callable[[], object]] = {
    "50 MB": lambda: answered(200, whole(50 * MIB)),
    "50 MB under 500": lambda: answered(500, whole(50 * MIB)),
    "endless": lambda: answered(200, endless()),
    "endless under 404": lambda: answered(404, endless()),
    "gzip of 50 MB": lambda: answered(200, cut(bomb(50)), "gzip"),
    "gzip of 200 MB under 502": lambda: answered(502, cut(bomb(200)), "gzip"),
    "deflate of 200 MB": lambda: answered(200, cut(bomb(200, 15)), "deflate"),
    "gzip twice of 200 MB": lambda: answered(200, cut(gzip.compress(bomb(200))), "gzip, gzip"),
    "gzip twice under 502": lambda: answered(502, cut(gzip.compress(bomb(200))), "gzip, gzip"),
    "lists without end": lambda: read_json(b"[" * 10_000_000),
    "objects without end": lambda: read_json(b'{"a":' * 2_000_000),
    "elements without end": lambda: read_xml(b"<a>" * 5_000_000),
    "elements of 100,000 levels": lambda: read_xml(b"<a>" * 100_000 + b"</a>" * 100_000),
    "entities that multiply": lambda: read_xml(laughs()),
    "one entity many times": lambda: read_xml(quadratic()),
    "attributes without end": lambda: read_xml(
        b"<a " + b" ".join(b'a%d="%b"' % (n, b"x" * 100) for n in range(200_000))
    ),
}


def main() -> None:
    work = WORK[sys.argv[1]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        work()
        outcome = "read"
    except KhopError as error:
        outcome = type(error).__name__
    except ValueError:
        outcome = "ValueError"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(outcome, grown // 1024)


if __name__ == "__main__":
    main()
