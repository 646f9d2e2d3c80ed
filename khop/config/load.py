"""Read khop.toml: the checked configuration, or one error with everything that is wrong."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from khop.adapters.ports import AdapterType
from khop.adapters.settings import SourceSettings
from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.errors import ConfigError

M = TypeVar("M", bound=BaseModel)

#: The id of a rule, in any case.
_RULE = re.compile(r"[A-Za-z][0-9]{1,2}")


def load_config(path: str | Path, adapters: Mapping[str, AdapterType]) -> Config:
    """Read and check khop.toml. Raises ConfigError, one sentence with everything that is wrong."""
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no configuration at {path}; run `khop init` to write one, "
            "or name yours with --config"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8; save it as UTF-8") from None
    except OSError as error:
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
    config = config.model_copy(update={"sources": sources})
    Tables.of(config).check()
    return config


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
            near = _suggest(loc[-1], _keys_beside(model, loc)) or _suggest_for_a_rule(loc)
            return f"{key}: unknown key{near}"
        case "missing":
            return f"{key}: this key is missing"
    sentence = error["msg"].removeprefix("Value error, ")
    return f"{key}: {sentence}" if key else sentence


def _keys_beside(model: type[BaseModel], loc: tuple[str, ...]) -> list[str]:
    for part in loc[:-1]:
        found = model.model_fields.get(part)
        annotation = found.annotation if found else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    names = [name for name in model.model_fields if name != "base_dir"]
    return [*names, "sources"] if model is Config else names


def _suggest_for_a_rule(loc: tuple[str, ...]) -> str:
    """Where to write what holds for one rule, for ``[rules.A7]`` or ``A7 = 2`` in ``[rules]``."""
    if loc[0] != "rules" or not _RULE.fullmatch(loc[-1]):
        return ""
    rule = loc[-1].upper()
    return f", did you mean rules.grace_by_rule.{rule}, rules.numbers.{rule} or rules.off?"


def _suggest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
