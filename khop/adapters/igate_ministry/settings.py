"""``[sources.NAME]`` with ``adapter = "igate_ministry"`` (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from khop.adapters.settings import AnswerOverrides, HttpSettings, Secret, shared_fields
from khop.connectors.igate_ministry import MinistryDeployment, MinistryPaths

_PATHS = MinistryPaths()


class PathSettings(BaseModel):
    """Paths of the six steps; the platform's own paths are not public."""

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
            "keeps its code."
        ),
    ] = "next_value"
    next_value_for: Annotated[
        Literal["unit", "procedure"],
        Field(description="The code that is sent to get a new code; known programs differ."),
    ] = "unit"
    progress_chunk: Annotated[
        int, Field(ge=1, le=100, description="Progress steps sent in one call.")
    ] = 10
    copy_kind: Annotated[
        Annotated[int, Field(ge=0, le=2)] | None,
        Field(description="LoaiBan of every paper: kind of copy, 0 to 2; null when it is not set."),
    ] = None
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
    answers: Annotated[
        AnswerOverrides, Field(description="Messages of the platform that mean something.")
    ] = AnswerOverrides()
    paths: Annotated[PathSettings, Field(description="Paths of the steps.")] = PathSettings()

    def deployment(self, base_dir: Path) -> MinistryDeployment:
        """The platform and the account there. Secret files lie relative to ``base_dir``."""
        return MinistryDeployment(
            self.base_url,
            self.client_id,
            self.client_secret.revealed_in(base_dir),
            self.token_in,
            MinistryPaths(**shared_fields(self.paths, MinistryPaths)),
        )
