"""VNPT iGate as a source of dossiers (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from khop.adapters.http import checked, transport_of
from khop.adapters.links import DossierPages
from khop.adapters.ports import AdapterType, Context, Health, Role, SourcePage
from khop.adapters.settings import CodeOverrides, HttpSettings, Secret, StatusOverrides
from khop.connectors.http.transport import Transport
from khop.connectors.igate import IgateClient, SearchPage
from khop.errors import ConfigError, RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.igate.history import TaskDate, TaskLabel, TaskRules
from khop.mappings.igate.mapping import IgateMapping, IgateOptions, StateField
from khop.mappings.records import DossierReading, FullDossier, Reject
from khop.mappings.states.status import igate_channels, igate_statuses


class TaskSettings(BaseModel):
    """How the history is read from a dossier's tasks; the defaults suit most deployments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[
        tuple[TaskLabel, ...],
        Field(
            min_length=1,
            description="Where the label of a task's state stands. The first whose label the "
            "status table knows is taken, else the first that has one.",
        ),
    ] = ("activitiTask.status",)
    event: Annotated[
        tuple[TaskDate, ...],
        Field(min_length=1, description="Date it happened; the first that a task has is taken."),
    ] = ("createdDate",)
    entered: Annotated[
        tuple[TaskDate, ...],
        Field(min_length=1, description="Date it was written into the system."),
    ] = ("createdDate",)
    open_tasks: Annotated[
        bool, Field(description="Whether the current task, which has not ended, counts.")
    ] = True
    current_task: Annotated[
        Literal["never", "detail", "always"],
        Field(
            description="Whether currentTask stands in where a dossier has no tasks: in a detail, "
            "in lists too (then no detail is read for the history), or never."
        ),
    ] = "never"

    def rules(self) -> TaskRules:
        return TaskRules(self.label, self.event, self.entered, self.open_tasks, self.current_task)


class IgateSettings(HttpSettings, DossierPages):
    """``[sources.NAME]`` with ``adapter = "igate"``."""

    base_url: Annotated[str, Field(description="The gateway, such as https://apiigate.example.vn.")]
    token_url: Annotated[str, Field(description="The whole address of Keycloak's token endpoint.")]
    client_id: Annotated[str, Field(description="Service account.")]
    client_secret: Annotated[
        Secret | None,
        Field(description="Its secret: { env = … } or { file = … }; none for a public client."),
    ] = None
    grant: Annotated[
        Literal["client_credentials", "password"],
        Field(
            description="client_credentials: the service account logs in; password: a user of "
            "the staff site does, mostly with a public client."
        ),
    ] = "client_credentials"
    username: Annotated[str | None, Field(description="The user, for grant = password.")] = None
    password: Annotated[
        Secret | None, Field(description="The user's password: { env = … } or { file = … }.")
    ] = None
    secret_in: Annotated[
        Literal["basic", "form"],
        Field(description="Where client_id and client_secret travel at the login."),
    ] = "basic"
    refresh: Annotated[
        bool, Field(description="Renew with the refresh token where the login gives one.")
    ] = False
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
    search_path: Annotated[
        str,
        Field(
            description="Path of the list. /pa/dossier-search/dvc is that of the citizens' site: "
            "it needs spec = slice, and an agreement."
        ),
    ] = "/pa/dossier/search"
    detail_path: Annotated[str, Field(description="Path of one dossier; {id} is its id.")] = (
        "/pa/dossier/{id}/--online"
    )
    query: Annotated[
        Mapping[str, str],
        Field(description="Further filters of the list, such as { ancestor-agency-id = '…' }."),
    ] = {}
    windows: Annotated[
        Mapping[str, tuple[str, ...]],
        Field(
            description="Filters of the list by dates where they have other names, such as "
            "{ returned = ['returned-from', 'returned-to'] }; [] for one that the list has not."
        ),
    ] = {}
    file_url: Annotated[
        str | None,
        Field(
            description="Address of a submitted file, with {id} or {uuid}, if the portal can "
            "fetch it there."
        ),
    ] = None
    fees: Annotated[bool, Field(description="Read the fees of a dossier that is pushed.")] = False
    fees_path: Annotated[str, Field(description="Path of the fees.")] = (
        "/pa/dossier-fee/--by-dossiers"
    )
    state: Annotated[
        tuple[StateField, ...],
        Field(
            min_length=1,
            description="Fields that hold the state. The first whose state the status table knows "
            "is taken, else the first that has one.",
        ),
    ] = ("dossierStatus",)
    task: Annotated[TaskSettings, Field(description="How the history is read.")] = TaskSettings()
    status: Annotated[StatusOverrides, Field(description="States of this deployment.")] = (
        StatusOverrides()
    )
    channel: Annotated[CodeOverrides, Field(description="Filing channels of this deployment.")] = (
        CodeOverrides()
    )

    @model_validator(mode="after")
    def _whole(self) -> IgateSettings:
        if self.grant == "password" and not (self.username and self.password):
            raise PydanticCustomError(
                "no_user", "grant = password needs username and password; write both"
            )
        if self.grant == "client_credentials" and self.client_secret is None:
            raise PydanticCustomError(
                "no_secret",
                'client_secret: this key is missing; write { env = "NAME" }, or log in as a '
                "user with grant = password",
            )
        if self.file_url is not None and not any(k in self.file_url for k in ("{id}", "{uuid}")):
            raise PydanticCustomError(
                "no_id", "file_url: write {id} or {uuid} where the file's id goes"
            )
        return self

    @field_validator("windows")
    @classmethod
    def _pairs(cls, windows: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        for field, pair in windows.items():
            if len(pair) not in (0, 2):
                raise PydanticCustomError(
                    "window", f"{field}: write two names, of the first and the last day, or []"
                )
        return windows


class IgateAdapter:
    """A ``DossierSource`` and ``WindowSource`` over one deployment of iGate."""

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
        self._with_fees = settings.fees
        table = load_table("igate_search")
        self._date_format: str = table["date_format"]
        windows = {**table["windows"], **settings.windows}
        self._windows = {field: (pair[0], pair[1]) for field, pair in windows.items() if pair}
        self.window_fields: tuple[str, ...] = tuple(self._windows)

    def page(self, number: int) -> SourcePage:
        """The zero-based page ``number`` of the list, newest change first."""
        return self._page(self._client.search(number), number)

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        """The zero-based page ``number`` of the dossiers whose date ``field`` lies on a local
        day from ``first`` to ``last``. Raises ConfigError for a field that is none."""
        if field not in self._windows:
            known = ", ".join(self._windows)
            raise ConfigError(f"{self.name}: no list by {field!r}; there are {known}")
        days = (day.strftime(self._date_format) for day in (first, last))
        filters = dict(zip(self._windows[field], days, strict=True))
        return self._page(self._client.search(number, filters), number)

    def _page(self, found: SearchPage, number: int) -> SourcePage:
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
        return self._mapping.reading(self._client.dossier(native_id), detail=True)

    def full(self, native_id: str) -> FullDossier:
        """One dossier with its personal data, and its fees where the settings ask for them."""
        detail = self._client.dossier(native_id)
        fees = self._client.fees([native_id]) if self._with_fees else ()
        return self._mapping.full(detail, fees)

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
        client_secret=_revealed(settings.client_secret, context),
        username=settings.username if settings.grant == "password" else None,
        password=_revealed(settings.password, context),
        secret_in=settings.secret_in,
        refresh=settings.refresh,
        page_size=settings.page_size,
        spec=settings.spec,
        sort=settings.sort,
        search_path=settings.search_path,
        detail_path=settings.detail_path,
        fees_path=settings.fees_path,
        query=settings.query,
    )
    key = f"sources.{name}"
    mapping = IgateMapping(
        name,
        context.key,
        igate_statuses(
            settings.status.by_id,
            settings.status.by_name,
            preset=settings.status.preset,
            key=f"{key}.status",
        ),
        igate_channels(settings.channel.by_id, settings.channel.by_name, key=f"{key}.channel"),
        IgateOptions(settings.task.rules(), settings.state, settings.file_url),
    )
    return IgateAdapter(name, role, settings, client, mapping, transport, context)


def _revealed(secret: Secret | None, context: Context) -> Callable[[], str] | None:
    return None if secret is None else partial(secret.reveal, context.base_dir)


ADAPTER = AdapterType(IgateSettings, frozenset({Role.ONE_STOP}), _build)
