"""What a contract is told about one system: how it is set up, how it logs in, what to ask it.

A *case* is what the kit needs to try one port: some records of the system and the way it writes
them. The kit knows nothing else of any system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar

from khop.adapters.ports import (
    AdapterType,
    CatalogueSource,
    DossierLookup,
    DossierSink,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    IdentityCheck,
    Purpose,
    Role,
    WindowSource,
)
from khop.mappings.records import Applicant, FullDossier, Step
from khop.testing.http import Request, Response, Stand

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Matches = Callable[[Request], bool]


#: What an operation does with an adapter; adapters of other packages have other classes.
Work = Callable[[Any], object]


def _nothing(adapter: Any) -> None:
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
    before: Work = field(default=_nothing, repr=False)
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


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the answer to a list says about itself."""

    number: int
    size: int
    last: bool
    total: int


@dataclass(frozen=True, slots=True)
class SourceCase:
    """A ``DossierSource``.

    ``rows``: at least five sound items of the list as the wire writes them, newest first.
    ``bad_rows``: items that cannot be used. ``page``: the answer that holds these items.
    ``asked``: the zero-based page a request asks for, None when it asks for no page.
    ``native_id``: the id of an item. ``detail``: an id whose detail the stand answers.
    ``tells``: which of ``number``, ``size`` and ``total`` the answer tells.
    """

    rows: Sequence[Any]
    bad_rows: Sequence[Any]
    page: Callable[[Sequence[Any], PageWords], Response]
    asked: Callable[[Request], int | None]
    native_id: Callable[[Any], str]
    detail: str
    tells: frozenset[str] = frozenset({"number", "size", "total"})
    port: ClassVar[type[Any]] = DossierSource

    def operations(self) -> Sequence[Operation]:
        return (
            read("page", lambda adapter: adapter.page(0)),
            read("detail", lambda adapter: adapter.detail(self.detail)),
            read("full", lambda adapter: adapter.full(self.detail), twin=True),
        )

    def whole(self, rows: Sequence[Any]) -> Response:
        """The answer of a list that has these rows and no others."""
        return self.page(rows, PageWords(0, max(len(rows), 1), True, len(rows)))


@dataclass(frozen=True, slots=True)
class WindowCase:
    """A ``WindowSource``; beside a ``SourceCase``, whose pages it takes.

    ``bounds``: what a request of the list says of its window, in any text; "" for none.
    """

    bounds: Callable[[Request], str]
    first: date = date(2026, 11, 1)
    last: date = date(2026, 11, 20)
    port: ClassVar[type[Any]] = WindowSource

    def operations(self) -> Sequence[Operation]:
        def first_field(adapter: Any) -> object:
            return adapter.window_page(adapter.window_fields[0], self.first, self.last, 0)

        return (read("window", first_field, twin=True),)


@dataclass(frozen=True, slots=True)
class LookupCase:
    """A ``DossierLookup``. ``known``: a code the stand has. ``unknown``: one it answers that it
    has not. ``no_answers``: what the system says in its own words when it cannot answer.
    ``unusable``: answers with a dossier that cannot be used."""

    known: str
    unknown: str
    no_answers: Sequence[Response] = ()
    unusable: Sequence[Response] = ()
    port: ClassVar[type[Any]] = DossierLookup

    def operations(self) -> Sequence[Operation]:
        return (
            read("look_up", lambda adapter: adapter.look_up(self.known)),
            read("look_up_unknown", lambda adapter: adapter.look_up(self.unknown), twin=True),
        )


@dataclass(frozen=True, slots=True)
class SinkCase:
    """A ``DossierSink``. ``is_write``: the request that takes effect. ``exists``: what the
    system says to a create of what it has; None where it does not say. ``refused``: a refusal
    in its own words. ``before``: what goes before ``update`` and ``progress``, such as a create
    by the same adapter."""

    dossier: FullDossier
    steps: Sequence[Step]
    is_write: Matches
    refused: Response
    exists: Response | None = None
    before: Work = _nothing
    port: ClassVar[type[Any]] = DossierSink

    def operations(self) -> Sequence[Operation]:
        code = self.dossier.record.code

        def write(name: str, call: Work, before: Work, *, twin: bool = False) -> Operation:
            return Operation(name, Kind.WRITE, call, self.is_write, before, twin)

        return (
            write("create", lambda adapter: adapter.create(self.dossier), _nothing),
            write("update", lambda adapter: adapter.update(self.dossier), self.before, twin=True),
            write("progress", lambda adapter: adapter.progress(code, self.steps), self.before),
        )


@dataclass(frozen=True, slots=True)
class FeedCase:
    """An ``EvidenceSource``. ``rows``: at least two events as the wire writes them, in order.
    ``bad_rows``: events that cannot be used. ``page``: the answer that holds these events.
    ``is_feed``: the request asks for events. ``asked``: the position it asks after."""

    rows: Sequence[Any]
    bad_rows: Sequence[Any]
    page: Callable[[Sequence[Any]], Response]
    is_feed: Matches
    asked: Callable[[Request], str]
    port: ClassVar[type[Any]] = EvidenceSource

    def operations(self) -> Sequence[Operation]:
        return (read("events", lambda adapter: adapter.events(None)),)


@dataclass(frozen=True, slots=True)
class EvidenceCase:
    """An ``EvidenceLookup``. The codes as in ``LookupCase``."""

    known: str
    unknown: str
    unusable: Sequence[Response] = ()
    port: ClassVar[type[Any]] = EvidenceLookup

    def operations(self) -> Sequence[Operation]:
        return (
            read("evidence_of", lambda adapter: adapter.evidence_of(self.known)),
            read("evidence_unknown", lambda adapter: adapter.evidence_of(self.unknown), twin=True),
        )


@dataclass(frozen=True, slots=True)
class IdentityCase:
    """An ``IdentityCheck``. ``applicant``: a person the stand knows. ``mismatch``: what the
    system says of a person whose data do not belong together. ``unanswered``: what it says when
    it gives no verdict. ``unaskable``: a person who cannot be asked about."""

    applicant: Applicant
    purpose: Purpose
    mismatch: Response
    unaskable: Applicant
    unanswered: Sequence[Response] = ()
    port: ClassVar[type[Any]] = IdentityCheck

    def operations(self) -> Sequence[Operation]:
        def check(adapter: Any) -> object:
            return adapter.check_identity(self.applicant, self.purpose)

        return (read("check_identity", check),)


@dataclass(frozen=True, slots=True)
class CatalogueCase:
    """A ``CatalogueSource``. ``procedure``: a code it publishes; ``unknown``: one it answers
    that it does not."""

    procedure: str
    unknown: str
    port: ClassVar[type[Any]] = CatalogueSource

    def operations(self) -> Sequence[Operation]:
        return (
            read("procedure_entry", lambda adapter: adapter.procedure_entry(self.procedure)),
            read(
                "procedure_unknown",
                lambda adapter: adapter.procedure_entry(self.unknown),
                twin=True,
            ),
            read("procedure_codes", lambda adapter: adapter.procedure_codes(), twin=True),
            read("unit_entries", lambda adapter: adapter.unit_entries(), twin=True),
            read("sector_entries", lambda adapter: adapter.sector_entries(), twin=True),
        )


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
    stand: Callable[[], Stand]
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
