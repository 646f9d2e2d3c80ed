"""Compressed bodies in pieces of any size, and text in any Unicode form."""

from __future__ import annotations

import gzip
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.http.answers import Unusable
from khop.connectors.http.bodies import unpacked
from khop.text.normal_form import normal_form
from tests.fuzz.profile import FUZZ
from tests.fuzz.strategies import texts

CONTENTS = st.binary(max_size=300) | st.integers(0, 400_000).map(bytes)


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    " GZip ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "": bytes,
    "identity": bytes,
}


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    yield b""
    for place in range(0, len(body), size):
        yield body[place : place + size]


@FUZZ
@given(content=CONTENTS, coding=st.sampled_from(sorted(CODINGS)), size=st.integers(1, 70_000))
def test_a_compressed_body_is_decompressed_in_pieces_of_any_size(
    content: bytes, coding: str, size: int
) -> None:
    sent = CODINGS[coding](content)
    assert b"".join(unpacked(pieces(sent, size), coding)) == content


@FUZZ
@given(contents=st.lists(CONTENTS, min_size=1, max_size=4), size=st.integers(1, 500))
def test_parts_that_were_compressed_separately_are_one_body(
    contents: list[bytes], size: int
) -> None:
    sent = b"".join(map(gzip.compress, contents))
    assert b"".join(unpacked(pieces(sent, size), "gzip")) == b"".join(contents)


@FUZZ
@given(content=st.binary(min_size=1, max_size=300), data=st.data())
def test_a_truncated_body_is_never_accepted(content: bytes, data: st.DataObject) -> None:
    coding = data.draw(st.sampled_from(["gzip", "deflate", "Deflate"]))
    sent = CODINGS[coding](content)
    cut = sent[: data.draw(st.integers(1, len(sent) - 1))]
    with pytest.raises(Unusable):
        b"".join(unpacked(pieces(cut, data.draw(st.integers(1, 400))), coding))


@FUZZ
@given(
    body=st.binary(max_size=300),
    coding=st.sampled_from(sorted(CODINGS)) | texts | st.sampled_from(["br", "gzip, gzip", "zstd"]),
    size=st.integers(1, 400),
)
def test_any_bytes_are_decompressed_in_small_pieces_or_refused(
    body: bytes, coding: str, size: int
) -> None:
    try:
        found = list(unpacked(pieces(body, size), coding))
    except Unusable:
        return
    assert all(len(each) <= 64 * 1024 for each in found)


@FUZZ
@given(mib=st.integers(1, 6), coding=st.sampled_from(["gzip", "deflate"]))
def test_decompressed_pieces_are_small_at_any_compression_ratio(mib: int, coding: str) -> None:
    sent = CODINGS[coding](bytes(mib << 20))
    sizes = [len(each) for each in unpacked(pieces(sent, 65_536), coding)]
    assert sum(sizes) == mib << 20
    assert max(sizes) <= 64 * 1024


@FUZZ
@given(
    text=texts | st.text() | st.text("aeêệơĐdﷺŉ\u0300\u0301\u0323\u031b\u0316", max_size=30),
    form=st.sampled_from(("NFC", "NFD", "NFKC", "NFKD")),
)
def test_the_normal_form_equals_that_of_unicode(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    theirs = unicodedata.normalize(form, text)
    ours = normal_form(form, text)
    assert ours == theirs
    assert normal_form(form, ours) == ours


@pytest.mark.parametrize("letter", ["ệ", "ữ", "Å"])
@pytest.mark.parametrize("count", [333, 500, 1_000, 3_333])
@pytest.mark.parametrize("head", ["", "a", "ab"])
def test_the_normal_form_of_a_long_word_equals_that_of_unicode(
    letter: str, count: int, head: str
) -> None:
    for text in (head + letter * count, unicodedata.normalize("NFD", head + letter * count)):
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert normal_form(form, text) == unicodedata.normalize(form, text)
