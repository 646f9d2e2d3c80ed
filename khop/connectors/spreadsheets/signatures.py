"""Recognises files that are no tables, by their first bytes or their parts.

The signatures are those of the formats' own documents: PNG (RFC 2083 3.1), JPEG (ITU-T T.81
B.1.1.3), GIF89a 17, TIFF 6.0 section 2, ISO base media (ISO/IEC 14496-12 4.3), PDF (ISO 32000-1
7.5.2), RTF 1.9.1; of office files the names of their main parts.
"""

from __future__ import annotations

from collections.abc import Collection

from khop.errors import ConfigError

_PICTURE, _PDF, _TEXT, _SLIDES = "a picture", "a PDF", "a text document", "a presentation"

_STARTS = {
    b"\x89PNG\r\n\x1a\n": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF87a": _PICTURE,
    b"GIF89a": _PICTURE,
    b"II*\0": _PICTURE,
    b"MM\0*": _PICTURE,
    b"%PDF-": _PDF,
    b"{\\rtf": _TEXT,
}
#: Follows the length of the first box: photos of telephones (HEIC, AVIF) and videos.
_MEDIA = b"ftyp"
_PARTS = {"word/document.xml": _TEXT, "ppt/presentation.xml": _SLIDES}
#: Streams of the old binary office files, by name.
_STREAMS = {"WordDocument": _TEXT, "PowerPoint Document": _SLIDES}


def refuse_start(data: bytes, name: str) -> None:
    """Raises ConfigError for bytes that begin as a picture, a PDF or a text document does."""
    if data.startswith(b"\0\0") and data[4:8] == _MEDIA:
        raise _no_table(name, _PICTURE)
    for start, kind in _STARTS.items():
        if data.startswith(start):
            raise _no_table(name, kind)


def refuse_parts(parts: Collection[str], name: str) -> None:
    """Raises ConfigError for an archive with the main part of another office file."""
    for part, kind in _PARTS.items():
        if part in parts:
            raise _no_table(name, kind)


def refuse_streams(data: bytes, name: str) -> None:
    """Raises ConfigError for an old office file that could not be read as a workbook and holds
    the main stream of another kind."""
    for stream, kind in _STREAMS.items():
        if stream.encode("utf-16-le") in data:
            raise _no_table(name, kind)


def _no_table(name: str, kind: str) -> ConfigError:
    return ConfigError(
        f"is {kind} in spite of its ending; give the workbook or the CSV file it was made "
        "from, or write its rows into one",
        key=name,
    )
