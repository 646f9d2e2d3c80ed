"""The cases: what the kit needs to try each port.

A case has some records of the system and the functions that write them, and lists its operations.
A new port takes a case here and a contract class in ``dossiers.py`` or ``evidence.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from khop.adapters.ports import (
    CatalogueSource,
    DossierLookup,
    DossierSink,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    IdentityCheck,
    Purpose,
    WindowSource,
)
from khop.loopback import Request, Response
from khop.mappings.records import Applicant, FullDossier, Step
from khop.testing.system import Call, Kind, Operation, RequestMatch, no_preparation, read


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What the answer to a list reports about itself."""

    number: int
    size: int
    last: bool
    total: int


@dataclass(frozen=True, slots=True)
class SourceCase:
    """A ``DossierSource``.

    ``rows``: at least five sound items of the list as on the wire, newest first.
    ``bad_rows``: unusable items. ``page``: the answer with these items. ``requested_page``: the
    zero-based page that a request asks for, None if it asks for no page. ``native_id``: the id of
    an item. ``detail``: an id whose detail the application answers. ``reports``: which of
    ``number``, ``size`` and ``total`` the answer has.
    """

    rows: Sequence[Any]
    bad_rows: Sequence[Any]
    page: Callable[[Sequence[Any], PageInfo], Response]
    requested_page: Callable[[Request], int | None]
    native_id: Callable[[Any], str]
    detail: str
    reports: frozenset[str] = frozenset({"number", "size", "total"})
    port: ClassVar[type[Any]] = DossierSource

    def operations(self) -> Sequence[Operation]:
        return (
            read("page", lambda adapter: adapter.page(0)),
            read("detail", lambda adapter: adapter.detail(self.detail)),
            read("full", lambda adapter: adapter.full(self.detail), sampled=True),
        )

    def complete_list(self, rows: Sequence[Any]) -> Response:
        """The answer of a list with these rows and no others."""
        return self.page(rows, PageInfo(0, max(len(rows), 1), True, len(rows)))


@dataclass(frozen=True, slots=True)
class WindowCase:
    """A ``WindowSource``; the system needs a ``SourceCase`` as well.

    ``bounds``: the part of a list request that sets its dates, as any text; "" for none.
    """

    bounds: Callable[[Request], str]
    first: date = date(2026, 11, 1)
    last: date = date(2026, 11, 20)
    port: ClassVar[type[Any]] = WindowSource

    def operations(self) -> Sequence[Operation]:
        def first_field(adapter: Any) -> object:
            return adapter.window_page(adapter.window_fields[0], self.first, self.last, 0)

        return (read("window", first_field, sampled=True),)


@dataclass(frozen=True, slots=True)
class LookupCase:
    """A ``DossierLookup``.

    ``known``: a code that the application has. ``unknown``: a code that it answers not to have.
    ``unanswered``: the system's own answers when it cannot look up. ``unusable``: answers with an
    unusable dossier.
    """

    known: str
    unknown: str
    unanswered: Sequence[Response] = ()
    unusable: Sequence[Response] = ()
    port: ClassVar[type[Any]] = DossierLookup

    def operations(self) -> Sequence[Operation]:
        return (
            read("look_up", lambda adapter: adapter.look_up(self.known)),
            read("look_up_unknown", lambda adapter: adapter.look_up(self.unknown), sampled=True),
        )


@dataclass(frozen=True, slots=True)
class SinkCase:
    """A ``DossierSink``.

    ``is_write`` matches the request that takes effect. ``refused``: the system's own refusal.
    ``exists``: its answer to the create of a dossier it has; None if it has no such answer.
    ``prepare``: what the adapter must do before ``update`` and ``progress``, such as a create.
    """

    dossier: FullDossier
    steps: Sequence[Step]
    is_write: RequestMatch
    refused: Response
    exists: Response | None = None
    prepare: Call = no_preparation
    port: ClassVar[type[Any]] = DossierSink

    def operations(self) -> Sequence[Operation]:
        code = self.dossier.record.code

        def create(adapter: Any) -> object:
            return adapter.create(self.dossier)

        def update(adapter: Any) -> object:
            return adapter.update(self.dossier)

        def progress(adapter: Any) -> object:
            return adapter.progress(code, self.steps)

        return (
            Operation("create", Kind.WRITE, create, self.is_write),
            Operation("update", Kind.WRITE, update, self.is_write, self.prepare, sampled=True),
            Operation("progress", Kind.WRITE, progress, self.is_write, self.prepare),
        )


@dataclass(frozen=True, slots=True)
class FeedCase:
    """An ``EvidenceSource``.

    ``rows``: at least two events as on the wire, in order. ``bad_rows``: unusable events.
    ``page``: the answer with these events. ``is_feed`` matches a request for events.
    ``requested_position``: the position after which a request asks for events.
    """

    rows: Sequence[Any]
    bad_rows: Sequence[Any]
    page: Callable[[Sequence[Any]], Response]
    is_feed: RequestMatch
    requested_position: Callable[[Request], str]
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
            read(
                "evidence_unknown", lambda adapter: adapter.evidence_of(self.unknown), sampled=True
            ),
        )


@dataclass(frozen=True, slots=True)
class IdentityCase:
    """An ``IdentityCheck``.

    ``applicant``: a person whose data match in the application. ``mismatch``: the answer for data
    that do not match. ``unanswered``: answers without a verdict. ``invalid_applicant``: a person
    whose data must not be sent, such as one with a short number.
    """

    applicant: Applicant
    purpose: Purpose
    mismatch: Response
    invalid_applicant: Applicant
    unanswered: Sequence[Response] = ()
    port: ClassVar[type[Any]] = IdentityCheck

    def operations(self) -> Sequence[Operation]:
        def check(adapter: Any) -> object:
            return adapter.check_identity(self.applicant, self.purpose)

        return (read("check_identity", check),)


@dataclass(frozen=True, slots=True)
class CatalogueCase:
    """A ``CatalogueSource``. ``procedure``: a code that the application publishes. ``unknown``:
    a code that it answers not to publish."""

    procedure: str
    unknown: str
    port: ClassVar[type[Any]] = CatalogueSource

    def operations(self) -> Sequence[Operation]:
        return (
            read("procedure_entry", lambda adapter: adapter.procedure_entry(self.procedure)),
            read(
                "procedure_unknown",
                lambda adapter: adapter.procedure_entry(self.unknown),
                sampled=True,
            ),
            read("procedure_codes", lambda adapter: adapter.procedure_codes(), sampled=True),
            read("unit_entries", lambda adapter: adapter.unit_entries(), sampled=True),
            read("sector_entries", lambda adapter: adapter.sector_entries(), sampled=True),
        )
