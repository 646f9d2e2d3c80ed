"""Wire items read into pydantic models; a bad minor field is left out, the record is kept.

A field that does not fit the model, or is too long to be data, is taken out and named. An error in
an essential field refuses the item.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from khop.errors import RecordError
from khop.text.cleaning import clean_text

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]

_REASONS = {
    "missing": "is missing",
    "string_too_long": "is too long to be data",
    "string_type": "is not text",
    "string_unicode": "holds characters that are no text",
    "model_type": "is not an object",
}


class Errors(list[ErrorDetails]):
    """The errors of an item that a model does not accept."""


#: Writes the named fields of an item in the form of its model, as far as it can.
Repair = Callable[[dict[str, Any], Collection[str]], dict[str, Any]]


def read_shape(
    model: type[M], item: object, essential: Collection[str], repair: Repair | None = None
) -> tuple[M, tuple[str, ...]]:
    """The item as ``model``, and the paths of what was taken out of it.

    ``repair``: tried before anything is taken out. Raises RecordError when the item is no object,
    or when a field named in ``essential`` (dotted path) does not fit.
    """
    if not isinstance(item, dict):
        raise RecordError("item", "is not an object")
    read = _validated(model, item)
    if isinstance(read, Errors) and repair is not None:
        item = repair(item, {str(each["loc"][0]) for each in read if each["loc"]})
        read = _validated(model, item)
    return _read_rest(model, item, essential, read) if isinstance(read, Errors) else (read, ())


def known_keys(item: Mapping[Any, object], model: type[BaseModel]) -> dict[str, object]:
    """The item with the model's spelling of its keys, which systems write in another case, with
    blanks around them, or with underscores. A key in the exact spelling comes first."""
    names = {_bare(name): name for name in _wire_names(model)}
    exact = {name: item[name] for name in names.values() if name in item}
    loose = {names[bare]: value for key, value in item.items() if (bare := _bare(key)) in names}
    return {**loose, **exact}


def _wire_names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _bare(key: object) -> str:
    return str(key).strip().replace("_", "").casefold()


def dotted(path: Path) -> str:
    """``task[1].createdDate``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _validated(model: type[M], item: dict[str, Any]) -> M | Errors:
    # The error quotes values, so it must not become the cause of a later exception.
    try:
        return model.model_validate(item)
    except ValidationError as error:
        return Errors(error.errors(include_url=False, include_input=False, include_context=False))


def _read_rest(
    model: type[M], item: dict[str, Any], essential: Collection[str], failures: Errors
) -> tuple[M, tuple[str, ...]]:
    lost: list[str] = []
    # The first round takes out each bad part, the second the whole top-level field.
    for depth in (None, 1):
        for path in _bad_paths(item, failures, essential, depth):
            item = _without(item, path)
            lost.append(dotted(path))
        read = _validated(model, item)
        if not isinstance(read, Errors):
            return read, tuple(lost)
        failures = read
    raise RecordError("item", "has a shape that cannot be read")


def _bad_paths(
    item: dict[str, Any], failures: Errors, essential: Collection[str], depth: int | None
) -> list[Path]:
    paths = [_walk(item, each["loc"])[:depth] for each in failures]
    deepest = _deepest(paths)
    for each, path in zip(failures, paths, strict=True):
        _refuse(each["type"], each["loc"], path, essential, deepest)
    return deepest


def _refuse(
    kind: str, loc: Path, path: Path, essential: Collection[str], bad: Sequence[Path]
) -> None:
    missing = not path
    if missing or (dotted(path) in essential and path in bad):
        raise RecordError(dotted(path or loc[:1]), _REASONS.get(kind, "has a type not expected"))


def _walk(item: Any, loc: Sequence[str | int]) -> Path:
    """The parts of ``loc`` that are keys of the item; the others name a shape of a union."""
    path: list[str | int] = []
    for part in loc:
        if _leads_on(item, part):
            item = item[part]
            path.append(part)
    return tuple(path)


def _leads_on(item: Any, part: str | int) -> bool:
    if isinstance(item, list):
        return isinstance(part, int) and part < len(item)
    return isinstance(item, dict) and part in item


def _deepest(paths: Sequence[Path]) -> list[Path]:
    """Without paths that begin another one: those come from shapes of a union that did not fit."""
    leading = {path[:end] for path in paths for end in range(len(path))}
    return list(dict.fromkeys(path for path in paths if path not in leading))


def _without(item: Any, path: Path) -> Any:
    """A copy without the value at ``path``; null in a list, so that list indexes stay the same."""
    head, rest = path[0], path[1:]
    copy = item.copy()
    if rest:
        copy[head] = _without(item[head], rest)
    elif isinstance(copy, dict):
        del copy[head]
    else:
        copy[head] = None
    return copy


def scalar_text(value: str | int | None) -> str:
    """A text, or a number where a system writes one, as clean text; "" for null."""
    return "" if value is None else clean_text(str(value))


def each_of(value: Sequence[M | None] | M | None) -> Iterator[tuple[int | None, M]]:
    """The entries of a field that holds a list, one object, or nothing; with their places."""
    if isinstance(value, Sequence):
        yield from ((place, entry) for place, entry in enumerate(value) if entry is not None)
    elif value is not None:
        yield None, value
