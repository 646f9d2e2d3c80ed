"""Tries the operations of a system under every fault and says what really happened."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from khop.errors import AlreadyExists, ConnectorError, OutcomeUnknown, RecordError, Refused
from khop.loopback import Handler, Request, Response
from khop.testing.bench import Bench, bench
from khop.testing.faults import ELSEWHERE, Fault, wire_faults
from khop.testing.privacy import leaks, texts_of
from khop.testing.system import Kind, Login, Operation, System

#: How long a silent system is waited for, in seconds.
PATIENCE = 0.2


class Ending(StrEnum):
    """How a call ended."""

    UNTOUCHED = "untouched"  #: the fault did not reach it
    RETRIED = "retried"  #: it was tried again and gave what a healthy system gives
    QUARANTINED = "quarantined"  #: a record is put aside with its reason
    REFUSED = "refused"  #: the system's no is handed on
    ALERTED = "alerted"  #: given up, with the fault that tells people what to do
    UNKNOWN = "unknown"  #: a write that may have taken effect: to be looked up
    WRONG = "wrong"  #: an answer other than a healthy system's, and no fault
    ESCAPED = "escaped"  #: an exception that is none of these faults


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one operation under one fault, at its own requests or at its login.

    ``raised``: the fault's class. ``requests``: those the fault was put before. ``logins``:
    after the fault was put there. ``effects``: how often a write took effect.
    ``waits``: seconds. ``leaked``: personal data and secrets that came out. ``strayed``:
    redirects that were followed.
    """

    fault: str
    operation: str
    at_login: bool
    ending: Ending
    raised: type[BaseException] | None = None
    requests: int = 0
    logins: int = 0
    effects: int = 0
    waits: tuple[float, ...] = ()
    leaked: frozenset[str] = frozenset()
    strayed: int = 0
    error: BaseException | None = field(default=None, repr=False, compare=False)


class Lab:
    """Tries the operations of one system under every fault; remembers what it saw."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._healthy: dict[str, object] = {}
        self._cells: dict[tuple[str, str, bool], Cell] = {}

    def healthy(self, operation: Operation) -> object:
        """What the operation gives when nothing is wrong. Raises what it raises."""
        if operation.name not in self._healthy:
            with bench(self.system) as made:
                operation.before(made.adapter)
                self._healthy[operation.name] = operation.call(made.adapter)
        return self._healthy[operation.name]

    def cell(self, operation: Operation, fault: str, *, at_login: bool = False) -> Cell:
        """What becomes of ``operation`` when its requests, or its login, meet the fault."""
        key = operation.name, fault, at_login
        if key not in self._cells:
            self._cells[key] = self._probe(operation, fault_named(self.system, fault), at_login)
        return self._cells[key]

    def said(self, operation: Operation, answer: Handler, words: str) -> Cell:
        """What becomes of ``operation`` when the system, healthy but for that, answers so."""
        fault = Fault(words, words, None)
        healthy = self.healthy(operation)
        with bench(self.system) as made:
            operation.before(made.adapter)
            made.stand = answer
            made.arm(None, lambda request: self.system.is_target(operation, request))
            value, error = _called(operation, made.adapter)
        ending = _raised(error) if error else _returned(value, healthy, made, False)
        return _seen(made, operation, fault, False, ending, error)

    def _probe(self, operation: Operation, fault: Fault, at_login: bool) -> Cell:
        system = self.system
        healthy = self.healthy(operation)
        patience = {"timeout": PATIENCE} if fault.name == "silence" else {}
        with bench(system, settings=patience) as made:
            if at_login:
                made.arm(fault, system.is_login)
            else:
                operation.before(made.adapter)
                made.adapter.check()  # logs in, where nothing before did
                # A session that ended has ended for every request, not for this one alone.
                every = fault.name.startswith("session")
                made.arm(
                    fault,
                    lambda request: system.is_target(operation, request),
                    (lambda request: not system.is_login(request)) if every else None,
                )
            value, error = _called(operation, made.adapter)
        ending = _raised(error) if error else _returned(value, healthy, made, at_login)
        return _seen(made, operation, fault, at_login, ending, error)


def _called(operation: Operation, adapter: Any) -> tuple[object, BaseException | None]:
    try:
        return operation.call(adapter), None
    except Exception as error:
        return None, error


def _seen(
    made: Bench,
    operation: Operation,
    fault: Fault,
    at_login: bool,
    ending: Ending,
    error: BaseException | None,
) -> Cell:
    shown = texts_of(error) if error else ()
    secrets = (*made.system.personal, *made.system.secrets.values())
    return Cell(
        fault=fault.name,
        operation=operation.name,
        at_login=at_login,
        ending=ending,
        raised=type(error) if error else None,
        requests=made.targets,
        logins=made.logins,
        effects=made.effects if operation.kind is Kind.WRITE and not at_login else 0,
        waits=tuple(made.waits),
        leaked=leaks((*shown, *made.heard, *made.addresses()), secrets),
        strayed=sum(request.path == ELSEWHERE for request in made.requests),
        error=error,
    )


def _returned(value: object, healthy: object, made: Bench, at_login: bool) -> Ending:
    if value != healthy:
        return Ending.QUARANTINED if getattr(value, "rejects", ()) else Ending.WRONG
    again = made.targets > 1 or made.waits or (made.logins and not at_login)
    return Ending.RETRIED if again else Ending.UNTOUCHED


def _raised(error: BaseException) -> Ending:
    match error:
        case OutcomeUnknown():
            return Ending.UNKNOWN
        case Refused() | AlreadyExists():
            return Ending.REFUSED
        case ConnectorError():
            return Ending.ALERTED
        case RecordError():
            return Ending.QUARANTINED
    return Ending.ESCAPED


@functools.cache
def lab_of(system: System) -> Lab:
    """The lab of this system: what was tried in it once is not tried again."""
    return Lab(system)


def fault_named(system: System, name: str) -> Fault:
    """A fault of the wire, or one in the system's own words. Raises KeyError."""
    own = _login_faults(system.login) if system.login else ()
    return {fault.name: fault for fault in (*wire_faults(), *own)}[name]


def _login_faults(login: Login) -> tuple[Fault, ...]:
    first: list[str] = []

    def ended(request: Request, answer: Callable[[], Response]) -> Response:
        session = login.session(request)
        first.append(session)
        return login.ended(request) if session == first[0] else answer()

    return (
        Fault("session_ended", "the session has ended", ended),
        Fault(
            "session_never", "no session is taken",
            lambda request, answer: login.ended(request),
        ),
        Fault(
            "login_refused", "the account is refused",
            lambda request, answer: login.refused(request),
        ),
    )  # fmt: skip
