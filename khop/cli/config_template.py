"""The khop.toml that ``khop init`` writes, made from the settings models.

Every key of every model is there with its description: with a value where
``config_examples/values.toml`` has one, else as ``#key = default``, to be uncommented. Prose has a
space after its ``#``. The tables of the domain are shown by examples
(``config_examples/domain_tables.toml``), indented behind their ``#``.
"""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from importlib.resources import files
from pathlib import PurePath
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from khop.adapters.ports import AdapterType
from khop.config.model import Config

_WIDTH = 96
_HEAD = (
    'Configuration of khop. Lines that begin with "#key =" show a key and its default: take the # '
    "away to change it. Indented lines are the example of a table: take their # away and write "
    'your own. Unknown keys are refused. No secret is written here: write { env = "NAME" } for an '
    'environment variable or { file = "path" } for a file; relative paths start at this file\'s '
    "folder."
)
#: Fields of Config that are no keys of the file, or are shown in another way.
_NOT_KEYS = ("sources", "base_dir")


#: Translates a comment.
Translate = Callable[[str], str]


def config_template(adapters: Mapping[str, AdapterType], translated: Translate = str) -> str:
    """The text of a commented khop.toml that can be loaded without a change."""
    example = _read("values.toml")
    written = _Comments(translated)
    parts = ["\n".join(written.comment(_HEAD)) + "\n"]
    shown = table_examples()
    for name, field in Config.model_fields.items():
        model = _model_of(field)
        if name in shown:
            parts.append(written.example(field.description or "", shown[name]))
        elif name not in _NOT_KEYS and model is not None:
            parts += written.table((name,), model, example["config"].get(name, {}))
    for name, values in example["sources"].items():
        kind = adapters.get(values["adapter"])
        if kind is not None:
            parts += written.table(("sources", name), kind.settings, values)
    return "\n".join(parts)


def table_examples() -> Mapping[str, str]:
    """Name -> an example, for the tables of khop.toml that replace parts of khop's own tables."""
    return _read("domain_tables.toml")


def _read(name: str) -> Mapping[str, Any]:
    text = files("khop.cli").joinpath("config_examples", name).read_text("utf-8")
    return tomllib.loads(text)


class _Comments:
    """Writes tables and their comments in one language."""

    def __init__(self, translated: Translate) -> None:
        self._translated = translated

    def example(self, about: str, example: str) -> str:
        """A table that is shown by an example, behind ``#``."""
        rows = [self._with_remark(line) for line in example.splitlines()]
        lines = [*self.comment(about), *(f"#    {line}" for line in rows)]
        return "\n".join(lines) + "\n"

    def _with_remark(self, line: str) -> str:
        """A line of an example, with the remark behind it in the language of the comments."""
        shown, sign, remark = line.partition("  # ")
        return f"{shown}{sign}{self._translated(remark)}" if sign else line

    def table(
        self,
        path: tuple[str, ...],
        model: type[BaseModel],
        values: Mapping[str, Any],
        about: Sequence[str] = (),
    ) -> Iterator[str]:
        """A table: its own keys first, then its lists of tables, then the tables inside it."""
        inner = {name: _model_of(field) for name, field in model.model_fields.items()}
        lines = [*about, *self._prose(model), f"[{'.'.join(path)}]"]
        rows: list[str] = []
        for name, field in model.model_fields.items():
            row = row_model(field)
            if row is not None:
                rows += self._row((*path, name), field, row)
            elif inner[name] is None:
                lines += self._key(name, field, values)
        yield "\n".join([*lines, *rows]) + "\n"
        for name, below in inner.items():
            if below is not None:
                introduction = self.comment(model.model_fields[name].description or "")
                yield from self.table((*path, name), below, values.get(name, {}), introduction)

    def _prose(self, model: type[BaseModel]) -> list[str]:
        first = (model.__doc__ or "").strip().splitlines()[:1]
        return self.comment(first[0].replace("``", "")) if first else []

    def _key(self, name: str, field: FieldInfo, values: Mapping[str, Any]) -> list[str]:
        lines = self.comment(field.description or "")
        if name in values:
            return [*lines, f"{name} = {toml_value(values[name])}"]
        if field.is_required():
            needed = self._translated("no default: this key must be given")
            return [*lines, f"#{name} =    # {needed}"]
        default = field.get_default(call_default_factory=True)
        if default is None:
            return [*lines, f"#{name} =    # {self._translated('not set')}"]
        return [*lines, f"#{name} = {toml_value(default)}"]

    def _row(self, path: tuple[str, ...], field: FieldInfo, row: type[BaseModel]) -> list[str]:
        keys = [
            f"{name} =    # {self._translated(key.description or '')}"
            for name, key in row.model_fields.items()
        ]
        example = [f"[[{'.'.join(path)}]]", *keys]
        return [*self.comment(field.description or ""), *(f"#    {line}" for line in example)]

    def comment(self, text: str) -> list[str]:
        """Lines of a comment."""
        return [f"# {line}" for line in textwrap.wrap(self._translated(text), _WIDTH)]


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The settings model of a key that is a table of its own; None for any other key."""
    if get_origin(field.annotation) is tuple:
        return None
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def row_model(field: FieldInfo) -> type[BaseModel] | None:
    """The settings model of each row of a key that is a list of tables; None for any other key."""
    kind = next(iter(get_args(field.annotation)), None)
    if get_origin(field.annotation) is not tuple or not isinstance(kind, type):
        return None
    return kind if issubclass(kind, BaseModel) else None


def toml_value(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Enum):
        return toml_value(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | PurePath):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = (f"{_toml_key(str(key))} = {toml_value(item)}" for key, item in value.items())
        inside = ", ".join(pairs)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, tuple | list | set | frozenset):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _toml_key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() else toml_value(name)
