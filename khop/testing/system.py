"""What the kit must know of one system: its settings, its login and a case for each port.

A *case* gives the kit what it needs to try one port: some records of the system, and functions
that write them as the system does. The kit knows nothing else of any system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from khop.adapters.ports import AdapterType, Role
from khop.loopback import Handler, Request, Response

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

#: Whether a request is of some kind.
RequestMatch = Callable[[Request], bool]
#: A call of an adapter. Its class is unknown: adapters may live in other packages.
Call = Callable[[Any], object]


def no_preparation(adapter: Any) -> None:
    """The ``prepare`` of an operation that needs none."""


class Kind(StrEnum):
    """What an operation may do to the system."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an adapter.

    ``call`` does it. ``target`` matches its own request, not other requests that the adapter
    makes for it; None matches every request but logins. ``prepare``: what the same adapter must
    do first. ``sampled``: it shares the code path of another operation, so that it is tried under
    one fault of each kind only.
    """

    name: str
    kind: Kind
    call: Call = field(repr=False)
    target: RequestMatch | None = field(default=None, repr=False)
    prepare: Call = field(default=no_preparation, repr=False)
    sampled: bool = False


def read(name: str, call: Call, *, sampled: bool = False) -> Operation:
    """An operation that reads."""
    return Operation(name, Kind.READ, call, sampled=sampled)


@dataclass(frozen=True, slots=True)
class Login:
    """How callers log in to the system.

    ``is_login`` matches a request for a session; each login must give another session.
    ``session``: the part of a request that identifies its session, such as a header.
    ``ended``: the answer to a session that has ended. ``refused``: the answer to a wrong
    password.
    """

    is_login: RequestMatch
    session: Callable[[Request], str]
    ended: Callable[[Request], Response] = lambda request: Response(401)
    refused: Callable[[Request], Response] = lambda request: Response(401)


class Case(Protocol):
    """What the kit needs to try one port."""

    @property
    def port(self) -> type[Any]:
        """The protocol of ``khop.adapters.ports`` that is tried."""

    def operations(self) -> Sequence[Operation]:
        """The operations of the port, which a healthy system answers."""


C = TypeVar("C", bound=Case)


@dataclass(frozen=True, slots=True)
class Difference:
    """An operation that must end differently under a fault than the kit's table says.

    ``outcome``: the right one, of ``khop.testing.expectations``. ``reason`` is printed in the
    documentation.
    """

    fault: str
    operation: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One adapter and the system it connects to. Systems are compared by identity.

    ``settings``: the source's table of khop.toml without ``adapter`` and ``role``, for a system
    at the given address. ``application`` makes a healthy system, as a handler of requests.
    ``personal``: every personal text that the application sends or receives. ``secrets``: the
    environment variables that the settings name, with their values. ``variant``: another system
    of the same adapter is tried in full, this one under one fault of each kind.
    """

    name: str
    adapter: AdapterType
    role: Role
    settings: Callable[[str], Mapping[str, object]]
    application: Callable[[], Handler]
    cases: Sequence[Case]
    personal: frozenset[str]
    login: Login | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    differs: Sequence[Difference] = ()
    variant: bool = False
    now: datetime = NOW

    def case(self, kind: type[C]) -> C:
        """The case of this class. Raises LookupError."""
        for case in self.cases:
            if isinstance(case, kind):
                return case
        raise LookupError(f"{self.name} has no {kind.__name__}: add one to its cases")

    def operations(self) -> tuple[Operation, ...]:
        """The operations of all cases."""
        return tuple(operation for case in self.cases for operation in case.operations())

    def is_login(self, request: Request) -> bool:
        return self.login is not None and self.login.is_login(request)

    def is_target(self, operation: Operation, request: Request) -> bool:
        """Whether the request is the operation's own."""
        if self.is_login(request):
            return False
        return operation.target is None or operation.target(request)
