"""A reference of iGate in any form.

A reference is the object ``{id, code, name}`` in most answers, and in others a bare id, a bare name
or code, a list of translations, a list with one reference, or null; keys come in other letter case
or with blanks (docs/systems/igate.md). One reader takes all
of them, in list and detail (``ordinary``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from khop.text.cleaning import clean_text

Name: TypeAlias = str | list[dict[str, Any]]

_LONGEST = 2_000
_LONGEST_WORD = 15
_DEEPEST = 3
_MOST = 20
#: Levels of a value that are looked at for texts.
_DEEPEST_TEXT = 8
#: Texts that programs made of a value they did not have.
_NO_VALUE = frozenset({
    "undefined", "null", "none", "nan", "nil", "n/a", "#n/a", "invalid date", "(null)", "<null>",
    "[object object]", "[objectobject]",
})  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,9}(?:\.0)?")
_IDS = ("id", "_id", "$oid", "key", "value")
_CODES = ("code", "ma")
_NAMES = ("name", "translate", "translates", "names", "label", "title", "ten", "fullname", "text")
_INNER = ("data", "value", "item", "object", "result")
_LANGUAGES = ("languageid", "language", "lang", "locale")
_VIETNAMESE = frozenset({"228", "vi", "vn", "vi-vn", "vi_vn", "vie"})


@dataclass(frozen=True, slots=True)
class Reference:
    """``id``: a number or text. ``name``: a text, or translations as the models read them. None
    for what the answer does not say."""

    id: int | str | None = None
    code: str | None = None
    name: Name | None = None


class Unread(Exception):
    """The value says something that cannot be read."""


def is_no_value(text: str) -> bool:
    """Whether a text is what a program made of a value that it did not have."""
    return len(text) <= _LONGEST_WORD and text.casefold() in _NO_VALUE


def read_reference(value: object, depth: int = 0) -> Reference | None:
    """The reference in a value; None for null and blank. Raises Unread."""
    match value:
        case None:
            return None
        case bool():
            raise Unread
        case int():
            return Reference(id=value)
        case float() if value == int(value):
            return Reference(id=int(value))
        case str():
            return _of_text(value)
        case list() | tuple():
            return _of_list(value, depth)
        case Mapping():
            return _of_object(value, depth)
    raise Unread


def _of_text(text: str) -> Reference | None:
    bare = clean_text(text)
    if not bare:
        return None
    if bare.casefold() in _NO_VALUE or len(bare) > _LONGEST:
        raise Unread
    if _NUMBER.fullmatch(bare):
        return Reference(id=int(float(bare)))
    return Reference(name=bare)


def _of_list(values: Iterable[object], depth: int) -> Reference | None:
    """The only reference of a list, or the one that its translations name."""
    given = [each for each in values if each is not None and each != ""]
    if not given:
        return None
    if all(isinstance(each, Mapping) and _language(each) is not None for each in given):
        names = [_translation(each) for each in given if isinstance(each, Mapping)]
        return Reference(name=[name for name in names if name is not None] or None)
    if depth == _DEEPEST:
        raise Unread
    found = [read_reference(each, depth + 1) for each in given]
    if any(each != found[0] for each in found):
        raise Unread
    return found[0]


def _of_object(value: Mapping[Any, object], depth: int) -> Reference | None:
    keys = loose_keys(value)
    if all(item is None or item == "" for item in keys.values()):
        return None
    if (name := _translation(value)) is not None and _language(value) is not None:
        return Reference(name=[name])
    found = Reference(_first(keys, _IDS, _id), _first(keys, _CODES, _code), _named(keys, depth))
    if found != Reference():
        return found
    inner = [keys[name] for name in _INNER if isinstance(keys.get(name), Mapping | list)]
    if depth == _DEEPEST or len(inner) != 1:
        raise Unread
    return read_reference(inner[0], depth + 1)


def _first(keys: Mapping[str, object], names: Iterable[str], read: Callable[[object], Any]) -> Any:
    return next((found for name in names if (found := read(keys.get(name))) is not None), None)


def _id(value: object) -> int | str | None:
    if isinstance(value, Mapping):
        value = value.get("$oid")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, float):
        return int(value) if value == int(value) else None
    if isinstance(value, int):
        return value
    bare = clean_text(value)
    return bare if bare and bare.casefold() not in _NO_VALUE and len(bare) <= 100 else None


def _code(value: object) -> str | None:
    found = _id(value)
    return None if found is None else str(found)


def _named(keys: Mapping[str, object], depth: int) -> Name | None:
    for key in _NAMES:
        value = keys.get(key)
        if isinstance(value, str):
            bare = clean_text(value)
            if bare and bare.casefold() not in _NO_VALUE and len(bare) <= _LONGEST:
                return bare
        elif isinstance(value, Mapping | list) and depth < _DEEPEST:
            if isinstance(value, Mapping) and (said := _by_language(value)):
                return said
            try:
                found = read_reference(value, depth + 1)
            except Unread:
                continue
            if found is not None and found.name is not None:
                return found.name
    return None


def _by_language(names: Mapping[Any, object]) -> str | None:
    """The Vietnamese name of ``{"vi": …, "en": …}``."""
    for key, name in names.items():
        if str(key).strip().casefold() in _VIETNAMESE and isinstance(name, str) and name.strip():
            return clean_text(name)
    return None


def _language(value: Mapping[Any, object]) -> str | None:
    for key, item in value.items():
        if str(key).strip().casefold() in _LANGUAGES and isinstance(item, str | int):
            return str(item)
    return None


def _translation(value: Mapping[Any, object]) -> dict[str, Any] | None:
    """A translation as the models read it; None where the object has no text."""
    keys = loose_keys(value)
    said = (keys.get(name) for name in (*_NAMES, "value"))
    name = next((each for each in said if isinstance(each, str) and each.strip()), None)
    if name is None or len(name) > _LONGEST:
        return None
    language = (_language(value) or "").strip().casefold()
    return {"languageId": 228 if language in _VIETNAMESE else language or None, "name": name}


def bare_id(value: object) -> str | None:
    """An id as text; None for a value that is none."""
    found = _id(value)
    return None if found is None else str(found)


def texts_of(value: object, depth: int = _DEEPEST_TEXT) -> list[str]:
    """Every text and number in a value, as texts; none of what is nested below ``depth``."""
    if depth < 0:
        return []
    match value:
        case str():
            return [value]
        case int() if not isinstance(value, bool):
            return [str(value)]
        case list():
            return [text for each in value[:_MOST] for text in texts_of(each, depth - 1)]
        case Mapping():
            keys = loose_keys(value)
            named = [keys[name] for name in (*_CODES, *_IDS, *_NAMES) if name in keys]
            return [text for each in named[:1] for text in texts_of(each, depth - 1)]
    return []


def loose_keys(value: object) -> dict[str, object]:
    """The object with its keys trimmed and in lower case; {} for any other value."""
    if not isinstance(value, Mapping):
        return {}
    return {str(key).strip().casefold(): item for key, item in value.items()}
