"""What a contract is told about one system: how it is set up, how it logs in, what to ask it.

A *case* is what the kit needs to try one port: some records of the system and the way it writes
them. The kit knows nothing else of any system.
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

#: Tells one kind of request from others.
Matches = Callable[[Request], bool]
#: What an operation does with an adapter; adapters of other packages have other classes.
Work = Callable[[Any], object]


def nothing_before(adapter: Any) -> None:
    """What most operations need before."""


class Kind(StrEnum):
    """What an operation may do to the system."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Operation:
    """``call`` does it with an adapter. ``target`` tells its own request from others the
    adapter makes on the way; None takes every request that is no login. ``before``: what the
    same adapter must have done before. ``twin``: it goes the way of another operation, and is
    tried under one fault of each kind."""

    name: str
    kind: Kind
    call: Work = field(repr=False)
    target: Matches | None = field(default=None, repr=False)
    before: Work = field(default=nothing_before, repr=False)
    twin: bool = False


def read(name: str, call: Work, *, twin: bool = False) -> Operation:
    return Operation(name, Kind.READ, call, twin=twin)


@dataclass(frozen=True, slots=True)
class Login:
    """How the system knows its callers.

    ``is_login``: the request asks for a session. Each login must give another session.
    ``session``: what in a request stands for the session (a header, a key of the body).
    ``ended``: what the system says to a session that ended. ``refused``: what it says to a
    wrong password.
    """

    is_login: Matches
    session: Callable[[Request], str]
    ended: Callable[[Request], Response] = lambda request: Response(401)
    refused: Callable[[Request], Response] = lambda request: Response(401)


class Case(Protocol):
    """What is needed to try one port."""

    @property
    def port(self) -> type[Any]:
        """The protocol of ``khop.adapters.ports`` that is tried."""

    def operations(self) -> Sequence[Operation]:
        """Calls that a healthy system answers."""


C = TypeVar("C", bound=Case)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a system rightly does otherwise than the kit's table says: ``word`` is one of that
    table's (``khop.testing.expectations``), ``because`` stands in the documentation."""

    fault: str
    operation: str
    word: str
    because: str


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One adapter and the system it speaks to. Two of them are never equal.

    ``settings``: the source's table of khop.toml without ``adapter`` and ``role``, for a system
    at this address. ``stand``: makes the healthy system. ``personal``: every text about a person
    that the stand serves or is sent. ``secrets``: variables of the environment that the settings
    name, with their values. ``variant``: another system of the same adapter is tried in full, and
    this one under one fault of each kind.
    """

    name: str
    adapter: AdapterType
    role: Role
    settings: Callable[[str], Mapping[str, object]]
    stand: Callable[[], Handler]
    cases: Sequence[Case]
    personal: frozenset[str]
    login: Login | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    differs: Sequence[Difference] = ()
    variant: bool = False
    now: datetime = NOW

    def case(self, kind: type[C]) -> C:
        """The case of this kind. Raises LookupError."""
        for case in self.cases:
            if isinstance(case, kind):
                return case
        raise LookupError(f"{self.name} gives no {kind.__name__}")

    def operations(self) -> tuple[Operation, ...]:
        return tuple(operation for case in self.cases for operation in case.operations())

    def is_login(self, request: Request) -> bool:
        return self.login is not None and self.login.is_login(request)

    def is_target(self, operation: Operation, request: Request) -> bool:
        """Whether the request is the operation's own."""
        if self.is_login(request):
            return False
        return operation.target is None or operation.target(request)
