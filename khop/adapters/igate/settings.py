"""``[sources.NAME]`` with ``adapter = "igate"`` (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from khop.adapters.links import DossierPages
from khop.adapters.settings import (
    CodeOverrides,
    HttpSettings,
    Secret,
    StatusOverrides,
    shared_fields,
)
from khop.connectors.igate import Account, IgateDeployment
from khop.mappings.igate.history import TaskDate, TaskLabel, TaskRules
from khop.mappings.igate.mapping import StateField


class TaskSettings(BaseModel):
    """How the history is read from a dossier's tasks. The defaults fit most deployments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[
        tuple[TaskLabel, ...],
        Field(
            min_length=1,
            description="Fields with the label of a task's state. The first whose label is in the "
            "status table is used, else the first that has a label.",
        ),
    ] = ("activitiTask.status",)
    event: Annotated[
        tuple[TaskDate, ...],
        Field(min_length=1, description="Date of the event; the first that a task has is used."),
    ] = ("createdDate",)
    entered: Annotated[
        tuple[TaskDate, ...],
        Field(min_length=1, description="Date of the entry into the system."),
    ] = ("createdDate",)
    open_tasks: Annotated[
        bool, Field(description="Whether the current task, which has not ended, is used.")
    ] = True
    current_task: Annotated[
        Literal["never", "detail", "always"],
        Field(
            description="Whether currentTask is used where a dossier has no tasks: in a detail, "
            "always, so in lists too (then no detail is read for the history), or never."
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
            "the staff site logs in, mostly with a public client."
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
        bool, Field(description="Renew with the refresh token where the login returns one.")
    ] = False
    page_size: Annotated[int, Field(ge=1, le=5000, description="Dossiers asked for at once.")] = 500
    spec: Annotated[
        Literal["page", "slice"],
        Field(
            description="page: the answer has totals, so a pull can prove that it is complete; "
            "slice: less work for the server, without totals."
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
            description="Path of the list. /pa/dossier-search/dvc is the path of the citizens' "
            "site: it needs spec = slice, and an agreement."
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
            description="Date filters of the list where they have other names, such as "
            "{ returned = ['returned-from', 'returned-to'] }; [] for a filter that it lacks."
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
            description="Fields with the state. The first whose state is in the status table is "
            "used, else the first that has a state.",
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

    def deployment(self) -> IgateDeployment:
        """Where the gateway is, and how its list is asked for."""
        return IgateDeployment(**shared_fields(self, IgateDeployment))

    def account(self, base_dir: Path) -> Account:
        """The account of the chosen grant. Secret files lie relative to ``base_dir``."""
        secret, password = self.client_secret, self.password
        return Account(
            self.client_id,
            secret.revealed_in(base_dir) if secret else None,
            self.username if self.grant == "password" else None,
            password.revealed_in(base_dir) if password else None,
            self.secret_in,
            self.refresh,
        )
