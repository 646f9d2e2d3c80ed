"""The manifest of an export: whose it is, as of when, and each file with its digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.reconciling.cases import INPUTS

#: Its name in the folder of the export.
MANIFEST = "manifest.json"
#: Of the form of an export. Exports of another one are refused.
SCHEMA = 1


class Applicants(StrEnum):
    """What stands in the columns ``applicant_key``.

    ``MARKS``: texts that are equal where two records of one code have the same applicant. They say
    nothing else, and those of two exports cannot be compared. ``KEYS``: the installation's keys.
    """

    MARKS = "marks"
    KEYS = "keys"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportedFile(_Said):
    """A file. ``path``: below the folder. ``size``: bytes. ``sha256``: of the whole file."""

    path: Annotated[str, Field(pattern=r"^[a-z_]+/bucket=[0-9]+/[A-Za-z0-9_.-]+\.parquet$")]
    rows: Annotated[int, Field(ge=1)]
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @property
    def table(self) -> str:
        return self.path.partition("/")[0]

    @property
    def bucket(self) -> int:
        return int(self.path.split("/")[1].removeprefix("bucket="))


class Manifest(_Said):
    """What ``manifest.json`` says.

    ``khop``: version that made it. ``province``: level-1 code. ``key``: fingerprint of the
    installation's key. ``made_us``: the moment of which all rows are. ``reconciled_us``: ``now`` of
    the last reconcile, which matched rows of paper to dossiers; None: there was none.
    ``lists_complete``: each one-stop's list was read to its end. ``sources``: those that are
    compared; ``one_stops``: those of them that list dossiers. ``columns``: of each table.
    ``only_rows``: the condition on the rows of a table, where not all are here. ``freshness``: of
    each source (``results.SourceFreshness``).
    """

    schema_version: int = SCHEMA
    khop: str
    province: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")]
    name: str
    key: str
    applicants: Applicants
    made_us: int
    reconciled_us: int | None
    lists_complete: bool
    sources: tuple[str, ...]
    one_stops: tuple[str, ...]
    buckets: Annotated[int, Field(ge=1)]
    columns: Mapping[str, tuple[str, ...]]
    only_rows: Mapping[str, str]
    freshness: tuple[Mapping[str, Any], ...]
    files: tuple[ExportedFile, ...]

    @property
    def made(self) -> datetime:
        return Instant(self.made_us).utc

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    def of_bucket(self, bucket: int) -> Mapping[str, list[str]]:
        """The paths of the files of each table."""
        found: dict[str, list[str]] = {}
        for file in self.files:
            if file.bucket == bucket:
                found.setdefault(file.table, []).append(file.path)
        return found

    def text(self) -> str:
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)


def read_manifest(text: str, place: str) -> Manifest:
    """The manifest of the export at ``place``. Raises KhopError for one that cannot be used."""
    try:
        said = json.loads(text)
        schema = said["schema_version"]
    except (ValueError, TypeError, KeyError):
        raise KhopError(f"{place} has no {MANIFEST} of an export") from None
    if schema != SCHEMA:
        raise KhopError(f"the export {place} has schema {schema}; this khop reads {SCHEMA}")
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise KhopError(f"the manifest of {place} is wrong at {where}") from None
    if manifest.columns != {table: tuple(columns) for table, columns in INPUTS.items()}:
        raise KhopError(f"khop {manifest.khop} made {place}, with other columns than this khop")
    paths = {file.path for file in manifest.files}
    known = all(f.table in INPUTS and f.bucket < manifest.buckets for f in manifest.files)
    if len(paths) != len(manifest.files) or not known:
        raise KhopError(f"the manifest of {place} is wrong at files")
    return manifest
