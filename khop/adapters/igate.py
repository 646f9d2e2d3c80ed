"""VNPT iGate as a source of dossiers (specs/igate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, Health, Role, SourcePage
from khop.adapters.settings import HttpSettings, Secret
from khop.connectors.igate import IgateClient
from khop.connectors.transport import Transport
from khop.faults import RecordError
from khop.mappings.igate import IgateMapping
from khop.mappings.records import DossierReading, FullDossier, Reject
from khop.mappings.status import igate_channels, igate_statuses


class CodeOverrides(BaseModel):
    """A deployment's own code list, tried before the packaged one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_id: Annotated[
        Mapping[str, int], Field(description="Their id to the code of the portal; tried first.")
    ] = {}
    by_name: Annotated[
        Mapping[str, int],
        Field(description="Their label (any case, any Unicode form) to the code; tried second."),
    ] = {}


class IgateSettings(HttpSettings):
    """``[sources.NAME]`` with ``adapter = "igate"``."""

    base_url: Annotated[str, Field(description="The gateway, such as https://apiigate.example.vn.")]
    token_url: Annotated[str, Field(description="The whole address of Keycloak's token endpoint.")]
    client_id: Annotated[str, Field(description="Service account.")]
    client_secret: Annotated[Secret, Field(description="Its secret: { env = … } or { file = … }.")]
    page_size: Annotated[int, Field(ge=1, le=5000, description="Dossiers asked for at once.")] = 500
    spec: Annotated[
        Literal["page", "slice"],
        Field(
            description="page: the answer has totals, so a pull can prove it is whole; "
            "slice: lighter for the server, without totals."
        ),
    ] = "page"
    sort: Annotated[
        str, Field(description="Order of the list; the newest change must be first.")
    ] = "updatedDate,desc"
    detail: Annotated[
        Literal["changed", "never"],
        Field(
            description="changed: read the detail, which has the history, of each changed dossier; "
            "never: for a bulk first load."
        ),
    ] = "changed"
    overlap_minutes: Annotated[
        float,
        Field(ge=0, description="How far before the last change seen a pull reads again."),
    ] = 60.0
    search_path: Annotated[str, Field(description="Path of the list.")] = "/pa/dossier/search"
    detail_path: Annotated[str, Field(description="Path of one dossier; {id} is its id.")] = (
        "/pa/dossier/{id}/--online"
    )
    query: Annotated[
        Mapping[str, str],
        Field(description="Further filters of the list, such as { ancestor-agency-id = '…' }."),
    ] = {}
    status: Annotated[CodeOverrides, Field(description="States of this deployment.")] = (
        CodeOverrides()
    )
    channel: Annotated[CodeOverrides, Field(description="Filing channels of this deployment.")] = (
        CodeOverrides()
    )


class IgateAdapter:
    """A ``DossierSource`` over one deployment of iGate."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: IgateSettings,
        client: IgateClient,
        mapping: IgateMapping,
        transport: Transport,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.detail_mode: str = settings.detail
        self.connections = settings.connections
        self.overlap_seconds = settings.overlap_minutes * 60
        self._client = client
        self._mapping = mapping
        self._transport = transport
        self._clock = context.clock

    def page(self, number: int) -> SourcePage:
        """The zero-based page ``number`` of the list, newest change first."""
        found = self._client.search(number)
        readings: list[DossierReading] = []
        rejects: list[Reject] = []
        for item in found.items:
            try:
                readings.append(self._mapping.reading(item))
            except RecordError as problem:
                rejects.append(_reject(item, problem))
        return SourcePage(
            asked=number,
            number=found.number,
            size=found.size,
            last=found.last,
            total=found.total,
            readings=tuple(readings),
            rejects=tuple(rejects),
        )

    def detail(self, native_id: str) -> DossierReading:
        """One dossier with its history."""
        return self._mapping.reading(self._client.dossier(native_id))

    def full(self, native_id: str) -> FullDossier:
        """One dossier with its personal data, for a push."""
        return self._mapping.full(self._client.dossier(native_id))

    def replay(self, payload: object) -> DossierReading:
        """Map a quarantined list item again."""
        return self._mapping.reading(payload)

    def check(self) -> Health:
        """Token, then the first page of the list."""
        return checked(self._client.login, self._first_page, self._client.server_date, self._clock)

    def close(self) -> None:
        self._transport.close()

    def _first_page(self) -> str:
        page = self.page(0)
        total = "" if page.total is None else f" of {page.total}"
        bad = f", {len(page.rejects)} of them unusable" if page.rejects else ""
        return f"{page.fetched}{total} dossiers{bad}"


def _reject(item: object, problem: RecordError) -> Reject:
    """The item with its reason, and what names it as far as that can be read."""
    named = item if isinstance(item, Mapping) else {}
    return Reject(
        field=problem.field,
        reason=problem.reason,
        native_id=_short_text(named.get("id")),
        code=_short_text(named.get("code")),
        payload=item,
    )


def _short_text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 100 else None


def _build(name: str, role: Role, settings: Any, context: Context) -> IgateAdapter:
    transport = transport_of(name, settings, context)
    client = IgateClient(
        name,
        transport,
        base_url=settings.base_url,
        token_url=settings.token_url,
        client_id=settings.client_id,
        client_secret=lambda: settings.client_secret.reveal(context.base_dir),
        page_size=settings.page_size,
        spec=settings.spec,
        sort=settings.sort,
        search_path=settings.search_path,
        detail_path=settings.detail_path,
        query=settings.query,
    )
    key = f"sources.{name}"
    mapping = IgateMapping(
        name,
        context.key,
        igate_statuses(settings.status.by_id, settings.status.by_name, key=f"{key}.status"),
        igate_channels(settings.channel.by_id, settings.channel.by_name, key=f"{key}.channel"),
    )
    return IgateAdapter(name, role, settings, client, mapping, transport, context)


ADAPTER = AdapterType(IgateSettings, frozenset({Role.ONE_STOP}), _build)
