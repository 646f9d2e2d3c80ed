"""VNPT's adapter for ministries as a system to push to, for programs that use khop as a library
(docs/systems/igate.md).

The engine does not push through it: the platform has no look-up, and without one an unknown
outcome cannot be resolved. What was filed is known only to this object, or through ``remember``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from khop.adapters.http import checked, transport_of
from khop.adapters.igate_ministry.settings import MinistrySettings
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.connectors.igate_ministry import MinistryClient
from khop.connectors.igate_ministry.answers import Uploaded
from khop.errors import RecordError
from khop.mappings.igate_ministry.messages import Filed, MinistryMapping
from khop.mappings.records import Attachment, DossierRecord, FullDossier, Step


class MinistryAdapter:
    """A ``DossierSink``. Safe for threads.

    Files are sent first, by ``attach``; then ``create``, then ``progress`` and ``update``, which
    sends the state. The platform's ids of created dossiers are kept in memory.
    """

    def __init__(
        self,
        name: str,
        role: Role,
        settings: MinistrySettings,
        client: MinistryClient,
        mapping: MinistryMapping,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.progress_chunk = settings.progress_chunk
        self._settings = settings
        self._client = client
        self._mapping = mapping
        self._clock = context.clock
        self._lock = threading.Lock()
        # A second lock, so that a request for a code makes only other requests for codes wait.
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

        Raises RecordError before anything is sent, AlreadyExists, Refused, OutcomeUnknown. The
        platform's code for the dossier is used again when the dossier is created again.
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
        """Keep the platform's id and code of the dossier ``code``; None changes nothing."""
        with self._lock:
            if native_id:
                self._ids[code] = native_id
            if their_code:
                self._codes[code] = their_code

    def filed(self, code: str) -> tuple[str | None, str | None]:
        """(id, code) that the platform has for the dossier ``code``, None where not known. A
        program stores them between runs."""
        with self._lock:
            return self._ids.get(code), self._codes.get(code)

    def check(self) -> Health:
        """Only the login: every other step writes."""
        return checked(
            self._client.login,
            lambda: "nothing was read: the platform has no call that only reads",
            self._client.server_date,
            self._clock,
        )

    def close(self) -> None:
        self._client.close()

    def _code(self, record: DossierRecord) -> str:
        """The code the dossier is filed under. A code of the platform is requested only once."""
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
                "give it to `remember`",
            )
        return Filed(native_id, their_code or code)


def _build(name: str, role: Role, settings: Any, context: Context) -> MinistryAdapter:
    transport = transport_of(name, settings, context)
    deployment, words = settings.deployment(context.base_dir), settings.answers.words()
    client = MinistryClient(name, transport, deployment, words)
    mapping = MinistryMapping(
        units=settings.units,
        procedures=settings.procedures,
        services=settings.services,
        applicant_kinds=settings.applicant_kinds,
        copy_kind=settings.copy_kind,
    )
    return MinistryAdapter(name, role, settings, client, mapping, context)


ADAPTER = AdapterType(MinistrySettings, frozenset({Role.PORTAL}), _build)
