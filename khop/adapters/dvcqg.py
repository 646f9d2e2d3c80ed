"""The national public-service portal as a system to ask and to push to (specs/dvcqg.md)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from khop.adapters.http import checked, transport_of
from khop.adapters.igate import CodeOverrides
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.adapters.settings import HttpSettings, Secret
from khop.connectors.dvcqg import DvcqgClient
from khop.connectors.transport import Transport
from khop.faults import ConnectorError
from khop.mappings.dvcqg import DvcqgMapping, problems_before_sending
from khop.mappings.records import DossierRecord, FullDossier, Step
from khop.mappings.status import portal_channels, portal_statuses

_ADAPTER_PATH = "/XrdAdapter/RestService/forward/mapi"
#: Shape of a code that no dossier has: the harmless read of a check.
_NO_DOSSIER = "KHOP-CHECK-000000-0000"


class DvcqgSettings(HttpSettings):
    """``[sources.NAME]`` with ``adapter = "dvcqg"``."""

    dialect: Annotated[
        Literal["native"],
        Field(description="native: the portal's own contract, through the security server."),
    ] = "native"
    base_url: Annotated[
        str, Field(description="The security server's adapter, such as http://10.0.0.1:8080.")
    ]
    login_path: Annotated[str, Field(description="Path of the login.")] = f"{_ADAPTER_PATH}/login"
    data_path: Annotated[str, Field(description="Path of every data call.")] = f"{_ADAPTER_PATH}/g"
    share_path: Annotated[
        str | None, Field(description="Path of the catalogues, where it is another one.")
    ] = None
    username: Annotated[str, Field(description="Account at the portal.")]
    password: Annotated[Secret, Field(description="Its password: { env = … } or { file = … }.")]
    madonvi: Annotated[str, Field(description="The province's unit code, such as 000.00.00.H99.")]
    dstcode: Annotated[str, Field(description="Destination system on the exchange axis.")]
    dstcode_in: Annotated[
        Literal["header", "query"], Field(description="Where dstcode travels.")
    ] = "header"
    providerurl: Annotated[
        str | None, Field(description="Address of the provider, for adapters that want it.")
    ] = None
    session_minutes: Annotated[
        float,
        Field(gt=0, description="How long a session is used; the portal does not tell its end."),
    ] = 10.0
    lookup_budget: Annotated[int, Field(ge=0, description="Look-ups that one pull may make.")] = (
        20_000
    )
    progress_chunk: Annotated[
        int, Field(ge=1, le=10, description="Progress steps sent in one call.")
    ] = 10
    status: Annotated[CodeOverrides, Field(description="States the portal writes otherwise.")] = (
        CodeOverrides()
    )
    channel: Annotated[CodeOverrides, Field(description="Channels it writes otherwise.")] = (
        CodeOverrides()
    )
    procedures: Annotated[
        Mapping[str, str],
        Field(description="Local procedure code to the national one, where they differ."),
    ] = {}
    units: Annotated[
        Mapping[str, str],
        Field(description="Unit code or name to the name the portal knows."),
    ] = {}


class DvcqgAdapter:
    """A ``DossierLookup`` and ``DossierSink`` over the national portal."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: DvcqgSettings,
        client: DvcqgClient,
        mapping: DvcqgMapping,
        transport: Transport,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.connections = settings.connections
        self.lookup_budget = settings.lookup_budget
        self.progress_chunk = settings.progress_chunk
        self._client = client
        self._mapping = mapping
        self._transport = transport
        self._clock = context.clock
        self._procedures: dict[str, Mapping[str, object] | None] = {}
        self._lock = threading.Lock()

    def look_up(self, code: str) -> DossierRecord | None:
        """What the portal has under this code; None when it answered that it has none."""
        return self._mapping.record(self._client.look_up(code), code)

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """Why this dossier may not be sent (specs/dvcqg.md 8)."""
        return problems_before_sending(record, steps)

    def create(self, dossier: FullDossier) -> None:
        self._client.create(self._message(dossier))

    def update(self, dossier: FullDossier) -> None:
        self._client.update(self._message(dossier))

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        """Send steps of one dossier, oldest first."""
        self._client.progress(self._mapping.write_steps(code, steps))

    def check(self) -> Health:
        """Login, then a look-up of a code that no dossier has."""
        return checked(self._client.login, self._ask, self._client.server_date, self._clock)

    def close(self) -> None:
        self._transport.close()

    def _ask(self) -> str:
        self._client.look_up(_NO_DOSSIER)
        return "a look-up was answered"

    def _message(self, dossier: FullDossier) -> dict[str, Any]:
        national = self._mapping.national(dossier.record.procedure)
        return self._mapping.write(dossier, self._procedure(national))

    def _procedure(self, code: str) -> Mapping[str, object] | None:
        """The portal's description of a procedure, asked for once; None when it has none or
        does not answer: names then come from the one-stop."""
        if not code:
            return None
        with self._lock:
            if code in self._procedures:
                return self._procedures[code]
        try:
            found = self._client.procedure(code)
        except ConnectorError:
            return None
        with self._lock:
            self._procedures[code] = found
        return found


def _build(name: str, role: Role, settings: Any, context: Context) -> DvcqgAdapter:
    transport = transport_of(name, settings, context)
    client = DvcqgClient(
        name,
        transport,
        base_url=settings.base_url,
        login_path=settings.login_path,
        data_path=settings.data_path,
        share_path=settings.share_path,
        username=settings.username,
        password=lambda: settings.password.reveal(context.base_dir),
        madonvi=settings.madonvi,
        dstcode=settings.dstcode,
        dstcode_in=settings.dstcode_in,
        providerurl=settings.providerurl,
        session_seconds=settings.session_minutes * 60,
    )
    key = f"sources.{name}"
    mapping = DvcqgMapping(
        name,
        portal_statuses(settings.status.by_id, settings.status.by_name, key=f"{key}.status"),
        portal_channels(settings.channel.by_id, settings.channel.by_name, key=f"{key}.channel"),
        units=settings.units,
        procedures=settings.procedures,
    )
    return DvcqgAdapter(name, role, settings, client, mapping, transport, context)


ADAPTER = AdapterType(DvcqgSettings, frozenset({Role.PORTAL}), _build)
