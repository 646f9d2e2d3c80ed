"""Removes personal texts of a request from the refusal that quotes them.

A refusal such as "the dossier of Nguyễn Văn Mẫu is not valid" would carry the name into logs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from khop.connectors.http.outcomes import F, as_error
from khop.connectors.http.sent_secrets import without_secrets
from khop.text.normal_form import normal_form

_SHORTEST = 3
_REMOVED = "[…]"


def personal_texts(value: object) -> Iterator[str]:
    """The texts of a JSON value that may be about a person. Codes, dates and numbers, which are
    one word of ASCII signs, are left out."""
    match value:
        case str():
            if len(value.strip()) >= _SHORTEST and (" " in value.strip() or not value.isascii()):
                yield value.strip()
        case Mapping():
            for item in value.values():
                yield from personal_texts(item)
        case list() | tuple():
            for item in value:
                yield from personal_texts(item)


def redacted(error: F, texts: Iterable[str], secrets: Collection[str] = ()) -> F:
    """The error without these texts in its detail, and without these secrets in detail and code;
    the same object where it quotes none."""
    error = _without_secrets(error, secrets)
    if not error.detail:
        return error
    detail = normal_form("NFC", error.detail)
    longest_first = sorted({normal_form("NFC", text) for text in texts}, key=len, reverse=True)
    clean = detail
    for text in longest_first:
        clean = re.sub(re.escape(text), _REMOVED, clean, flags=re.IGNORECASE)
    return error if clean == detail else as_error(type(error), error, clean)


def _without_secrets(error: F, secrets: Collection[str]) -> F:
    detail, code = (
        None if text is None else without_secrets(text, secrets)
        for text in (error.detail, error.code)
    )
    if (detail, code) == (error.detail, error.code):
        return error
    return as_error(type(error), error, detail, code=code)
