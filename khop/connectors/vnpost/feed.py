"""The feed of events: RESTHeart's pages and MongoDB's extended JSON (docs/systems/vnpost.md).

The feed can only be filtered by "after this id", so the position in it is an id that was read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Unusable, json_within
from khop.connectors.http.values import lower_keys
from khop.connectors.vnpost.results import read_result

#: An id before every event, and one that no event can follow.
BEGINNING, BEYOND = "0" * 24, "f" * 24
LARGEST_PAGE = 1000

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
_COUNT = re.compile(r"\d{1,18}", re.ASCII)
_ENVELOPE = frozenset({"_embedded", "_returned", "_size", "_total_pages"})
_WRAPPERS = frozenset(
    {"$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$date"}
)
_DEEPEST = 3
#: Keys under which a gateway puts a page.
_HOLDERS = ("data", "result", "results", "content", "response")


@dataclass(frozen=True, slots=True)
class FeedPage:
    """``position``: the last new id of the page, or the greatest where no page follows; None when
    the page has no new id. ``last``: no event follows for now. ``events``: raw documents in the
    page's order, unchecked."""

    position: str | None
    last: bool
    events: tuple[object, ...] = field(repr=False)


def object_id(value: object) -> str | None:
    """An id as text or ``{"$oid": …}``, in lower case; None when it is no ObjectId."""
    bare = unwrapped(value)
    text = bare.strip() if isinstance(bare, str) else ""
    return text.lower() if _OBJECT_ID.fullmatch(text) else None


def unwrapped(value: object) -> object:
    """A value without MongoDB's type wrapper: ``{"$numberLong": "4"}`` is ``"4"``."""
    for _ in range(_DEEPEST):
        if not (isinstance(value, Mapping) and len(value) == 1):
            break
        ((kind, inner),) = value.items()
        if kind not in _WRAPPERS:
            break
        value = inner
    return value


def read_feed(body: object, after: str, size: int, words: AnswerWords | None = None) -> FeedPage:
    """The page that follows the id ``after``, requested with ``size`` events.

    Raises ValueError when it is no page, is truncated, repeats old events, or is in an order in
    which events could be missed; also for an empty page whose message says something else.
    """
    whole, body = body, _page(body)
    events = _events(body)
    if not events:
        _check_nothing(whole, words or AnswerWords())
    known = [each for event in events if (each := _id_of(event)) is not None]
    new = [each for each in known if each > after]
    more = len(events) >= size or _counts_more(body, len(events))
    if events and more and not new:
        raise Unusable("the feed repeats events that were read: it does not continue after the id")
    if more and _newest_first(known):
        raise Unusable("the feed is sorted newest first, so events in between would be missed; "
                       "set a larger page_size")  # fmt: skip
    # While more events follow, the position is the last id and not the greatest: events between
    # the two may not have been read yet, and to read some again is harmless.
    further = (new[-1] if more else max(new)) if new else None
    return FeedPage(further, further is None or not more, tuple(events))


def _page(body: object) -> object:
    """The page with its keys in lower case, without the objects that a gateway put around it."""
    body = json_within(body)
    for _ in range(_DEEPEST):
        fields = lower_keys(body)
        if not fields or _ENVELOPE & fields.keys():
            break
        held = next((key for key in _HOLDERS if fields.get(key) is not None), None)
        if held is None:
            break
        body = json_within(fields[held])
    return lower_keys(body) if isinstance(body, Mapping) else body


def _check_nothing(body: object, words: AnswerWords) -> None:
    if Remarks(words.mean_answered).disagree(body):
        raise Unusable("an empty page whose message does not say that nothing was found")


def _events(body: object) -> Sequence[object]:
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping) or not _ENVELOPE & body.keys():
        raise Unusable(_why_no_page(body))
    embedded = json_within(body.get("_embedded"))
    if isinstance(embedded, Mapping):
        embedded = lower_keys(embedded)
    if isinstance(embedded, Mapping) and embedded and "rh:doc" not in embedded:
        raise Unusable("a page of the feed without rh:doc")
    found = embedded.get("rh:doc") if isinstance(embedded, Mapping) else embedded
    events = found if isinstance(found, list) else [] if found is None else [found]
    if (_count(body.get("_returned")) or 0) > len(events):
        raise Unusable("a page of the feed with fewer events than its _returned")
    return events


def _why_no_page(body: object) -> str:
    """Why this is no page: the Status and Message of a result, if it is one."""
    try:
        code, message = read_result(body)
    except ValueError:
        return "no page of the feed"
    return f"a result in place of the feed: Status {code} {message}".strip()


def _id_of(event: object) -> str | None:
    if not isinstance(event, Mapping):
        return None
    return object_id(event["_id"] if "_id" in event else lower_keys(event).get("_id"))


def _newest_first(ids: Sequence[str]) -> bool:
    return len(set(ids)) > 1 and all(newer >= older for newer, older in pairwise(ids))


def _counts_more(body: object, returned: int) -> bool:
    """Whether the answer's counts exceed the page, as when a gateway limits its size."""
    if not isinstance(body, Mapping):
        return False
    return (_count(body.get("_size")) or 0) > returned or (
        _count(body.get("_total_pages")) or 0
    ) > 1


def _count(value: object) -> int | None:
    bare = unwrapped(value)
    if isinstance(bare, bool):
        return None
    if isinstance(bare, str):
        return int(bare) if _COUNT.fullmatch(bare.strip()) else None
    return bare if isinstance(bare, int) and bare >= 0 else None
