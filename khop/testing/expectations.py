"""How each fault must end: one table for every system.

========================  ==============================================================
outcome                   meaning
========================  ==============================================================
retried                   tried again, then the result of a healthy system
renewed                   one new login and one repeat, then the same; denied if the
                          system has no login
unreachable               given up after more than one try, with ``Unreachable``
unreadable                given up after more than one try, with ``Unreadable``
limited                   given up after more than one try, with ``RateLimited``
too_long                  given up at once, with ``RateLimited``: the wait is too long
denied                    given up with ``Unauthorised``; at most one new login, one repeat
refused                   given up with ``Refused``; at most one new login, one repeat
denied_or_refused         either of both: systems answer in either way
retried_or_quarantined    retried; or the row is quarantined, as its shape may be the defect
unreadable_or_quarantined unreadable; or quarantined, as above
unknown                   sent once, then ``OutcomeUnknown``: look up before sending again
accepted                  taken for an answer; only as a ``Difference``, such as a 404 that
                          means "no such dossier"
========================  ==============================================================

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
from khop.testing.probes import Ending, ProbeResult
from khop.testing.system import Kind, Operation, System

#: More requests than this for one call are a load on the system.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """What must happen. ``raises``: the exact classes of error allowed; empty: no error.
    ``least`` and ``most``: how often the request is sent. ``logins``: at most so many new ones."""

    outcome: str
    endings: frozenset[Ending]
    raises: tuple[type[Exception], ...] = ()
    least: int = 1
    most: int = _MOST
    logins: int = _MOST


def _given_up(outcome: str, kind: type[Exception], least: int = 2, most: int = _MOST) -> Expected:
    return Expected(outcome, frozenset({Ending.ALERTED}), (kind,), least, most)


_OUTCOMES: Mapping[str, Expected] = {
    each.outcome: each
    for each in (
        Expected("retried", frozenset({Ending.RETRIED}), least=2),
        # Another request of the operation may have met the end of the session first.
        Expected("renewed", frozenset({Ending.RETRIED}), least=1, most=2, logins=1),
        _given_up("unreachable", Unreachable),
        _given_up("unreadable", Unreadable),
        _given_up("limited", RateLimited),
        _given_up("too_long", RateLimited, least=1, most=1),
        Expected("denied", frozenset({Ending.ALERTED}), (Unauthorised,), most=2, logins=1),
        Expected("refused", frozenset({Ending.REFUSED}), (Refused,), most=2, logins=1),
        Expected(
            "denied_or_refused",
            frozenset({Ending.ALERTED, Ending.REFUSED}),
            (Unauthorised, Refused),
            least=0,
            most=2,
            logins=2,
        ),
        Expected(
            "retried_or_quarantined",
            frozenset({Ending.RETRIED, Ending.QUARANTINED}),
            (RecordError,),
        ),
        Expected(
            "unreadable_or_quarantined",
            frozenset({Ending.ALERTED, Ending.QUARANTINED}),
            (Unreadable, RecordError),
        ),
        Expected("accepted", frozenset({Ending.UNTOUCHED, Ending.WRONG}), most=1),
        Expected("unknown", frozenset({Ending.UNKNOWN}), (OutcomeUnknown,), most=1),
    )
}
_NEVER_REPEATED_AT_LOGIN = ("denied", "refused", "denied_or_refused")


def expected(system: System, operation: Operation, fault: str, *, at_login: bool) -> Expected:
    """What must happen to the operation under the fault."""
    for difference in system.differs:
        if (difference.fault, difference.operation) == (fault, operation.name) and not at_login:
            return _OUTCOMES[difference.outcome]
    outcome = outcome_for(fault, operation.kind, at_login=at_login)
    if outcome == "renewed" and system.login is None:
        outcome = "denied"
    if at_login and outcome in _NEVER_REPEATED_AT_LOGIN:
        return replace(_OUTCOMES[outcome], most=1)
    return _OUTCOMES[outcome]


def outcome_for(fault: str, kind: Kind, *, at_login: bool) -> str:
    """The outcome in the table; "" if the fault cannot happen there. Raises KeyError."""
    while_reading, while_writing, logging_in = _TABLE[fault]
    return logging_in if at_login else while_writing if kind is Kind.WRITE else while_reading


def trials(system: System, *, at_login: bool) -> Iterator[tuple[Operation, str]]:
    """Each operation with the name of each fault that can happen to it; at login only the first
    operation of each kind."""
    operations = system.operations()
    if at_login:
        kinds = {each.kind: each for each in reversed(operations)}
        operations = tuple(each for each in operations if each is kinds[each.kind])
    for operation in operations:
        sampled = (
            operation.sampled or system.variant or (at_login and operation is not operations[0])
        )
        for fault in _ONE_OF_EACH_KIND if sampled else _TABLE:
            of_login = fault in _FAULTS_OF_LOGIN and system.login is None
            if outcome_for(fault, operation.kind, at_login=at_login) and not of_login:
                yield operation, fault


def mismatches(result: ProbeResult, wanted: Expected) -> Iterator[str]:
    """How the result differs from the expected one, in words."""
    if result.ending not in wanted.endings:
        yield f"it must be {wanted.outcome}, and was {result.ending}{_shown(result)}"
    elif result.raised not in (wanted.raises or (None,)) and result.raised is not None:
        allowed = " or ".join(kind.__name__ for kind in wanted.raises)
        yield f"it must raise {allowed}{_shown(result)}"
    elif not wanted.least <= _tries(result) <= wanted.most:
        yield f"it was sent {_tries(result)} times, not {wanted.least} to {wanted.most}"
    if result.logins > wanted.logins:
        yield f"it logged in {result.logins} times"
    if result.effects > 1:
        yield f"it took effect {result.effects} times"
    if result.fault == "http_429_wait" and max(result.waits, default=0.0) < RETRY_AFTER:
        yield f"it was asked to wait {RETRY_AFTER} s and waited {max(result.waits, default=0.0)} s"
    if result.redirects_followed:
        yield "it followed a redirect"
    if result.leaked:
        yield f"personal data or secrets came out ({len(result.leaked)} of them)"


def _tries(result: ProbeResult) -> int:
    """Tries of the request; a stopped server counts none, so the waits are counted."""
    return max(result.requests, len(result.waits) + 1 if result.fault.startswith("refused") else 0)


def _shown(result: ProbeResult) -> str:
    return f" ({type(result.error).__name__}: {result.error})" if result.error else ""


_FAULTS_OF_LOGIN = frozenset({"session_ended", "session_never", "login_refused"})
_ONE_OF_EACH_KIND = (
    "refused", "reset_after_effect", "truncated", "empty", "html", "other_shape", "http_302",
    "http_401", "http_404", "http_429", "http_429_long", "http_503", "http_503_once",
    "session_ended", "login_refused",
)  # fmt: skip

# fault: (while reading, while writing, while logging in); "" if it cannot happen there.
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
    "other_shape_once": ("retried_or_quarantined", "unknown", "retried"),
    "other_shape": ("unreadable_or_quarantined", "unknown", "unreadable"),
    "false_compression": ("retried", "unknown", "retried"),
    "bomb": ("retried", "unknown", "retried"),
    "deep": ("retried", "unknown", "retried"),
    "http_302": ("refused", "refused", "denied_or_refused"),
    "http_400": ("refused", "refused", "denied_or_refused"),
    "http_401": ("denied", "denied", "denied"),
    "http_403": ("denied", "denied", "denied"),
    "http_404": ("refused", "refused", "denied_or_refused"),
    "http_405": ("refused", "refused", "denied_or_refused"),
    "http_422": ("refused", "refused", "denied_or_refused"),
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
    "session_never": ("denied_or_refused", "denied_or_refused", ""),
    "login_refused": ("", "", "denied"),
}
