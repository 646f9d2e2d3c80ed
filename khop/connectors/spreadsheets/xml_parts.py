"""Reads the XML inside workbooks element by element, without keeping any.

A document type is refused: no office program writes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 20
#: Longest tag. Longer ones would be searched again with each chunk.
_LONGEST_TAG = 8 << 20

Attributes = Mapping[str, str]


class DamagedPartError(Exception):
    """A part that is no well-formed XML."""


def read_elements(
    stream: IO[bytes],
    start: Callable[[str, Attributes], None],
    *,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    each_chunk: Callable[[int], None] | None = None,
) -> None:
    """Call ``start`` with the name and the attributes of each element. A name in a namespace is
    that namespace, a space, and the name.

    ``end``: gets the name of each element that ends. ``text``: gets all text. ``each_chunk``: gets
    the number of elements so far, roughly. Raises DamagedPartError.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_document_type
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    elements = fed = 0
    try:
        while chunk := stream.read(_CHUNK):
            fed += len(chunk)
            elements += chunk.count(b"<") - chunk.count(b"</")
            parser.Parse(chunk, False)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise DamagedPartError
            if each_chunk is not None:
                each_chunk(elements)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedPartError from error


def local_name(name: str) -> str:
    """A name without its namespace."""
    return name[name.rfind(" ") + 1 :]


def _refuse_document_type(*_: object) -> None:
    raise DamagedPartError
