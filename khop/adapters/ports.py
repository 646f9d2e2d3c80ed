"""The ports: what the engine needs of a system, and nothing about which system it is.

An adapter is a connector and a mapping behind one or more of these protocols. It is found by
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
from khop.mappings.records import (
    Applicant,
    DossierReading,
    DossierRecord,
    FullDossier,
    IdentityVerdict,
    PaperKind,
    PaperRow,
    Reject,
    StatusRecord,
    Step,
)
from khop.mappings.time.calendar import WorkingCalendar


class Role(StrEnum):
    """What a source is for; several sources may fill one role."""

    ONE_STOP = "one_stop"
    PORTAL = "portal"
    POST = "post"
    POPULATION = "population"
    LOGBOOK = "logbook"
    REGISTER = "register"
    APOLOGY = "apology"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of a source's list, newest change first.

    ``asked`` and ``number``: the zero-based page asked for, and the one the answer says it is
    (None when it does not say). ``size``: rows a full page has, as the answer says.
    ``last``: no page follows. ``total``: rows in the whole list, where the answer tells.
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

    ``position``: where to go on after this page; None when it moves nothing. ``last``: the feed
    has no more for now.
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
    """Why a person's data is asked for: every check of a person needs one.

    ``procedure``: code of the procedure on the portal. ``officer``: account of the officer who
    asks. ``dossier``: the dossier it is asked for.
    """

    procedure: str
    officer: str
    dossier: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """What a check of a person said. ``warnings``: stable words for what looks odd about the
    person's number (docs/systems/population.md); they are no verdict."""

    verdict: IdentityVerdict
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One line of ``khop check``: ``name`` is ``reach``, ``login`` or ``read``."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What ``khop check`` saw of one system. ``clock_skew``: its clock minus ours, seconds."""

    steps: tuple[CheckStep, ...]
    clock_skew: float | None = None

    @property
    def ok(self) -> bool:
        return all(step.ok for step in self.steps)


class Adapter(Protocol):
    """What every adapter has."""

    name: str
    role: Role

    def check(self) -> Health:
        """Reach the system, log in, make one harmless read. Never raises ConnectorError."""

    def close(self) -> None:
        """Give back connections."""


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
        """The zero-based page ``number``. Raises ConnectorError."""

    def detail(self, native_id: str) -> DossierReading:
        """One dossier with its history. Raises ConnectorError, RecordError."""

    def full(self, native_id: str) -> FullDossier:
        """One dossier with all a push needs. Raises ConnectorError, RecordError."""

    def replay(self, payload: object) -> DossierReading:
        """Map a quarantined item again. Raises RecordError."""


@runtime_checkable
class DossierLookup(Protocol):
    """A system that can be asked about one dossier code."""

    name: str
    role: Role
    connections: int
    #: Look-ups one pull may make.
    lookup_budget: int

    def look_up(self, code: str) -> DossierRecord | None:
        """The dossier as the system has it; None when it answered that it has none.

        Raises ConnectorError when it did not answer; that is never an absence.
        """


@runtime_checkable
class DossierSink(Protocol):
    """A system dossiers are pushed to."""

    name: str
    role: Role

    #: Steps one call may carry.
    progress_chunk: int

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """Why this dossier, with these steps, may not be sent, as stable words; empty when it
        may.

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
    """A source that names dossier codes worth a look-up (an extract of the portal)."""

    name: str
    role: Role

    def codes(self) -> Iterable[str]:
        """Canonical dossier codes. Raises ConfigError when the file cannot be read."""


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file of rows as it lies there now. ``name``: relative to what the source watches.
    ``digest``: SHA-256 of its bytes, in hex."""

    name: str
    digest: str


@runtime_checkable
class PaperSource(Protocol):
    """A file, or a folder of files, of rows kept outside the systems."""

    name: str
    role: Role
    kind: PaperKind

    def files(self) -> Sequence[PaperFile]:
        """The files there are now, by name. Raises ConfigError when they cannot be read."""

    def rows(self, file: PaperFile) -> Iterable[PaperRow | Reject]:
        """The file's rows in order; a row that cannot be used as a ``Reject`` whose
        ``native_id`` names file, sheet and row.

        Raises ConfigError when it cannot be read, has no row of headers, or changed since.
        """

    def replay_row(self, payload: object) -> PaperRow:
        """Map a quarantined row again. Raises RecordError."""


@runtime_checkable
class WindowSource(Protocol):
    """A ``DossierSource`` whose list can also be asked for by dates.

    An increment sees what changed since; this sees what lies in a window, changed or not.
    """

    #: The dates the list can be asked by, as stable words (``accepted``, ``returned``).
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
    """A system that can be asked what happened to one dossier."""

    name: str
    role: Role
    connections: int
    #: Look-ups one pull may make.
    lookup_budget: int

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        """What is known of this dossier; empty when it answered that it knows nothing.

        Raises ConnectorError when it did not answer, RecordError when the answer is unusable.
        """


@runtime_checkable
class IdentityCheck(Protocol):
    """A system that says whether a person's number, name and birth belong together."""

    name: str
    role: Role

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        """One question about one person. Raises ConnectorError when it was not answered;
        RecordError when the person's data cannot be asked about, which asks nobody."""


@runtime_checkable
class CatalogueSource(Protocol):
    """A system that publishes procedures, units and sectors."""

    name: str
    role: Role

    def procedure_codes(self) -> tuple[str, ...]:
        """Codes of all procedures it publishes. Raises ConnectorError; RecordError when none of
        the answer's rows can be read."""

    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        """One procedure with limits, fees and results; None when it answered that it has none
        such. Raises ConnectorError, RecordError."""

    def unit_entries(self) -> tuple[CatalogueItem, ...]:
        """Units by code. Raises as ``procedure_codes``."""

    def sector_entries(self) -> tuple[CatalogueItem, ...]:
        """Sectors (lĩnh vực) by code. Raises as ``procedure_codes``."""


class CallBook(Protocol):
    """Where calls about persons are counted and kept, before they are made."""

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        """Count one call of today, and write it into the audit log.

        Raises Refused when ``quota`` calls were made today: then none may be made.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What an adapter is built with, besides its settings.

    ``key``: the installation's secret for matching keys. ``base_dir``: where relative paths
    start (the folder of khop.toml). ``clock``: now, aware UTC. ``book``: where calls about
    persons are counted; without it none can be made. ``sleep``: waits, in seconds.
    """

    key: bytes
    base_dir: Path
    clock: Callable[[], datetime]
    calendar: WorkingCalendar
    book: CallBook | None = None
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class AdapterType:
    """An adapter as declared: its settings model, the roles it can fill, how it is built."""

    settings: type[BaseModel]
    roles: frozenset[Role]
    build: Callable[[str, Role, Any, Context], Adapter]
