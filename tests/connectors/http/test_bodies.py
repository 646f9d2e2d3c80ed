"""Decompression in small pieces, within a memory limit."""

from __future__ import annotations

import gzip
import zlib

import pytest

from khop.connectors.http.answers import Unusable
from khop.connectors.http.bodies import unpacked

TEXT = b'{"MaHoSo": "H99.12-261110-0001"}' * 5_000
BARE = zlib.compressobj(wbits=-15)
BARE_TEXT = BARE.compress(TEXT) + BARE.flush()


def whole(body: bytes, coding: str, size: int = 1000) -> bytes:
    return b"".join(unpacked((body[i : i + size] for i in range(0, len(body), size)), coding))


@pytest.mark.parametrize("size", [1, 7, 10**6])
@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (TEXT, ""),
        (TEXT, " Identity "),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), "X-GZIP"),
        (zlib.compress(TEXT), "deflate"),
        (gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip"),
    ],
)
def test_compressed_bodies_are_decompressed(body: bytes, coding: str, size: int) -> None:
    assert whole(body, coding, size) == TEXT


@pytest.mark.parametrize("size", [1, 1000])
def test_deflate_without_a_header_is_decompressed(size: int) -> None:
    assert whole(BARE_TEXT, "deflate", size) == TEXT
    assert whole(b"\x03\x00", "deflate", size) == b""


@pytest.mark.parametrize("coding", ["gzip", "deflate", ""])
def test_an_empty_body_is_empty(coding: str) -> None:
    assert whole(b"", coding) == b""


@pytest.mark.parametrize(
    "coding", ["br", "ZSTD", "compress", "gzip, gzip", "gzip,deflate", "br, utf-8"]
)
def test_a_compression_that_was_not_requested_is_refused(coding: str) -> None:
    with pytest.raises(Unusable, match="not asked for"):
        whole(gzip.compress(TEXT), coding)


@pytest.mark.parametrize(
    "name",
    [
        "UTF-8",
        "utf8",
        "none",
        "binary",
        "8bit",
        "text/plain",
        "windows-1258",
        "é",
        ", ",
        '"identity"',
    ],
)
def test_a_name_that_is_no_coding_is_passed_over(name: str) -> None:
    assert whole(TEXT, name) == TEXT
    assert whole(gzip.compress(TEXT), f"{name}, gzip") == TEXT


@pytest.mark.parametrize("body", [gzip.compress(TEXT)[:-9], b"\x1f\x8bxxxx", b"{}", b"\x1f"])
def test_a_damaged_compression_is_unusable(body: bytes) -> None:
    with pytest.raises(Unusable, match="broken"):
        whole(body, "gzip")


def test_a_highly_compressed_body_comes_in_small_pieces() -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    pieces = unpacked([bomb], "gzip")
    assert max(len(next(pieces)) for _ in range(20)) <= 64 * 1024


def test_zeros_after_the_end_are_padding() -> None:
    assert whole(gzip.compress(TEXT) + b"\0" * 40, "gzip") == TEXT
