"""Calls every operation of a system under every fault and records what happened."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from khop.errors import AlreadyExists, ConnectorError, OutcomeUnknown, RecordError, Refused
from khop.loopback import Handler, Request, Response
from khop.testing.bench import Bench, open_bench
from khop.testing.faults import ELSEWHERE, Fault, wire_faults
from khop.testing.privacy import leaks, texts_of
from khop.testing.system import Kind, Login, Operation, System

#: The adapter's timeout, in seconds, before a system that does not answer.
SHORT_TIMEOUT = 0.2


class Ending(StrEnum):
    """How a call ended."""

    UNTOUCHED = "untouched"  #: the fault did not affect it
    RETRIED = "retried"  #: it was repeated and gave what a healthy system gives
    QUARANTINED = "quarantined"  #: a record was rejected with its reason
    REFUSED = "refused"  #: the system's refusal was raised
    ALERTED = "alerted"  #: given up with an error that tells people what to do
    UNKNOWN = "unknown"  #: a write that may have taken effect: it must be looked up
    WRONG = "wrong"  #: a result other than a healthy system's, and no error
    ESCAPED = "escaped"  #: an exception that is no KhopError of a connector


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What happened to one operation under one fault, at its own requests or at its login.

    ``raised``: the class of ``error``. ``requests``: those under the fault. ``logins``: since the
    fault was injected. ``effects``: how often a write took effect. ``waits``: seconds.
    ``leaked``: personal data and secrets that came out. ``redirects_followed``: their number.
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
    redirects_followed: int = 0
    error: BaseException | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Probe:
    """``fault``: the name of what is injected, at the operation's login or at its requests."""

    operation: Operation
    fault: str
    at_login: bool = False


class Prober:
    """Probes the operations of one system; remembers the results."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._healthy: dict[str, object] = {}
        self._results: dict[tuple[str, str, bool], ProbeResult] = {}

    def healthy(self, operation: Operation) -> object:
        """The operation's result from a healthy system. Raises what the operation raises."""
        if operation.name not in self._healthy:
            with open_bench(self.system) as bench:
                operation.prepare(bench.adapter)
                self._healthy[operation.name] = operation.call(bench.adapter)
        return self._healthy[operation.name]

    def under_fault(
        self, operation: Operation, fault: str, *, at_login: bool = False
    ) -> ProbeResult:
        """The result when the requests of ``operation``, or its login, meet the fault."""
        key = operation.name, fault, at_login
        if key not in self._results:
            injected = fault_named(self.system, fault)
            self._results[key] = self._with_fault(_Probe(operation, fault, at_login), injected)
        return self._results[key]

    def with_answer(self, operation: Operation, handler: Handler, name: str) -> ProbeResult:
        """The result when the system answers as ``handler``; ``name`` takes the place of the
        fault's name."""
        system = self.system
        healthy = self.healthy(operation)
        with open_bench(system) as bench:
            operation.prepare(bench.adapter)
            bench.handler = handler
            bench.watch(lambda request: system.is_target(operation, request))
            value, error = _called(operation, bench.adapter)
        return _result(_Probe(operation, name), bench, value, healthy, error)

    def _with_fault(self, probe: _Probe, fault: Fault) -> ProbeResult:
        system, operation = self.system, probe.operation
        healthy = self.healthy(operation)
        timeout = {"timeout": SHORT_TIMEOUT} if fault.name == "silence" else {}
        with open_bench(system, settings=timeout) as bench:
            if probe.at_login:
                bench.watch(system.is_login, fault)
            else:
                operation.prepare(bench.adapter)
                bench.adapter.check()  # logs in, if the preparation did not
                # A session that has ended has ended for every request, not only for the target.
                every = fault.name.startswith("session")
                bench.watch(
                    lambda request: system.is_target(operation, request),
                    fault,
                    (lambda request: not system.is_login(request)) if every else None,
                )
            value, error = _called(operation, bench.adapter)
        return _result(probe, bench, value, healthy, error)


def _called(operation: Operation, adapter: Any) -> tuple[object, BaseException | None]:
    try:
        return operation.call(adapter), None
    except Exception as error:
        return None, error


def _result(
    probe: _Probe, bench: Bench, value: object, healthy: object, error: BaseException | None
) -> ProbeResult:
    shown = texts_of(error) if error else ()
    secrets = (*bench.system.personal, *bench.system.secrets.values())
    is_write = probe.operation.kind is Kind.WRITE
    return ProbeResult(
        fault=probe.fault,
        operation=probe.operation.name,
        at_login=probe.at_login,
        ending=(
            _ending_of_error(error)
            if error
            else _ending_of_value(value, healthy, bench, at_login=probe.at_login)
        ),
        raised=type(error) if error else None,
        requests=bench.targets,
        logins=bench.logins,
        effects=bench.effects if is_write and not probe.at_login else 0,
        waits=tuple(bench.waits),
        leaked=leaks((*shown, *bench.output, *bench.addresses()), secrets),
        redirects_followed=sum(request.path == ELSEWHERE for request in bench.requests),
        error=error,
    )


def _ending_of_value(value: object, healthy: object, bench: Bench, *, at_login: bool) -> Ending:
    if value != healthy:
        return Ending.QUARANTINED if getattr(value, "rejects", ()) else Ending.WRONG
    again = bench.targets > 1 or bench.waits or (bench.logins and not at_login)
    return Ending.RETRIED if again else Ending.UNTOUCHED


def _ending_of_error(error: BaseException) -> Ending:
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
def prober_of(system: System) -> Prober:
    """The one prober of this system, so that nothing is probed twice."""
    return Prober(system)


def fault_named(system: System, name: str) -> Fault:
    """A fault of the wire, or one of the system's own answers at login. Raises KeyError."""
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
            "session_never", "every session is refused",
            lambda request, answer: login.ended(request),
        ),
        Fault(
            "login_refused", "the account is refused",
            lambda request, answer: login.refused(request),
        ),
    )  # fmt: skip
