"""khop.toml: what it may say, and a clear sentence for everything it may not."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khop.adapters.ports import AdapterType
from khop.adapters.settings import SourceSettings
from khop.faults import ConfigError

M = TypeVar("M", bound=BaseModel)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Province(_Table):
    """``[province]``: whose dossiers these are."""

    name: Annotated[str, Field(description="Name shown in reports.")]
    code: Annotated[str, Field(description="Level-1 code of the province, such as H99.")]


class LedgerSettings(_Table):
    """``[ledger]``: where khop keeps what it knows."""

    url: Annotated[
        str,
        Field(description="SQLAlchemy URL; a relative SQLite path starts at khop.toml's folder."),
    ] = "sqlite:///khop.db"


class Privacy(_Table):
    """``[privacy]``: the installation's key."""

    key_file: Annotated[
        Path,
        Field(
            description="Secret for matching keys and for quarantined payloads; made by "
            "`khop init`. Keep a copy: without it old keys match nothing."
        ),
    ] = Path("khop.key")


class CalendarSettings(_Table):
    """``[calendar]``: what the province's calendar adds to the country's."""

    days_off: Annotated[
        tuple[date, ...],
        Field(description="Further days off, such as 2026-11-23."),
    ] = ()
    worked_days: Annotated[
        tuple[date, ...],
        Field(description="Days worked although they are a weekend or a holiday."),
    ] = ()


class RuleSettings(_Table):
    """``[rules]``: the numbers of the rules."""

    grace: Annotated[
        int,
        Field(ge=0, description="Working days a difference may last before a rule fires."),
    ] = 1
    grace_by_rule: Annotated[
        Mapping[str, Annotated[int, Field(ge=0)]],
        Field(description="Another grace for single rules, such as { A7 = 2 }."),
    ] = {}
    differs_minutes: Annotated[
        int,
        Field(ge=0, description="Two times differ when they are further apart, in minutes."),
    ] = 15
    off: Annotated[
        tuple[str, ...],
        Field(description="Rules that are not run, by id."),
    ] = ()


class RepairSettings(_Table):
    """``[repair]``: what a machine may change, and how much at once."""

    auto: Annotated[
        tuple[str, ...],
        Field(description="Rules the daemon may repair unasked, such as ['A7', 'B6']."),
    ] = ()
    max_changes: Annotated[
        int,
        Field(ge=1, description="A plan that touches more dossiers stops and asks."),
    ] = 1000
    max_share: Annotated[
        float,
        Field(gt=0, le=1, description="A plan that touches a greater part of cases asks."),
    ] = 0.05


class Config(_Table):
    """All of khop.toml. ``base_dir`` is its folder: relative paths start there."""

    province: Province
    ledger: LedgerSettings = LedgerSettings()
    privacy: Privacy = Privacy()
    calendar: CalendarSettings = CalendarSettings()
    rules: RuleSettings = RuleSettings()
    repair: RepairSettings = RepairSettings()
    sources: Annotated[Mapping[str, SourceSettings], Field(default_factory=dict)]
    base_dir: Path

    @property
    def ledger_url(self) -> str:
        """The ledger's URL, a relative SQLite path made absolute."""
        prefix = "sqlite:///"
        url = self.ledger.url
        if url.startswith(prefix) and url != prefix and not url.startswith(prefix + "/"):
            return f"{prefix}{(self.base_dir / url.removeprefix(prefix)).absolute()}"
        return url

    @property
    def key_path(self) -> Path:
        return self.base_dir / self.privacy.key_file


def load_config(path: Path, adapters: Mapping[str, AdapterType]) -> Config:
    """Read and check khop.toml. Raises ConfigError, one sentence for all that is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no configuration at {path}; run `khop init` to write one, "
            "or name yours with --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} holds a number or a nesting that is too long") from None
    raw_sources = raw.pop("sources", {})
    if not isinstance(raw_sources, dict):
        raise ConfigError("write each source as a table [sources.NAME]", key="sources")
    config = _validated(Config, {**raw, "base_dir": path.parent.absolute()}, ())
    sources = {name: _source(name, table, adapters) for name, table in raw_sources.items()}
    return config.model_copy(update={"sources": sources})


def _source(name: str, table: object, adapters: Mapping[str, AdapterType]) -> SourceSettings:
    where = ("sources", name)
    if not isinstance(table, dict):
        raise ConfigError("write the source as a table of keys", key=".".join(where))
    adapter = table.get("adapter")
    if adapter is None:
        raise ConfigError(
            f"say which adapter: adapter = one of {_listed(adapters)}", key=".".join(where)
        )
    kind = adapters.get(adapter) if isinstance(adapter, str) else None
    if kind is None:
        raise ConfigError(
            f"there is no adapter {adapter!r}{_suggest(str(adapter), adapters)}; "
            f"installed: {_listed(adapters)}",
            key=".".join((*where, "adapter")),
        )
    settings = _validated(kind.settings, table, where)
    assert isinstance(settings, SourceSettings)
    if settings.role not in kind.roles:
        raise ConfigError(
            f"the adapter {adapter} fills the role {_listed(r.value for r in kind.roles)}, "
            f"not {settings.role.value}",
            key=".".join((*where, "role")),
        )
    return settings


def _validated(model: type[M], data: Mapping[str, Any], where: tuple[str, ...]) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_sentence(model, e, where) for e in error.errors(include_input=False)]
        raise ConfigError("; ".join(problems)) from None


def _sentence(model: type[BaseModel], error: Any, where: tuple[str, ...]) -> str:
    loc = tuple(str(part) for part in error["loc"])
    key = ".".join((*where, *loc))
    match error["type"]:
        case "extra_forbidden":
            return f"{key}: unknown key{_suggest(loc[-1], _keys_beside(model, loc))}"
        case "missing":
            return f"{key}: this key is missing"
    return f"{key}: {error['msg']}"


def _keys_beside(model: type[BaseModel], loc: tuple[str, ...]) -> list[str]:
    for part in loc[:-1]:
        found = model.model_fields.get(part)
        annotation = found.annotation if found else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    names = [name for name in model.model_fields if name != "base_dir"]
    return [*names, "sources"] if model is Config else names


def _suggest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
