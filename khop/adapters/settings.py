"""Settings of every source, and secrets, which are never written into khop.toml."""

from __future__ import annotations

import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from khop.adapters.ports import Role
from khop.connectors.answer_words import NOTHING_FOUND, SUCCESS, AnswerWords
from khop.errors import ConfigError


class Secret:
    """The place of a secret: ``{ env = "NAME" }`` or ``{ file = "path" }``.

    It is read when it is needed, by ``reveal``; the secret itself as text is refused.
    """

    __slots__ = ("_env", "_file")

    def __init__(self, *, env: str | None = None, file: str | None = None) -> None:
        self._env = env
        self._file = file

    def reveal(self, base_dir: Path) -> str:
        """The secret's text. Relative files start at ``base_dir``. Raises ConfigError."""
        if self._env is not None:
            value = os.environ.get(self._env, "").strip("\ufeff\r\n")
            if not value:
                raise ConfigError(
                    f"the environment variable {self._env} is not set; "
                    f'set it to the secret, or name a file with {{ file = "…" }}'
                )
            return value
        path = base_dir / str(self._file)
        try:
            value = _text(path.read_bytes()).strip("\ufeff").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the secret file {path} cannot be read ({type(error).__name__}); "
                "create it, readable by this user alone"
            ) from None
        if not value:
            raise ConfigError(f"the secret file {path} is empty; put the secret in it")
        return value

    @property
    def file(self) -> str | None:
        """The file's path as it is written; None for an environment variable."""
        return self._file

    @property
    def env(self) -> str | None:
        """The environment variable that holds it; None for a file."""
        return self._env

    def revealed_in(self, base_dir: Path) -> Callable[[], str]:
        """A function that reads the secret at each call."""
        return partial(self.reveal, base_dir)

    def __repr__(self) -> str:
        return f"Secret(env={self._env!r})" if self._env else f"Secret(file={self._file!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._parse)

    @classmethod
    def _parse(cls, value: object) -> Secret:
        if isinstance(value, Secret):
            return value
        if isinstance(value, dict) and len(value) == 1:
            ((kind, where),) = value.items()
            if kind in ("env", "file") and isinstance(where, str) and where:
                return cls(**{kind: where})
        raise PydanticCustomError(
            "plain_secret",
            'do not write a secret in khop.toml: use { env = "NAME" } or { file = "path" }',
        )


def _text(content: bytes) -> str:
    """The text of a file as editors save it: UTF-8, or UTF-16 with its mark."""
    wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig")


class SourceSettings(BaseModel):
    """The keys of every ``[sources.NAME]`` table.

    An adapter's own settings derive from this; ``khop init`` prints the description of each
    field, so it gives meaning, unit and default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    adapter: Annotated[str, Field(description="The adapter of this source.")]
    role: Annotated[Role, Field(description="The purpose of this source.")]


class HttpSettings(SourceSettings):
    """The keys of every source that is called over HTTP."""

    timeout: Annotated[
        float,
        Field(gt=0, description="Longest wait for one answer, in seconds."),
    ] = 30.0
    connections: Annotated[
        int,
        Field(ge=1, le=64, description="Calls in flight at once."),
    ] = 8
    calls_per_second: Annotated[
        float,
        Field(gt=0, description="Highest rate of calls of one task or command, per second."),
    ] = 200.0
    attempts: Annotated[
        int,
        Field(ge=1, description="Tries of one call that may be repeated."),
    ] = 6
    retry_seconds: Annotated[
        float,
        Field(
            gt=0,
            description="No new try of a call begins after so many seconds; a new login starts "
            "the time again.",
        ),
    ] = 60.0
    max_answer_mb: Annotated[
        float,
        Field(gt=0, le=256, description="Longest answer taken, in MiB after decompression."),
    ] = 32.0
    ca_file: Annotated[
        Path | None,
        Field(description="PEM file of the authority that signed the server's certificate."),
    ] = None
    proxy: Annotated[
        str | None,
        Field(description="HTTP proxy to go through; proxies of the environment are not used."),
    ] = None


class CodeOverrides(BaseModel):
    """A deployment's own code list, used before the packaged one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_id: Annotated[
        Mapping[str, int], Field(description="Their id to the code of the portal; tried first.")
    ] = {}
    by_name: Annotated[
        Mapping[str, int],
        Field(description="Their label (any case, any Unicode form) to the code; tried second."),
    ] = {}


class StatusOverrides(CodeOverrides):
    """A deployment's own list of states."""

    preset: Annotated[
        str | None,
        Field(
            description="Name of a packaged list in place of the default one: opencps_reply, "
            "th_helper, th_local, hg. The other keys of this table are tried first."
        ),
    ] = None


class AnswerOverrides(BaseModel):
    """A deployment's own phrases of answers, in place of the packaged ones (docs/trust.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    success: Annotated[
        tuple[str, ...],
        Field(description="Phrases of a message that mean that a call was carried out."),
    ] = SUCCESS
    nothing_found: Annotated[
        tuple[str, ...],
        Field(
            description="Phrases of a message that mean that the question was answered and "
            "nothing was found. Any other message of an empty answer is no answer."
        ),
    ] = NOTHING_FOUND

    def words(self) -> AnswerWords:
        return AnswerWords(self.success, self.nothing_found)


def shared_fields(settings: BaseModel, kind: type) -> dict[str, Any]:
    """The settings whose names the dataclass ``kind`` has too, as its arguments."""
    names = {each.name for each in fields(kind)}
    return {name: getattr(settings, name) for name in type(settings).model_fields if name in names}
