"""One page of the dossier list, in every form the gateway is known to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Unusable
from khop.connectors.http.values import lower_keys

#: A count from here on is damaged: no list has so many rows.
_MOST = 10**18
#: An empty list is one that says so.
_REMARKS = Remarks(
    AnswerWords().mean_answered, frozenset({"size", "sort", "pageable", "totalelements"})
)
#: How deep a page may lie in other objects, and the names of those and of its rows, in lower case.
_DEEPEST = 4
_WRAPPERS = ("data", "result", "response", "payload", "body")
_ROWS = ("content", "items", "rows", "results", "list", "dossiers", "records", "data", "result")


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


def read_page(body: object, asked: int, wanted: int = 0) -> SearchPage:
    """The page in the answer to a request for page ``asked`` (docs/systems/igate.md). ``wanted``:
    the rows that were asked for.

    Raises ValueError when it is no page: another shape, ``content`` that is no list, or a page
    without rows beside a message or a code that says something else.
    """
    about, content = _content(body)
    if content is None:
        raise Unusable(
            "a list answer without the list `content`"
            if isinstance(body, Mapping)
            else "a list answer that is not an object"
        )
    if not content and _REMARKS.disagree(body):
        raise Unusable("an empty list whose message does not say that nothing was found")
    number, size = _count(about.get("number")), _count(about.get("size")) or None
    total, pages = _count(about.get("totalelements")), _count(about.get("totalpages"))
    place, rows = asked if number is None else number, len(content)
    last = _flag(about.get("last"))
    if last is None or (last and pages is not None and place + 1 < pages):
        shown = place * (size or wanted) + rows
        if pages is not None and total is not None and shown > total and rows:
            pages = None  # the totals are wrong: this page alone shows more rows than they count
        full = min(size, wanted) if size and wanted else size
        last = _ends(rows, place, full, pages)
    return SearchPage(number, size, last, total, tuple(content))


def _content(body: object) -> tuple[Mapping[str, object], list[object] | None]:
    """The keys that describe the page, and its rows; None where there are none.

    Newer versions of Spring put the keys into ``page``. Gateways put the whole into another object,
    and spell its keys otherwise. A name that nobody knows is not read as an empty page.
    """
    about: dict[str, object] = {}
    for _ in range(_DEEPEST):
        if not isinstance(body, Mapping):
            return about, None
        keys = lower_keys(body)
        page = keys.get("page")
        about |= {**(lower_keys(page) if isinstance(page, Mapping) else {}), **keys}
        rows = [keys[name] for name in _ROWS if isinstance(keys.get(name), list)]
        if len(rows) == 1:
            return about, cast("list[object]", rows[0])
        inner = [keys[name] for name in _WRAPPERS if isinstance(keys.get(name), Mapping)]
        if rows or len(inner) != 1:
            return about, None
        body = inner[0]
    return about, None


def unwrapped(body: object, wanted: Sequence[str]) -> Mapping[str, object] | None:
    """The object with one of the keys ``wanted`` (in lower case), itself or inside another object
    or a list of one; None where there is none. The first of ``wanted`` makes it surely the one:
    what wraps it may have the others."""
    for _ in range(_DEEPEST):
        if isinstance(body, list) and len(body) == 1:
            body = body[0]
        if not isinstance(body, Mapping):
            return None
        keys = lower_keys(body)
        inside = {name: keys[name] for name in (*_WRAPPERS, *_ROWS) if _holds(keys.get(name))}
        named = not keys.keys().isdisjoint(wanted)
        if wanted[0] in keys or (named and not inside):
            return body
        if len(inside) != 1:
            return None
        (body,) = inside.values()
    return None


def _holds(value: object) -> bool:
    return isinstance(value, Mapping | list)


def rows_of(body: object) -> list[object] | None:
    """A list, itself or inside a page; None where there is none."""
    return body if isinstance(body, list) else _content(body)[1]


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
