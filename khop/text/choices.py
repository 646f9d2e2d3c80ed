"""Words by which a caller chooses: an unknown one would look like a choice that nothing meets."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from khop.errors import KhopError


def check_words(name: str, given: Iterable[str], known: Collection[str] | None = None) -> None:
    """Raises KhopError when ``given`` is no list of texts, or has a word that is not ``known``.
    None: any text. An iterator is no list: after this check it would be empty."""
    if isinstance(given, str | bytes):
        raise KhopError(f"{name} must be a list of texts, such as [{given!r}]")
    if not isinstance(given, Collection):
        raise KhopError(f"{name} must be a list of texts, no {type(given).__name__}")
    for word in given:
        if not isinstance(word, str):
            raise KhopError(f"{name} must be a list of texts; {word!r} is no text")
        if known is not None and word not in known:
            near = [n for way in (word, word.upper(), word.lower()) for n in _near(way, known)]
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise KhopError(f"{word!r} is unknown among {name}{hint}; known: {', '.join(known)}")


def _near(word: str, known: Collection[str]) -> list[str]:
    return get_close_matches(word, known, n=1)
