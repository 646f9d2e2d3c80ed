"""A text without the escapes that programs write, and where each of its letters stood.

Removed are the escapes of addresses (``%2F``, also ``%252F``), of JSON and other languages
(``\\u002f``, ``\\x2f``, ``\\057``, ``\\/``), of XML (``&#47;``, ``&amp;lt;``), bytes as numbers
(``2f:61:62``), markup, blanks, backslashes and signs of no width. So a text is found again however
it is quoted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_ROUNDS = 4
_ESCAPE = re.compile(
    r"(?P<percent>(?:%(?:25)*[0-9a-f]{2})+)"
    r"|(?P<unit>(?:\\{1,8}u[0-9a-f]{4})+)"
    r"|(?P<hex>(?:\\{1,8}x[0-9a-f]{2})+)"
    r"|(?P<octal>(?:\\{1,8}[0-3][0-7]{2})+)"
    r"|(?P<bytes>(?<![0-9a-z])(?:0x)?[0-9a-f]{2}(?:[ :,-]{1,2}(?:0x)?[0-9a-f]{2}){5,}(?![0-9a-z]))"
    r"|(?P<numbers>\[-?\d{1,3}(?:, ?-?\d{1,3}){5,}\])"
    r"|(?P<entity>&(?:amp;)*(?:#x?[0-9a-f]{1,8}|[a-z]{2,8});)"
    r"|(?P<nothing></?[a-z][^<>]{0,100}>|\\{1,8}[rnt]|\\{1,8}(?=[^\w\s\\])|[\s\u00ad\u200b-\u200f\u2060\ufeff]+)",
    re.IGNORECASE,
)

_AMP = re.compile(r"&(?:amp;)*(?=[#a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unescaped:
    """``starts``, ``ends``: for each letter of ``text``, the place in the original text."""

    text: str
    starts: list[int]
    ends: list[int]

    def place(self, found: re.Match[str]) -> tuple[int, int]:
        """Where a match in ``text``, which is not empty, stands in the original text."""
        return self.starts[found.start()], self.ends[found.end() - 1]


def unescaped(text: str) -> Unescaped:
    """The text without escapes, also without those inside escapes."""
    found = Unescaped(text, list(range(len(text))), list(range(1, len(text) + 1)))
    for _ in range(_ROUNDS):
        changed = _once(found)
        if changed.text == found.text:
            break
        found = changed
    kept = [place for place, sign in enumerate(found.text) if sign != "\\"]
    return Unescaped(
        "".join(found.text[place] for place in kept),
        [found.starts[place] for place in kept],
        [found.ends[place] for place in kept],
    )


def _once(given: Unescaped) -> Unescaped:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for escape in _ESCAPE.finditer(given.text):
        parts.append(given.text[at : escape.start()])
        starts += given.starts[at : escape.start()]
        ends += given.ends[at : escape.start()]
        at = escape.end()
        for letter, first, last in _letters(escape):
            parts.append(letter)
            starts.append(given.starts[escape.start() + first])
            ends.append(given.ends[escape.start() + last - 1])
    parts.append(given.text[at:])
    return Unescaped("".join(parts), starts + given.starts[at:], ends + given.ends[at:])


def _letters(escape: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """The letters of an escape, each with its place in it."""
    written = escape[0]
    match escape.lastgroup:
        case "percent":
            yield from _of_bytes(re.finditer(r"%(?:25)*([0-9a-f]{2})", written, re.IGNORECASE), 16)
        case "hex":
            yield from _of_bytes(re.finditer(r"\\{1,8}x([0-9a-f]{2})", written, re.IGNORECASE), 16)
        case "octal":
            yield from _of_bytes(re.finditer(r"\\{1,8}([0-7]{3})", written), 8)
        case "bytes":
            found = re.finditer(r"(?:0x)?([0-9a-f]{2})[ :,-]*", written, re.IGNORECASE)
            yield from _of_bytes(found, 16)
        case "numbers":
            yield from _of_bytes(re.finditer(r"(-?\d+)[, ]*", written), 10)
        case "unit":
            units = list(re.finditer(r"\\{1,8}u([0-9a-f]{4})", written, re.IGNORECASE))
            raw = b"".join(bytes.fromhex(unit[1]) for unit in units)
            place = 0
            for letter in raw.decode("utf-16-be", "replace"):
                last = min(place + len(letter.encode("utf-16-be")) // 2, len(units)) - 1
                yield letter, units[min(place, last)].start(), units[last].end()
                place = last + 1
        case "entity":
            letter = html.unescape(
                re.sub(r"&(?:amp;)*(?=[#a-z])", "&", written, flags=re.IGNORECASE)
            )
            if len(letter) == 1:
                yield letter, 0, len(written)
            else:
                yield from ((sign, place, place + 1) for place, sign in enumerate(written))


def _of_bytes(found: Iterator[re.Match[str]], base: int) -> Iterator[tuple[str, int, int]]:
    pairs = list(found)
    raw = bytes(int(pair[1], base) % 256 for pair in pairs)
    place = 0
    for letter in raw.decode("utf-8", "surrogateescape"):
        last = place + len(letter.encode("utf-8", "surrogateescape")) - 1
        yield letter, pairs[place].start(), pairs[last].end()
        place = last + 1
