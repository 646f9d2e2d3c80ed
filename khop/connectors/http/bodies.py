"""Reading an answer's body without letting it take more memory than it may.

Compression is undone here and not by the HTTP client, which would unpack whatever comes: a
thousand bytes that say they were packed twice become a thousand million.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from khop.connectors.http.answers import Unusable

#: What is asked for, and understood.
ACCEPTED = "gzip, deflate"

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_PLAIN = frozenset({"", "identity"})
# zlib's own word for "gzip or zlib, see which", and for deflate without a head.
_WITH_HEAD, _BARE = 47, -15
_STEP = 64 * 1024
#: Bytes of zlib's head: what tells deflate with it from deflate without.
_HEAD = 2


def unpacked(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The body's bytes in small pieces. ``coding``: the Content-Encoding header.

    Raises Unusable for a compression that was not asked for, or is broken.
    """
    name = coding.strip().casefold()
    if name in _PLAIN:
        yield from chunks
    elif name in _PACKED:
        yield from _inflated(chunks, bare=name == "deflate")
    else:
        raise Unusable("an answer in a compression that was not asked for")


def _inflated(chunks: Iterable[bytes], *, bare: bool) -> Iterator[bytes]:
    inflater, started, head = zlib.decompressobj(_WITH_HEAD), False, b""
    for chunk in chunks:
        if bare and not started:
            head += chunk
            if len(head) < _HEAD:
                continue
            inflater, chunk = _deflater(head), head
        started = started or bool(chunk)
        while chunk:
            if inflater.eof:
                # Another member; some servers fill up the last block with zeros.
                chunk = chunk.lstrip(b"\0")
                inflater = zlib.decompressobj(_WITH_HEAD) if chunk else inflater
                continue
            try:
                yield inflater.decompress(chunk, _STEP)
            except zlib.error:
                raise Unusable("the answer's compression is broken") from None
            chunk = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    yield inflater.flush(_STEP)
    if (started or head) and not inflater.eof:
        raise Unusable("the answer's compression is broken")


def _deflater(first: bytes) -> zlib._Decompress:
    """``deflate`` means zlib, and some servers leave zlib's head out."""
    try:
        zlib.decompressobj(_WITH_HEAD).decompress(first, 1)
    except zlib.error:
        return zlib.decompressobj(_BARE)
    return zlib.decompressobj(_WITH_HEAD)
