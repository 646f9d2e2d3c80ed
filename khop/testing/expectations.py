"""What must become of each fault: one table for every system.

===========  ===================================================================
word         what it holds
===========  ===================================================================
retried      tried again, and then what a healthy system gives
renewed      one new login, one repeat, and then the same; denied without logins
unreachable  given up after more than one try, as ``Unreachable``
unreadable   given up after more than one try, as ``Unreadable``
limited      given up after more than one try, as ``RateLimited``
too_long     given up at once, as ``RateLimited``: nobody waits so long
denied       given up as ``Unauthorised``; at most one new login and one repeat
refused      handed on as ``Refused``; at most one new login and one repeat
turned_down  denied or refused: systems say it in either way
mended       retried; or its rows are quarantined, where the shape might be theirs
unusable     unreadable; or quarantined, as above
unknown      sent once, and ``OutcomeUnknown``: look before sending again
believed     taken for an answer; for a ``Difference`` alone, as a 404 that means "none such"
===========  ===================================================================

A login that is denied or refused is never repeated: that could lock the account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from khop.errors import (
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from khop.testing.faults import RETRY_AFTER
from khop.testing.lab import Cell, Ending
from khop.testing.system import Kind, Operation, System

#: More tries than this of one call are no care but a load.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """``raises``: classes of the fault tree, subclasses not taken; empty for none. ``least`` and
    ``most``: how often the request is sent. ``logins``: new logins, at most."""

    word: str
    endings: frozenset[Ending]
    raises: tuple[type[Exception], ...] = ()
    least: int = 1
    most: int = _MOST
    logins: int = _MOST


def _given_up(word: str, kind: type[Exception], least: int = 2, most: int = _MOST) -> Expected:
    return Expected(word, frozenset({Ending.ALERTED}), (kind,), least, most)


_ASIDE = Ending.QUARANTINED
_NO = frozenset({Ending.ALERTED, Ending.REFUSED})
_WORDS: Mapping[str, Expected] = {
    each.word: each
    for each in (
        Expected("retried", frozenset({Ending.RETRIED}), least=2),
        # A call made on the way may have met the end of the session first.
        Expected("renewed", frozenset({Ending.RETRIED}), least=1, most=2, logins=1),
        _given_up("unreachable", Unreachable),
        _given_up("unreadable", Unreadable),
        _given_up("limited", RateLimited),
        _given_up("too_long", RateLimited, least=1, most=1),
        Expected("denied", _NO - {Ending.REFUSED}, (Unauthorised,), most=2, logins=1),
        Expected("refused", _NO - {Ending.ALERTED}, (Refused,), most=2, logins=1),
        Expected("turned_down", _NO, (Unauthorised, Refused), least=0, most=2, logins=2),
        Expected("mended", frozenset({Ending.RETRIED, _ASIDE}), (RecordError,)),
        Expected("unusable", frozenset({Ending.ALERTED, _ASIDE}), (Unreadable, RecordError)),
        Expected("believed", frozenset({Ending.UNTOUCHED, Ending.WRONG}), most=1),
        Expected("unknown", frozenset({Ending.UNKNOWN}), (OutcomeUnknown,), most=1),
    )
}
_NEVER_REPEATED_AT_LOGIN = ("denied", "refused", "turned_down")


def expected(system: System, operation: Operation, fault: str, *, at_login: bool) -> Expected:
    """What must become of the operation."""
    for difference in system.differs:
        if (difference.fault, difference.operation) == (fault, operation.name) and not at_login:
            return _WORDS[difference.word]
    word = word_for(fault, operation.kind, at_login=at_login)
    if word == "renewed" and system.login is None:
        word = "denied"
    if at_login and word in _NEVER_REPEATED_AT_LOGIN:
        return replace(_WORDS[word], most=1)
    return _WORDS[word]


def word_for(fault: str, kind: Kind, *, at_login: bool) -> str:
    """The table's word; "" where the fault does not arise. Raises KeyError."""
    while_reading, while_writing, logging_in = _TABLE[fault]
    return logging_in if at_login else while_writing if kind is Kind.WRITE else while_reading


def tries(system: System, *, at_login: bool) -> Iterator[tuple[Operation, str]]:
    """What is tried: each operation under each fault that can meet it; at login the first
    operation of each kind."""
    operations = system.operations()
    if at_login:
        kinds = {each.kind: each for each in reversed(operations)}
        operations = tuple(each for each in operations if each is kinds[each.kind])
    for operation in operations:
        brief = operation.twin or system.variant or (at_login and operation is not operations[0])
        for fault in _ONE_OF_EACH_KIND if brief else _TABLE:
            own = fault in _IN_THEIR_WORDS and system.login is None
            if word_for(fault, operation.kind, at_login=at_login) and not own:
                yield operation, fault


def breaches(cell: Cell, wanted: Expected) -> Iterator[str]:
    """In what the cell is not as expected, in words."""
    if cell.ending not in wanted.endings:
        yield f"it must be {wanted.word}, and was {cell.ending}{_shown(cell)}"
    elif cell.raised not in (wanted.raises or (None,)) and cell.raised is not None:
        yield f"it must raise {' or '.join(kind.__name__ for kind in wanted.raises)}{_shown(cell)}"
    elif not wanted.least <= _tries(cell) <= wanted.most:
        yield f"it was sent {_tries(cell)} times, not {wanted.least} to {wanted.most}"
    if cell.logins > wanted.logins:
        yield f"it logged in {cell.logins} times"
    if cell.effects > 1:
        yield f"the system did it {cell.effects} times"
    if cell.fault == "http_429_wait" and max(cell.waits, default=0.0) < RETRY_AFTER:
        yield f"it was asked to wait {RETRY_AFTER} s and waited {max(cell.waits, default=0.0)} s"
    if cell.strayed:
        yield "it followed a redirect"
    if cell.leaked:
        yield f"personal data or secrets came out ({len(cell.leaked)} of them)"


def _tries(cell: Cell) -> int:
    """Tries of the request; a system that is not there counts none, but is waited for."""
    return max(cell.requests, len(cell.waits) + 1 if cell.fault.startswith("refused") else 0)


def _shown(cell: Cell) -> str:
    return f" ({type(cell.error).__name__}: {cell.error})" if cell.error else ""


_IN_THEIR_WORDS = frozenset({"session_ended", "session_never", "login_refused"})
_ONE_OF_EACH_KIND = (
    "refused", "reset_after_effect", "truncated", "empty", "html", "other_shape", "http_302",
    "http_401", "http_404", "http_429", "http_429_long", "http_503", "http_503_once",
    "session_ended", "login_refused",
)  # fmt: skip

# fault: (while reading, while writing, while logging in); "" where it does not arise.
_TABLE: Mapping[str, tuple[str, str, str]] = {
    "refused_once": ("retried", "retried", "retried"),
    "refused": ("unreachable", "unreachable", "unreachable"),
    "reset_once": ("retried", "unknown", "retried"),
    "reset": ("unreachable", "unknown", "unreachable"),
    "reset_after_effect": ("retried", "unknown", "retried"),
    "reset_in_body": ("retried", "unknown", "retried"),
    "short_body": ("retried", "unknown", "retried"),
    "silence": ("retried", "unknown", "retried"),
    "not_http": ("retried", "unknown", "retried"),
    "truncated_once": ("retried", "unknown", "retried"),
    "truncated": ("unreadable", "unknown", "unreadable"),
    "garbage": ("unreadable", "unknown", "unreadable"),
    "empty_once": ("retried", "unknown", "retried"),
    "empty": ("unreadable", "unknown", "unreadable"),
    "html_once": ("retried", "unknown", "retried"),
    "html": ("unreadable", "unknown", "unreadable"),
    "other_shape_once": ("mended", "unknown", "retried"),
    "other_shape": ("unusable", "unknown", "unreadable"),
    "false_compression": ("retried", "unknown", "retried"),
    "bomb": ("retried", "unknown", "retried"),
    "deep": ("retried", "unknown", "retried"),
    "http_302": ("refused", "refused", "turned_down"),
    "http_400": ("refused", "refused", "turned_down"),
    "http_401": ("denied", "denied", "denied"),
    "http_403": ("denied", "denied", "denied"),
    "http_404": ("refused", "refused", "turned_down"),
    "http_405": ("refused", "refused", "turned_down"),
    "http_422": ("refused", "refused", "turned_down"),
    "http_401_once": ("renewed", "renewed", "denied"),
    "http_408_once": ("retried", "unknown", "retried"),
    "http_429_once": ("retried", "retried", "retried"),
    "http_429_wait": ("retried", "retried", "retried"),
    "http_429_long": ("too_long", "too_long", "too_long"),
    "http_429": ("limited", "limited", "limited"),
    "http_500_once": ("retried", "unknown", "retried"),
    "http_502_once": ("retried", "unknown", "retried"),
    "http_503_once": ("retried", "unknown", "retried"),
    "http_504_once": ("retried", "unknown", "retried"),
    "http_500": ("unreachable", "unknown", "unreachable"),
    "http_502": ("unreachable", "unknown", "unreachable"),
    "http_503": ("unreachable", "unknown", "unreachable"),
    "http_504": ("unreachable", "unknown", "unreachable"),
    "session_ended": ("renewed", "renewed", ""),
    "session_never": ("turned_down", "turned_down", ""),
    "login_refused": ("", "", "denied"),
}
