"""One page of the dossier list, in every form the gateway is known to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.connectors.http.answers import Unusable

#: A count from here on is damaged: no list has so many rows.
_MOST = 10**18


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``number``: the zero-based page, as the answer reports it. ``size``: rows of a full page, as
    the answer reports it. ``last``: no page follows. ``total``: rows in the whole list. ``items``:
    raw JSON values, unchecked. What the answer does not report is None.
    """

    number: int | None
    size: int | None
    last: bool
    total: int | None
    items: tuple[object, ...] = field(repr=False)


def read_page(body: object, asked: int) -> SearchPage:
    """The page in the answer to a request for page ``asked`` (docs/systems/igate.md).

    Raises ValueError when it is no page: another shape, or ``content`` that is no list.
    """
    if not isinstance(body, Mapping):
        raise Unusable("a list answer that is not an object")
    content = body.get("content")
    if not isinstance(content, list):
        raise Unusable("a list answer without the list `content`")
    about = _page_keys(body)
    number, size = _count(about.get("number")), _count(about.get("size")) or None
    last = _flag(about.get("last"))
    if last is None:
        pages = _count(about.get("totalPages"))
        last = _ends(len(content), asked if number is None else number, size, pages)
    return SearchPage(number, size, last, _count(about.get("totalElements")), tuple(content))


def _page_keys(body: Mapping[str, object]) -> Mapping[str, object]:
    """The keys that describe the page. Newer versions of Spring put them into ``page``."""
    page = body.get("page")
    return {**page, **body} if isinstance(page, Mapping) else body


def _ends(rows: int, number: int, size: int | None, pages: int | None) -> bool:
    if pages is not None:
        return number + 1 >= pages
    # A gateway may reduce the requested size. Only the size that it reports shows that a page is
    # the short last one; without it, only an empty page ends the list.
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
