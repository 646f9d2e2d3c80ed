"""One page of the dossier list, read from every envelope the gateway is known to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.connectors.http.answers import Unusable

#: More rows than any list has.
_MOST = 10**18


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``number``: the zero-based page the answer says it is. ``size``: rows a full page has,
    as the answer says. ``last``: no page follows. ``total``: rows in the whole list. ``items``:
    raw JSON values, none of them checked. What the answer does not tell is None.
    """

    number: int | None
    size: int | None
    last: bool
    total: int | None
    items: tuple[object, ...] = field(repr=False)


def read_page(body: object, asked: int) -> SearchPage:
    """The page that the answer to page ``asked`` holds (docs/systems/igate.md).

    Raises ValueError when it is no page: another shape, or ``content`` that is no list.
    """
    if not isinstance(body, Mapping):
        raise Unusable("a list answer that is not an object")
    content = body.get("content")
    if not isinstance(content, list):
        raise Unusable("a list answer without the list `content`")
    told = _told(body)
    number, size = _count(told.get("number")), _count(told.get("size")) or None
    last = _flag(told.get("last"))
    if last is None:
        pages = _count(told.get("totalPages"))
        last = _ends(len(content), asked if number is None else number, size, pages)
    return SearchPage(number, size, last, _count(told.get("totalElements")), tuple(content))


def _told(body: Mapping[str, object]) -> Mapping[str, object]:
    """The keys that describe the page. Newer versions of Spring put them into ``page``."""
    page = body.get("page")
    return {**page, **body} if isinstance(page, Mapping) else body


def _ends(rows: int, number: int, size: int | None, pages: int | None) -> bool:
    if pages is not None:
        return number + 1 >= pages
    # A gateway may cut the size that was asked for. Only its own word for the size can show
    # that a page is the short last one; without it, just an empty page ends the list.
    return rows == 0 or (size is not None and rows < size)


def _count(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value) if len(value.strip()) <= 18 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    whole = 0 <= value < _MOST and value == int(value)
    return int(value) if whole else None


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, str | int) else ""
    return {"true": True, "1": True, "false": False, "0": False}.get(word)
