"""Every key of khop.toml, for docs/configuration.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from khop.adapters.settings import HttpSettings, Secret, SourceSettings
from khop.cli.config_template import row_model, table_examples, toml_value
from khop.config.model import Config
from tools.blocks.markdown import table
from tools.repository import adapters

#: Pages of docs/ that a description cites in brackets; the page of keys leaves them out.
_UNPUBLISHED = re.compile(r"\s*\((?:docs/)[^)]*\)")
_KINDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    AwareDatetime: "time with a zone",
}


def configuration_page() -> str:
    """A table of keys for each table of khop.toml."""
    examples = table_examples()
    parts = []
    for name, field in Config.model_fields.items():
        if name in examples:
            parts.append(_example(name, field, examples[name]))
        elif (model := _model_of(field)) is not None and name != "sources":
            parts.append(_section(f"[{name}]", model))
    parts.append(_section("Every source", SourceSettings))
    parts.append(_section("Every source over HTTP", HttpSettings, without=SourceSettings))
    for name, kind in adapters().items():
        model = kind.settings
        shared = HttpSettings if issubclass(model, HttpSettings) else SourceSettings
        more = " In addition to the keys of every source"
        more += " over HTTP." if shared is HttpSettings else "."
        roles = " or ".join(f'`role = "{role.value}"`' for role in sorted(kind.roles))
        about = f"With {roles}.{more}"
        parts.append(_section(f'adapter = "{name}"', model, without=shared, about=about))
    return "\n\n".join(parts)


def _section(
    title: str,
    model: type[BaseModel],
    *,
    without: type[BaseModel] | None = None,
    about: str = "",
) -> str:
    rows = list(_keys(model, "", without.model_fields if without else {}))
    head = ("Key", "Value", "Default", "Meaning")
    return "\n\n".join(filter(None, [f"## {title}", about, table(head, rows)]))


def _example(name: str, field: FieldInfo, example: str) -> str:
    title = f"[[{name}]]" if example.startswith(f"[[{name}]]") else f"[{name}]"
    more = "Its keys: [The tables of the domain](tables.md)."
    return f"## {title}\n\n{field.description} {more}\n\n```toml\n{example}```"


def _keys(
    model: type[BaseModel], before: str, shared: Mapping[str, FieldInfo]
) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        below = _model_of(field)
        if name in shared and field.default == shared[name].default:
            continue  # Described once for all sources, and again when its default differs.
        if below is not None:
            yield from _keys(below, f"{before}{name}.", {})
            continue
        row = row_model(field)
        value = _value(field) if row is None else "list of tables"
        meaning = _UNPUBLISHED.sub("", field.description or "")
        yield f"`{before}{name}`", value, _default(field), meaning
        if row is not None:
            yield from _keys(row, f"{before}{name}[].", {})


def _value(field: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(mark, name)}"
        for mark in field.metadata
        for name, sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))
        if getattr(mark, name, None) is not None
    ]
    return ", ".join([_kind(field.annotation), *bounds])


def _kind(annotation: Any) -> str:
    """The values that a key takes, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{toml_value(value)}`" for value in inner)
    if origin is Annotated:
        return _kind(inner[0])
    if annotation is Secret:
        return "`{ env = … }` or `{ file = … }`"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{toml_value(value)}`" for value in annotation)
    if NoneType in inner:
        return _kind(next(kind for kind in inner if kind is not NoneType))
    if origin is tuple:
        return f"list of {_several(_kind(inner[0]))}"
    if inner and (found := re.match("(list|table) of ", _kind(inner[-1]))):
        return f"table of {found[1]}s of {_kind(inner[-1])[found.end() :]}"
    if inner:
        return f"table of {_kind(inner[-1])}s"
    return _KINDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _several(kind: str) -> str:
    """The plural of a kind; a list of written values stays as it is."""
    return kind if kind.endswith("`") else f"{kind}s"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    return "not set" if value is None else f"`{toml_value(value)}`"


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
