"""Reads an answer's body within a memory limit.

Answers are decompressed here and not by the HTTP client, which decompresses without limit: a
thousand bytes that were compressed twice can become a thousand million.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from khop.connectors.http.answers import Unusable

#: The compressions that are requested and can be decoded.
ACCEPTED = "gzip, deflate"

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
#: Codings that exist (IANA, and those that were common), and that khop does not ask for. Any other
#: name, such as ``UTF-8``, ``none`` or ``binary``, is no coding: browsers, curl and httpx read such
#: a body as it is.
_OTHER_CODINGS = frozenset({
    "aes128gcm", "br", "bzip2", "compress", "dcb", "dcz", "exi", "lzma", "pack200-gzip", "sdch",
    "snappy", "x-bzip2", "x-compress", "xz", "zstd",
})  # fmt: skip
# zlib's window sizes for "gzip or zlib, detected" and for deflate without a header.
_DETECTED, _RAW = 47, -15
_STEP = 64 * 1024
#: Length of zlib's header, which shows whether deflate has one.
_HEADER = 2


def unpacked(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The body's bytes in small pieces. ``coding``: the Content-Encoding header.

    Raises Unusable for a compression that was not requested, or is damaged.
    """
    names = [name.strip(" \t\"'").casefold() for name in coding.split(",")]
    codings = [name for name in names if name in _PACKED or name in _OTHER_CODINGS]
    if not codings:
        yield from chunks
    elif len(codings) == 1 and codings[0] in _PACKED:
        yield from _inflated(chunks, bare=codings[0] == "deflate")
    else:
        raise Unusable("an answer in a compression that was not asked for")


def _inflated(chunks: Iterable[bytes], *, bare: bool) -> Iterator[bytes]:
    inflater, started, head = zlib.decompressobj(_DETECTED), False, b""
    for chunk in chunks:
        if bare and not started:
            head += chunk
            if len(head) < _HEADER:
                continue
            inflater, chunk = _deflater(head), head
        started = started or bool(chunk)
        while chunk:
            if inflater.eof:
                # A further gzip member follows; some servers pad the last block with zeros.
                chunk = chunk.lstrip(b"\0")
                inflater = zlib.decompressobj(_DETECTED) if chunk else inflater
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
    """``deflate`` means zlib, but some servers omit zlib's header."""
    try:
        zlib.decompressobj(_DETECTED).decompress(first, 1)
    except zlib.error:
        return zlib.decompressobj(_RAW)
    return zlib.decompressobj(_DETECTED)
