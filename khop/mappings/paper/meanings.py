"""What a header means: the column of a kind of file, also below groups of headers.

A part that is known by itself is known below its group too. Three things keep it from that: a
short date such as *Ngày nhận*, whose meaning its group decides; a name or number of a person below
a group about somebody else (the receiver, an officer); a group and a part that do not agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from khop.mappings.paper.office.amounts import AMOUNTS
from khop.mappings.paper.words import (
    bracketed,
    folded,
    header_key,
    header_words,
    plain_words,
    unbracketed_key,
    without_phrases,
    words,
)

DATES = frozenset(
    {
        *("received", "due", "returned", "signed", "new_due", "finished"),
        *("day", "forwarded", "refused", "asked", "answered", "published"),
        *("ended", "changed"),
    }
)
_PERSONS = frozenset({"applicant", "submitter", "recipient"})
#: What a person is known by.
_TRAITS = frozenset({"applicant", "identity", "birth"})

#: Columns that are read; other known columns are ignored.
READ_COLUMNS = frozenset(
    {
        *("code", "received", "due", "returned", "signed", "new_due"),
        *("number", "symbol", "number_symbol", "number_signed"),
        *("applicant", "submitter", "identity", "birth"),
        *("unit", "issuer", "unit_code", "procedure"),
        *("form", "reason"),
        *("field", *AMOUNTS),
        *("day", "amount"),
        *("score", "channel"),
        *("feedback_id", "feedback_kind", "outcome", "category"),
        *("forwarded", "refused", "asked", "answered", "published"),
        *("state", "ended", "changed"),
    }
)

#: The texts of one column's header, from the top down, without repetition.
Header = tuple[str, ...]


class _Meaning(NamedTuple):
    """``other``: what a header means where another header of the sheet means ``column``.

    ``weak``: it gives way to such another header, since its group is unknown.
    """

    column: str | None
    other: str | None = None
    weak: bool = False


def shown(header: Header) -> str:
    """A header in one line."""
    return " / ".join(header)


def meanings(
    kind: str, headers: Sequence[Header], own: Mapping[str, str]
) -> tuple[str | None, ...]:
    """What each header means: a column, or None. ``own``: column -> the deployment's header."""
    named = _own_places(headers, own)
    found = [_meaning(kind, header) for header in headers]
    taken = [named.get(place, each.column) for place, each in enumerate(found)]
    firm = {column for column, each in zip(taken, found, strict=True) if not each.weak}
    columns: list[str | None] = []
    for place, each in enumerate(found):
        column = each.other if each.other and taken.count(each.column) > 1 else each.column
        if column in own or (each.weak and column in firm):
            column = None
        columns.append(named.get(place, column))
    return tuple(columns)


def readings(header: Header) -> tuple[str, ...]:
    """The spellings of a header that are compared, the fullest first."""
    return (*_joined(header), header_key(header[-1])) if header else ()


def refuse_unknown_columns(columns: Iterable[str]) -> None:
    """Raises ValueError for a name that is not one of ``READ_COLUMNS``."""
    for name in columns:
        if name not in READ_COLUMNS:
            near = get_close_matches(name, READ_COLUMNS, n=1)
            meant = (
                f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(READ_COLUMNS))}"
            )
            raise ValueError(f"{name!r} is no column; {meant}")


def _own_places(headers: Sequence[Header], own: Mapping[str, str]) -> dict[int, str]:
    """Place -> the column whose header the deployment names."""
    places: dict[int, str] = {}
    for column, name in own.items():
        key = header_key(name)
        found = (place for place, header in enumerate(headers) if key in readings(header))
        if (place := next(found, None)) is not None:
            places[place] = column
    return places


def _meaning(kind: str, header: Header) -> _Meaning:
    """The meaning of a header. A remark in brackets may change what day a column has: "Ngày trả
    (theo phiếu hẹn)" is no return."""
    found = _without_remarks(kind, header)
    if DATES.isdisjoint({found.column, found.other}) or not any(map(_changes_a_day, header)):
        return found
    known = header_words(kind)
    keys = [unbracketed_key(" ".join(order)) for order in (header, header[::-1], header[-1:])]
    return _Meaning(next((known[key] for key in keys if key in known), None))


def _changes_a_day(text: str) -> bool:
    return any(without_phrases(remark, ("header",)) for remark in bracketed(text))


def _without_remarks(kind: str, header: Header) -> _Meaning:
    known = header_words(kind)
    if len(header) < 2:
        return _Meaning(next((known[key] for key in readings(header) if key in known), None))
    alone = known.get(header_key(header[-1]))
    whole = next((known[key] for key in _joined(header) if key in known), None)
    if whole is not None:
        # "Ngày" over "Ký nhận": the day of it, or who signed.
        return _Meaning(whole, alone if alone not in DATES else None)
    undated = [text for text in header if header_key(text) not in plain_words("date")]
    if len(undated) == 1:
        column = known.get(header_key(undated[0]))
        return _Meaning(column if undated[0] == header[-1] or column in DATES else None)
    weak = header_key(header[-1]) in _parts() and not any(
        header_key(text) in known for text in header[:-1]
    )
    return _Meaning(_below(known, header, alone), weak=weak)


def _parts() -> frozenset[str]:
    """Headers that say little without their group."""
    return plain_words("short_reception") | plain_words("short_return") | plain_words("person")


def _below(known: Mapping[str, str], header: Header, alone: str | None) -> str | None:
    """The column of a part below groups that do not make one phrase with it."""
    groups = [column for text in header[:-1] if (column := known.get(header_key(text)))]
    group = groups[-1] if groups else None
    part = header_key(header[-1])
    if part in plain_words("person") and group in _PERSONS:
        return group
    about_others = group in ("returned", "recipient") or _is_about_others(header)
    if alone in _TRAITS and (about_others or (part in plain_words("person") and group in DATES)):
        return None
    if part in plain_words("short_reception") | plain_words("short_return"):
        return _short_date(part, group) if group else alone if _is_neutral(header) else None
    if group == "recipient" and alone in DATES:
        return alone if alone == "returned" else None
    return alone


def _short_date(part: str, group: str) -> str | None:
    """The column of "Ngày nhận" or "Ngày trả" below a known group.

    "Ngày trả" below "Tiếp nhận" may be the return, or the day that was promised; below a person
    it is not known who received what.
    """
    if group not in DATES or (group == "received" and part in plain_words("short_return")):
        return None
    return group


def _is_neutral(header: Header) -> bool:
    """Whether a group says nothing about who received or returned."""
    groups = [folded(text) for text in header[:-1]]
    return all(any(word in group for word in words("neutral")) for group in groups)


def _is_about_others(header: Header) -> bool:
    """Whether a group is about another person than the applicant: the receiver, an officer."""
    groups = [folded(text) for text in header[:-1]]
    return any(word in group for word in words("others") for group in groups)


def _joined(header: Header) -> tuple[str, ...]:
    return (
        header_key(" ".join(header)),
        header_key(" ".join(reversed(header))),
        header_key(" ".join(header[-2:])),
        header_key(" ".join(reversed(header[-2:]))),
    )
