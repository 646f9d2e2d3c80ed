"""What a system quotes of a request in its refusal, taken out again.

A refusal such as "the dossier of Nguyễn Văn Mẫu is not valid" would carry the name into logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from khop.errors import ConnectorError, RateLimited
from khop.text.normal_form import normal_form

F = TypeVar("F", bound=ConnectorError)

_SHORTEST = 3
_STRUCK = "[…]"


def quotable(value: object) -> Iterator[str]:
    """The texts of a JSON value that may be about a person: not codes, dates or numbers, which
    are one word of plain letters."""
    match value:
        case str():
            if len(value.strip()) >= _SHORTEST and (" " in value.strip() or not value.isascii()):
                yield value.strip()
        case Mapping():
            for item in value.values():
                yield from quotable(item)
        case list() | tuple():
            for item in value:
                yield from quotable(item)


def without_echoes(fault: F, texts: Iterable[str]) -> F:
    """The fault without these texts in what the system said; itself where it quotes none."""
    if not fault.detail:
        return fault
    said = normal_form("NFC", fault.detail)
    longest_first = sorted({normal_form("NFC", text) for text in texts}, key=len, reverse=True)
    struck = said
    for text in longest_first:
        struck = re.sub(re.escape(text), _STRUCK, struck, flags=re.IGNORECASE)
    return fault if struck == said else _retold(fault, struck)


def _retold(fault: F, detail: str) -> F:
    more = {"retry_after": fault.retry_after} if isinstance(fault, RateLimited) else {}
    return type(fault)(
        fault.system,
        fault.operation,
        http_status=fault.http_status,
        code=fault.code,
        detail=detail,
        **more,
    )
