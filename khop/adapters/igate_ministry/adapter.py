"""VNPT's adapter for ministries as a system to push to, for programs that use khop as a library
(docs/systems/igate.md).

The engine does not push through it: the platform has no look-up, and without one an outcome
that is not known cannot be cleared up. What was filed is known to this object alone, or told to
it by ``remember``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.adapters.settings import HttpSettings, Secret
from khop.connectors.http.transport import Transport
from khop.connectors.igate_ministry.answers import Uploaded
from khop.connectors.igate_ministry.client import MinistryClient, MinistryPaths
from khop.errors import RecordError
from khop.mappings.igate_ministry.messages import Filed, MinistryMapping
from khop.mappings.records import Attachment, DossierRecord, FullDossier, Step

_PATHS = MinistryPaths()


class PathSettings(BaseModel):
    """Where the six steps are; the platform's own paths are not public."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: Annotated[str, Field(description="Path of the login.")] = _PATHS.token
    next_value: Annotated[str, Field(description="Path of the next code.")] = _PATHS.next_value
    upload: Annotated[str, Field(description="Path of the upload.")] = _PATHS.upload
    create: Annotated[str, Field(description="Path of a new dossier.")] = _PATHS.create
    progress: Annotated[str, Field(description="Path of progress.")] = _PATHS.progress
    status: Annotated[str, Field(description="Path of states.")] = _PATHS.status


class MinistrySettings(HttpSettings):
    """``[sources.NAME]`` with ``adapter = "igate_ministry"``."""

    base_url: Annotated[str, Field(description="The adapter, or the ministry's proxy before it.")]
    client_id: Annotated[str, Field(description="Account at the platform.")]
    client_secret: Annotated[Secret, Field(description="Its secret: { env = … } or { file = … }.")]
    token_in: Annotated[
        Literal["header", "query"],
        Field(description="Where the token travels: as Bearer, or as ?token= in the address."),
    ] = "header"
    code_from: Annotated[
        Literal["next_value", "dossier"],
        Field(
            description="next_value: a new dossier gets a code from the platform; dossier: it "
            "keeps its own."
        ),
    ] = "next_value"
    next_value_for: Annotated[
        Literal["unit", "procedure"],
        Field(description="Whose code a new code is asked for with; programs differ."),
    ] = "unit"
    progress_chunk: Annotated[
        int, Field(ge=1, le=100, description="Progress steps sent in one call.")
    ] = 10
    copy_kind: Annotated[
        int, Field(ge=0, le=2, description="LoaiBan of every paper: kind of copy, 0 to 2.")
    ] = 0
    units: Annotated[
        Mapping[str, str], Field(description="Unit code or name to the platform's code.")
    ] = {}
    procedures: Annotated[
        Mapping[str, str],
        Field(description="Local procedure code to the national one, where they differ."),
    ] = {}
    services: Annotated[
        Mapping[str, str], Field(description="Procedure code to MaDichVuCong.")
    ] = {}
    applicant_kinds: Annotated[
        Mapping[str, Annotated[int, Field(ge=0, le=2)]],
        Field(
            description="Kind of applicant (1 citizen, 2 business, 3 state body, 4 organisation) "
            "to LoaiDoiTuong, where khop's list has none, such as { 4 = 1 }."
        ),
    ] = {}
    paths: Annotated[PathSettings, Field(description="Paths of the steps.")] = PathSettings()


class MinistryAdapter:
    """A ``DossierSink``. Safe for threads.

    Files go first, by ``attach``; then ``create``, then ``progress`` and ``update``, which
    sends the state. The platform's ids of what was created are kept in memory.
    """

    def __init__(
        self,
        name: str,
        role: Role,
        settings: MinistrySettings,
        client: MinistryClient,
        mapping: MinistryMapping,
        transport: Transport,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.progress_chunk = settings.progress_chunk
        self._settings = settings
        self._client = client
        self._mapping = mapping
        self._transport = transport
        self._clock = context.clock
        self._lock = threading.Lock()
        # Of its own: a code that is being asked for holds up nobody but who asks for codes.
        self._asking = threading.Lock()
        self._codes: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._uploads: dict[str, dict[Attachment, Uploaded]] = {}

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """Why this dossier may not be sent, as stable words."""
        return self._mapping.problems(record, steps)

    def attach(
        self,
        code: str,
        file: Attachment,
        content: bytes,
        media_type: str = "application/octet-stream",
    ) -> None:
        """Upload a file of the dossier ``code``, which is to be created. Raises
        ConnectorError."""
        stored = self._client.upload(file.name or "Dinhkem", content, media_type)
        with self._lock:
            self._uploads.setdefault(code, {})[file] = stored

    def create(self, dossier: FullDossier, form: Mapping[str, Any] | None = None) -> None:
        """File a dossier. ``form``: the filled form of the procedure.

        Raises RecordError before anything is sent, AlreadyExists, Refused, OutcomeUnknown. A
        code that was given out for the dossier is used again when it is created again.
        """
        record = dossier.record
        with self._lock:
            uploads = dict(self._uploads.get(record.code, {}))
        message = self._mapping.dossier(dossier, uploads, form)
        code = self._code(record)
        created = self._client.create(self._mapping.filed_as(message, code))
        self.remember(record.code, created.native_id, created.code)
        with self._lock:
            self._uploads.pop(record.code, None)

    def update(self, dossier: FullDossier) -> None:
        """Send the state of a dossier that was created. Raises as ``create``."""
        filed = self._filed(dossier.record.code)
        self._client.status([self._mapping.state(filed, dossier)])

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        """Send steps of one dossier, oldest first. Raises as ``create``."""
        self._client.progress(self._mapping.steps(self._filed(code), steps))

    def remember(self, code: str, native_id: str | None, their_code: str | None = None) -> None:
        """The platform's id, and its code, of the dossier ``code``; None changes nothing."""
        with self._lock:
            if native_id:
                self._ids[code] = native_id
            if their_code:
                self._codes[code] = their_code

    def filed(self, code: str) -> tuple[str | None, str | None]:
        """(id, code) that the platform has for the dossier ``code``, as far as they are known:
        what a program keeps between runs."""
        with self._lock:
            return self._ids.get(code), self._codes.get(code)

    def check(self) -> Health:
        """Login alone: every other step writes."""
        return checked(self._client.login, _no_read, self._client.server_date, self._clock)

    def close(self) -> None:
        self._transport.close()

    def _code(self, record: DossierRecord) -> str:
        """The code the dossier is filed under; one that is taken from the platform only once."""
        if self._settings.code_from == "dossier":
            return record.code
        with self._asking:
            _, known = self.filed(record.code)
            if known is None:
                by_unit = self._settings.next_value_for == "unit"
                asked = (self._mapping.unit if by_unit else self._mapping.procedure)(record)
                known = self._client.next_value(asked)
                self.remember(record.code, None, known)
        return known

    def _filed(self, code: str) -> Filed:
        native_id, their_code = self.filed(code)
        if native_id is None:
            raise RecordError(
                "IdHoSo",
                "is not known: the dossier was not created here, or the answer had no id; "
                "tell it with `remember`",
            )
        return Filed(native_id, their_code or code)


def _no_read() -> str:
    return "nothing was read: the platform has no call that only reads"


def _build(name: str, role: Role, settings: Any, context: Context) -> MinistryAdapter:
    transport = transport_of(name, settings, context)
    client = MinistryClient(
        name,
        transport,
        base_url=settings.base_url,
        client_id=settings.client_id,
        client_secret=lambda: settings.client_secret.reveal(context.base_dir),
        paths=MinistryPaths(**settings.paths.model_dump()),
        token_in=settings.token_in,
    )
    mapping = MinistryMapping(
        units=settings.units,
        procedures=settings.procedures,
        services=settings.services,
        applicant_kinds=settings.applicant_kinds,
        copy_kind=settings.copy_kind,
    )
    return MinistryAdapter(name, role, settings, client, mapping, transport, context)


ADAPTER = AdapterType(MinistrySettings, frozenset({Role.PORTAL}), _build)
