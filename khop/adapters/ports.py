"""The ports: what the engine needs of a system, without naming a system.

An adapter is a connector and a mapping behind one or more of these protocols. khop finds it by
its entry point in the group ``khop.adapters``, whose object is an ``AdapterType``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from khop.mappings.catalogue_records import CatalogueItem, ProcedureEntry
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.paper.items import AnyRow, PaperItem, SheetRead
from khop.mappings.records import (
    Applicant,
    DossierReading,
    DossierRecord,
    FullDossier,
    IdentityVerdict,
    PaperKind,
    Reject,
    StatusRecord,
    Step,
)
from khop.mappings.time.calendar import WorkingCalendar


class Role(StrEnum):
    """The purpose of a source; several sources may have one role."""

    ONE_STOP = "one_stop"
    PORTAL = "portal"
    POST = "post"
    POPULATION = "population"
    LOGBOOK = "logbook"
    REGISTER = "register"
    APOLOGY = "apology"
    SLIPS = "slips"
    REPORT = "report"
    COUNTS = "counts"
    FEEDBACK = "feedback"
    RATINGS = "ratings"
    MINISTRY = "ministry"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of a source's list, newest change first.

    ``asked`` and ``number``: the zero-based page that was requested, and the one that the answer
    reports (None when it reports none). ``size``: rows of a full page, as the answer reports it.
    ``last``: no page follows. ``total``: rows in the whole list, where the answer has it.
    """

    asked: int
    number: int | None
    size: int | None
    last: bool
    total: int | None
    readings: tuple[DossierReading, ...]
    rejects: tuple[Reject, ...]

    @property
    def fetched(self) -> int:
        return len(self.readings) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """One page of a source's feed of events, in the feed's own order.

    ``position``: where the next read begins; None when the page does not change it. ``last``: the
    feed has no more events for now.
    """

    position: str | None
    last: bool
    records: tuple[StatusRecord, ...]
    rejects: tuple[Reject, ...]

    @property
    def fetched(self) -> int:
        return len(self.records) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class Purpose:
    """The purpose of a question about a person, which every check of a person requires.

    ``procedure``: code of the procedure on the portal. ``officer``: account of the officer who
    asks. ``dossier``: the dossier it is asked for.
    """

    procedure: str
    officer: str
    dossier: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """The result of a check of a person. ``warnings``: stable words for oddities of the person's
    number (docs/systems/population.md); they are no verdict."""

    verdict: IdentityVerdict
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One line of ``khop check``: ``name`` is ``reach``, ``login`` or ``read``."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A row of a file that would go to quarantine. ``native_id``: file, sheet and row. ``reason``
    has no value of the row: those may be personal data."""

    native_id: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """The result of ``khop check`` of one system. ``clock_skew``: its clock minus khop's, in s.
    ``unusable``: of files, all rows that cannot be used."""

    steps: tuple[CheckStep, ...]
    clock_skew: float | None = None
    unusable: tuple[UnusableRow, ...] = ()

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)


class Adapter(Protocol):
    """The methods that every adapter has."""

    name: str
    role: Role

    def check(self) -> Health:
        """Reach the system, log in, make one harmless read. Never raises ConnectorError."""

    def close(self) -> None:
        """Close the connections."""


@runtime_checkable
class DossierSource(Protocol):
    """A system that lists its dossiers, newest change first."""

    name: str
    role: Role
    #: ``"changed"``: the engine reads the detail of each changed dossier whose list item did
    #: not carry the history; ``"never"``: it does not.
    detail_mode: str
    #: Calls the engine may have in flight at once.
    connections: int
    #: How far before its watermark a pull reads again, in seconds.
    overlap_seconds: float

    def page(self, number: int) -> SourcePage:
        """The zero-based page ``number``; other calls may be under way. Raises ConnectorError."""

    def detail(self, native_id: str) -> DossierReading:
        """One dossier with its history. Raises ConnectorError, RecordError."""

    def full(self, native_id: str) -> FullDossier:
        """One dossier with all a push needs. Raises ConnectorError, RecordError."""

    def replay(self, payload: object) -> DossierReading:
        """Map a quarantined item again. Raises RecordError."""


@runtime_checkable
class DossierLookup(Protocol):
    """A system that can look up one dossier code."""

    name: str
    role: Role
    connections: int
    #: Look-ups one pull may make.
    lookup_budget: int

    def look_up(self, code: str) -> DossierRecord | None:
        """The dossier as the system has it; None when it answered that it has none.

        Raises ConnectorError when it did not answer, which never means absence.
        """


@runtime_checkable
class DossierSink(Protocol):
    """A system dossiers are pushed to."""

    name: str
    role: Role

    #: The most steps of one call.
    progress_chunk: int

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """The reasons why this dossier with these steps may not be sent, as stable words; empty
        when it may be sent.

        Pure: no call is made (docs/systems/dvcqg.md).
        """

    def create(self, dossier: FullDossier) -> None:
        """Raises AlreadyExists, Refused, OutcomeUnknown, other ConnectorErrors; RecordError
        when the dossier does not pass the checks before sending."""

    def update(self, dossier: FullDossier) -> None:
        """As ``create``."""

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        """Send steps, oldest first, at most ``progress_chunk`` in one call."""


@runtime_checkable
class CodeSource(Protocol):
    """A source that lists dossier codes to look up (an extract of the portal)."""

    name: str
    role: Role

    def codes(self) -> Iterable[str | Reject | SheetRead]:
        """Canonical dossier codes, the cells that are no usable code, and the sheets that were
        passed over. Raises ConfigError, after what could be read, when a file cannot be read."""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """The present version of a file of rows. ``name``: relative to the path of the source.
    ``digest``: SHA-256 of its bytes, in hex."""

    name: str
    digest: str


@runtime_checkable
class PaperSource(Protocol):
    """A file, or a folder of files, with rows that are kept outside the systems."""

    name: str
    role: Role
    kind: PaperKind

    def files(self) -> Sequence[PaperFile]:
        """The present files, by name. Raises ConfigError when they cannot be read."""

    def rows(self, file: PaperFile) -> Iterable[PaperItem]:
        """The file's rows in order; an unusable row is a ``Reject`` whose ``native_id`` names
        file, sheet and row.

        A source that passes over lines gives a ``NoRow`` for each, and a ``SheetRead`` for each
        sheet, so that every line of the file is accounted for.

        Raises ConfigError when the file cannot be read, has no row of headers, or has changed.
        """

    def replay_row(self, payload: object) -> AnyRow:
        """Map a quarantined row again. Raises RecordError."""


@runtime_checkable
class WindowSource(Protocol):
    """A ``DossierSource`` whose list can also be filtered by dates.

    An increment reads the dossiers that changed; a window reads all dossiers of its days.
    """

    #: The dates by which the list can be filtered, as stable words (``accepted``, ``returned``).
    window_fields: tuple[str, ...]

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        """The zero-based page ``number`` of the dossiers whose date ``field`` lies on a local
        day from ``first`` to ``last``, both included. Raises ConnectorError."""


@runtime_checkable
class EvidenceSource(Protocol):
    """A feed of events that are evidence of what happened to dossiers."""

    name: str
    role: Role

    def events(self, after: str | None) -> EvidencePage:
        """The events that follow the position ``after``; from the beginning for None.

        Raises ConnectorError.
        """

    def replay_event(self, payload: object) -> StatusRecord:
        """Map a quarantined event again. Raises RecordError."""


@runtime_checkable
class EvidenceLookup(Protocol):
    """A system that can look up the events of one dossier."""

    name: str
    role: Role
    connections: int
    #: Look-ups one pull may make.
    lookup_budget: int

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        """The events of this dossier; empty when the system answered that it has none.

        Raises ConnectorError when it did not answer, RecordError when the answer is unusable.
        """


@runtime_checkable
class IdentityCheck(Protocol):
    """A system that checks whether a person's number, name and birth belong together."""

    name: str
    role: Role

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        """One question about one person. Raises ConnectorError when it was not answered;
        RecordError, without a call, when the person's data allow no question."""


@runtime_checkable
class CatalogueSource(Protocol):
    """A system that publishes procedures, units and sectors."""

    name: str
    role: Role

    def procedure_codes(self) -> tuple[str, ...]:
        """Codes of all published procedures. Raises ConnectorError; RecordError when none of the
        answer's rows can be read."""

    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        """One procedure with time limits, fees and results; None when the system answered that it
        has no such procedure. Raises ConnectorError, RecordError."""

    def unit_entries(self) -> tuple[CatalogueItem, ...]:
        """Units by code. Raises as ``procedure_codes``."""

    def sector_entries(self) -> tuple[CatalogueItem, ...]:
        """Sectors (lĩnh vực) by code. Raises as ``procedure_codes``."""


class CallBook(Protocol):
    """Counts and records calls about persons before they are made."""

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        """Count one call of today, and write it into the audit log.

        Raises Refused when ``quota`` calls were already made today.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter is built with, besides its settings.

    ``key``: the installation's secret for matching keys. ``base_dir``: the folder that relative
    paths start from (that of khop.toml). ``clock``: now, aware UTC. ``book``: counts calls about
    persons; without it no such call can be made. ``sleep``: waits, in seconds. ``codes``: the
    shapes of codes, None for the packaged ones.
    """

    key: bytes
    base_dir: Path
    clock: Callable[[], datetime]
    calendar: WorkingCalendar
    book: CallBook | None = None
    sleep: Callable[[float], None] = time.sleep
    codes: CodeGrammar | None = None


@dataclass(frozen=True, slots=True)
class AdapterType:
    """The declaration of an adapter: its settings model, its possible roles, how it is built."""

    settings: type[BaseModel]
    roles: frozenset[Role]
    build: Callable[[str, Role, Any, Context], Adapter]
