"""Answers that a front sends as JSON with the names of the message standard, in any case.

They are converted into XML elements, so that one reader reads all answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from khop.connectors.http.answers import Unusable
from khop.connectors.population.contract import PERSONS_NAMESPACE, SERVICE_NAMESPACE
from khop.connectors.population.wire import Person, Wire

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_DEEPEST = 8
_COLLECTION, _PERSON = "CongdanCollection", "CongDan"
_VERDICT, _VERDICT_VALUE = "KetQuaXacThuc", "TonTai"


def value_at(body: object, path: Sequence[str]) -> object:
    """The value at ``path``, keys in any case. Raises ValueError where there is none."""
    for key in path:
        found = None
        if isinstance(body, Mapping):
            found = {str(k).casefold(): v for k, v in body.items()}.get(key.casefold())
        if found is None:
            raise Unusable(f"an answer without {'.'.join(path)}; check answer_path")
        body = found
    return body


def elements_of(value: object, *, verdict: bool) -> tuple[etree._Element, ...]:
    """The answer as elements: a boolean or an object with ``TonTai``; a person, a list of
    persons, or a collection. Raises ValueError for anything else."""
    outer, inner = (_VERDICT, _VERDICT_VALUE) if verdict else (_COLLECTION, _PERSON)
    names = {name.casefold(): name for name in (*_names_of(Person), outer, inner)}
    uri = SERVICE_NAMESPACE if verdict else PERSONS_NAMESPACE
    root = etree.Element(f"{{{uri}}}{outer}")
    for key in (outer, inner):
        if isinstance(value, Mapping):
            value = {str(k).casefold(): v for k, v in value.items()}.get(key.casefold(), value)
    if not _fits(value, verdict):
        raise Unusable("an answer whose JSON has an unknown form; check answer_path")
    for each in value if isinstance(value, list) else [value]:
        _append(root, uri, inner, each, names, 0)
    return (root,)


def _fits(value: object, verdict: bool) -> bool:
    if verdict:
        return isinstance(value, bool | str)
    persons = value if isinstance(value, list) else [value]
    return all(isinstance(person, Mapping) for person in persons)


def _append(
    parent: etree._Element,
    uri: str,
    name: str,
    value: object,
    names: Mapping[str, str],
    depth: int,
) -> None:
    if depth > _DEEPEST:
        raise Unusable("JSON nested too deeply")
    element = etree.SubElement(parent, f"{{{uri}}}{name}")
    if not isinstance(value, Mapping):
        element.text = _written(value)
        return
    for key, inner in value.items():
        word = str(key) if _WORD.fullmatch(str(key)) else "key"
        for each in inner if isinstance(inner, list) else [inner]:
            _append(element, uri, names.get(word.casefold(), word), each, names, depth + 1)


def _written(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return None
    return "".join(sign if sign.isprintable() else " " for sign in str(value))


def _names_of(model: type[Wire]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        if name == "fields_lost":
            continue
        yield name
        for option in getattr(info.annotation, "__args__", ()):
            if isinstance(option, type) and issubclass(option, Wire):
                yield from _names_of(option)
