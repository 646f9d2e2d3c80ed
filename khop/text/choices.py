"""Words by which a caller chooses: an unknown one would look like a choice that nothing meets."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from difflib import get_close_matches

from khop.errors import KhopError

_LAST_YEAR = 9998
#: The largest number that a database takes.
_LARGEST = 2**63 - 1


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
        check_text(name, word)
        if known is not None and word not in known:
            near = [n for way in (word, word.upper(), word.lower()) for n in _near(way, known)]
            hint = f", did you mean {near[0]!r}?" if near else ""
            raise KhopError(f"{word!r} is unknown among {name}{hint}; known: {', '.join(known)}")


def check_text(name: str, given: str) -> None:
    """Raises KhopError for what is no text, and for a text that no database takes: with NUL, or
    with a byte that was no letter."""
    if not isinstance(given, str):
        raise KhopError(f"{name}: {given!r} is no text")
    if "\0" in given or any("\ud800" <= char <= "\udfff" for char in given):
        raise KhopError(f"{name}: {given[:60]!a} holds a character that is none; type it anew")


def check_day(name: str, given: date | None) -> None:
    """Raises KhopError for what is no day, such as a time or a text. The last day that can be
    counted with is 31/12/9998."""
    if given is None:
        return
    if not isinstance(given, date) or isinstance(given, datetime) or given.year > _LAST_YEAR:
        raise KhopError(f"{name} must be a day, such as date(2026, 11, 30)")


def check_moment(name: str, given: datetime | None) -> None:
    """Raises KhopError for what is no aware time, and for one that cannot be counted with: before
    the year 2, or after 9998."""
    if given is None:
        return
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise KhopError(
            f"{name} has no time zone; give an aware datetime, such as datetime.now(UTC)"
        )
    if not 1 < given.year <= _LAST_YEAR:
        raise KhopError(f"{name}: nothing can be counted in the year {given.year}")


def check_numbers(name: str, given: Collection[int]) -> None:
    """Raises KhopError when ``given`` is no list of whole numbers, or has one beyond 64 bits."""
    if isinstance(given, str | bytes) or not isinstance(given, Collection):
        raise KhopError(f"{name} must be a list of numbers, no {type(given).__name__}")
    for number in given:
        if not isinstance(number, int) or abs(number) > _LARGEST:
            raise KhopError(f"{name}: {str(number)[:30]!r} is no number of a row")


def _near(word: str, known: Collection[str]) -> list[str]:
    return get_close_matches(word, known, n=1)
