"""The cases: what the kit needs to try each port.

A case holds some records of the system and the way it writes them; which calls they allow, it
says itself. To try another port is to add a case here, and a contract beside its brothers.
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
from khop.testing.system import Kind, Matches, Operation, Work, nothing_before, read


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
    before: Work = nothing_before
    port: ClassVar[type[Any]] = DossierSink

    def operations(self) -> Sequence[Operation]:
        code = self.dossier.record.code

        def write(name: str, call: Work, before: Work, *, twin: bool = False) -> Operation:
            return Operation(name, Kind.WRITE, call, self.is_write, before, twin)

        return (
            write("create", lambda adapter: adapter.create(self.dossier), nothing_before),
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
