"""Items of iGate in unusual forms, as items that the wire models read.

The models read the usual form, at full speed. An item that they refuse, of which they read nothing,
or with keys in another spelling, comes here, and is read again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from khop.connectors.http.answers import json_within
from khop.mappings.codes.organisation import parse_organisation
from khop.mappings.codes.procedure import parse_procedure
from khop.mappings.igate.references import Unread, bare_id, loose_keys, read_reference
from khop.mappings.igate.wire import DossierDetail, PersonDetail, StepState, Task

Item: TypeAlias = dict[str, Any]
_Read: TypeAlias = Callable[[object], Item | None]

#: Ids of the database, which name nothing to a person.
_INTERNAL = re.compile(r"[0-9a-fA-F]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d+")
_NAMES = {name.casefold(): name for name in (*DossierDetail.model_fields, *StepState.model_fields)}
#: Fields of an applicant's form, in lower case.
PERSON_KEYS = frozenset(name.casefold() for name in PersonDetail.model_fields)
_PERSON_NAMES = {name.casefold(): name for name in PersonDetail.model_fields}
_TASK_NAMES = {name.casefold(): name for name in Task.model_fields}
_DEEPEST = 3
_WRAPPERS = ("data", "dossier", "item", "content", "result", "source", "_source")


def _tag(value: object) -> Item | None:
    """``{id, name}``: of a state or a channel."""
    found = read_reference(value)
    if found is None:
        return None
    return {"id": found.code if found.id is None else found.id, "name": found.name}


def _agency(value: object) -> Item | None:
    """``{code, name}`` of a unit. A bare id of the database names no unit."""
    found = read_reference(value)
    if found is None:
        return None
    code, name = found.code, found.name
    if isinstance(name, str) and _INTERNAL.fullmatch(name):
        name = None
    if code is None and isinstance(name, str) and not parse_organisation(name).unknown_shape:
        code, name = name, None
    if code is None and name is None:
        raise Unread
    return {"code": code, "name": name}


def _procedure(value: object) -> Item | None:
    """``{code, translate, sector}``."""
    found = read_reference(value)
    if found is None:
        return None
    code, name = found.code, found.name
    for text in (name, found.id):
        if code is None and isinstance(text, str) and not parse_procedure(text).unknown_shape:
            code, name = text, None if text is name else name
    if code is None and name is None:
        raise Unread
    inner = value[0] if isinstance(value, list) and value else value
    said = loose_keys(inner).get("sector")
    return {"code": code, "translate": name, "sector": _quiet(_sector, said)}


def _sector(value: object) -> Item | None:
    found = read_reference(value)
    return None if found is None else {"code": found.code, "name": found.name}


def _officer(value: object) -> Item | None:
    found = read_reference(value)
    if found is None:
        return None
    return {"id": found.id, "fullname": found.name if isinstance(found.name, str) else None}


def _state_of_task(value: object) -> Item | None:
    """``activitiTask``: a bare value is the state."""
    found = read_reference(value)
    return None if found is None else {"status": found.name or str(found.id)}


def _process(value: object) -> Item | None:
    found = read_reference(value)
    return None if found is None else {"name": found.name}


def _applicant(value: object) -> Item | None:
    """``{data}``; a bare value is the name, and the fields may lie beside ``data``."""
    if isinstance(value, Mapping):
        data = _renamed(form_fields(value), _PERSON_NAMES)
        return {"data": data if data.keys() & set(_PERSON_NAMES.values()) else None}
    found = read_reference(value)
    if found is None:
        return None
    if not isinstance(found.name, str):
        raise Unread
    return {"data": {"fullname": found.name}}


def form_fields(value: object) -> dict[str, object]:
    """The fields of an applicant's form, in lower case, of the form or of ``data`` around it."""
    fields = loose_keys(value)
    for _ in range(_DEEPEST):
        inner = fields.get("data")
        if not isinstance(inner, Mapping):
            break
        fields = loose_keys(inner)
    return fields


def _task(value: object) -> Item:
    if not isinstance(value, Mapping):
        raise Unread
    task = _renamed(value, _TASK_NAMES)
    for name, read in _OF_TASK.items():
        if task.get(name) is not None and not isinstance(task[name], Mapping):
            task[name] = read(task[name])
    return task


_OF_TASK: Mapping[str, _Read] = {
    "activitiTask": _state_of_task,
    "agency": _agency,
    "assignee": _officer,
    "bpmProcessDefinitionTask": _process,
}
_REFERENCES: Mapping[str, _Read] = {
    "dossierStatus": _tag,
    "dossierTaskStatus": _tag,
    "applyMethod": _tag,
    "dossierReceivingKind": _tag,
    "agency": _agency,
    "procedure": _procedure,
    "applicant": _applicant,
}


def repaired(item: Item, fields: Collection[str]) -> Item:
    """The item with the references among ``fields`` as objects, where they are bare values or
    lists. What cannot be read stays as it is."""
    made = dict(item)
    for name in item.keys() & fields:
        value = made[name] = json_within(item.get(name))
        if name == "id" and (text := bare_id(value)) is not None:
            made[name] = text
        elif name in ("task", "currentTask"):
            made[name] = _repaired_tasks(value)
        elif name == "statusCurrentTask":
            made[name] = _label(value)
        elif name == "procedure" and isinstance(value, Mapping):
            made[name] = {**value, "sector": _quiet(_sector, value.get("sector"))}
        elif name in _REFERENCES and not isinstance(value, Mapping):
            made[name] = _kept(_REFERENCES[name], value)
    return made


def loosened(item: Item) -> tuple[Item, list[str]]:
    """The item with keys as the models spell them and every reference as an object; and the fields
    that say something nobody can read."""
    item = _inner(item)
    made, lost = _renamed(item, _NAMES), []
    for name, read in _REFERENCES.items():
        if made.get(name) is not None:
            try:
                made[name] = read(json_within(made[name]))
            except Unread:
                made[name] = None
                lost.append(name)
    for name in ("task", "currentTask"):
        if made.get(name) is not None:
            made[name] = _repaired_tasks(json_within(made[name]))
    return made, lost


def spelt_otherwise(keys: Collection[str], item: Mapping[str, object]) -> bool:
    """Whether one of these keys is a field of an item in another spelling, which the item does not
    have as well."""
    return any(
        (name := _NAMES.get(str(key).strip().casefold())) is not None and name not in item
        for key in keys
    )


def _inner(item: Item) -> Item:
    """The dossier of an item that holds it inside another object."""
    keys = loose_keys(item)
    if "code" in keys or "id" in keys:
        return item
    inner = [each for name in _WRAPPERS if isinstance(each := keys.get(name), dict)]
    return inner[0] if len(inner) == 1 else item


def _renamed(value: Mapping[Any, object], names: Mapping[str, str]) -> Item:
    """The object with its keys as the models spell them; an exact key comes before another."""
    made = {name: item for name, item in value.items() if isinstance(name, str)}
    for key, item in list(made.items()):
        name = names.get(key.strip().casefold())
        if name is not None and name != key and name not in value:
            made[name] = item
    return made


def _repaired_tasks(value: object) -> object:
    if isinstance(value, Mapping):
        keys = loose_keys(value)
        inner = [keys[name] for name in _WRAPPERS if isinstance(keys.get(name), list)]
        if len(inner) == 1 and not keys.keys() & _TASK_NAMES.keys():
            value = inner[0]
    if isinstance(value, list):
        return [_kept(_task, each) for each in value]
    return _kept(_task, value)


def _label(value: object) -> object:
    try:
        found = read_reference(value)
    except Unread:
        return value
    return found.name if found and isinstance(found.name, str) else value


def _kept(read: _Read, value: object) -> object:
    """The value as the models read it; unchanged where it cannot be read."""
    try:
        return read(value)
    except Unread:
        return value


def _quiet(read: _Read, value: object) -> Item | None:
    """The value of a field that no rule needs; None where it cannot be read."""
    try:
        return read(value)
    except Unread:
        return None
