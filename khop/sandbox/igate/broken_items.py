"""The JSON of list items with a defect (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from khop.sandbox.igate.wire import list_item, wire_time
from khop.sandbox.world.broken_items import OLDER_DUPLICATE, BrokenItem
from khop.sandbox.world.dossiers import LABELS, Dossier
from khop.sandbox.world.register import Register

_LONG = 5_000_000
_DEEP = 200

_NOT_OBJECTS: tuple[Any, ...] = ("hồ sơ", 42, None, [])
_STATES: tuple[Any, ...] = ("Không được tiếp nhận", ["3"], True, {"id": {"id": 3}, "name": 7}, 12.5)
_DATES: tuple[Any, ...] = (
    "0000-00-00",
    "31/02/2026",
    "9999-12-31T23:59:59.000+0700",
    "hôm qua",
    20_260_101,
)
#: States that no table has: the id is missing or unknown, or the name is missing.
_UNKNOWN_STATES: tuple[dict[str, Any], ...] = (
    {"id": 41, "name": "Chờ xác minh liên ngành"},
    {"id": None, "name": "Chuyển cơ quan thuế"},
    {"id": 42, "name": None},
    {"id": 43, "name": [{"languageId": 46, "name": "Waiting for another body"}]},
)


def broken_json(item: BrokenItem, register: Register) -> Any:
    """The item as the list sends it."""
    if item.kind == OLDER_DUPLICATE:
        return list_item(item.dossier, register)
    return _DEFECTS[item.kind](_sound(item.dossier), item.running)


def in_unknown_state(item: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The same item in a state that no table has."""
    state = rng.choice(_UNKNOWN_STATES)
    task_state = {"id": "60aaffffffffffffffffffff", "name": state["name"]}
    return item | {
        "dossierStatus": state,
        "dossierTaskStatus": task_state,
        "statusCurrentTask": None,
    }


def _sound(d: Dossier) -> dict[str, Any]:
    """A small item without a defect."""
    status_id, labels = LABELS[3]
    return {
        "id": d.native_id,
        "code": d.code,
        "nationCode": None,
        "dossierStatus": {"id": status_id, "name": labels[0]},
        "applicant": {"data": {"fullname": "Nguyễn Văn Mẫu", "identityNumber": ""}},
        "procedure": {"code": "1.001600", "translate": {"languageId": 228, "name": "Mẫu"}},
        "agency": {"code": "H99.01", "name": "Sở Tài chính"},
        "applyMethod": {"id": 1, "name": "Trực tiếp"},
        "appliedDate": wire_time(d.acted * 1000),
        "updatedDate": wire_time(d.changed),
        "undefindedCompleteTime": 0,
    }


def _without(item: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != key}


def _deep() -> Any:
    nested: Any = "đáy"
    for _ in range(_DEEP):
        nested = {"a": nested}
    return nested


#: Kind -> the item with its defect, from an item without one and the running number.
_DEFECTS: dict[str, Callable[[dict[str, Any], int], Any]] = {
    "missing_code": lambda item, i: _without(item, "code"),
    "null_code": lambda item, i: item | {"code": None},
    "number_code": lambda item, i: item | {"code": 99_000 + i},
    "missing_id": lambda item, i: _without(item, "id"),
    "not_an_object": lambda item, i: _NOT_OBJECTS[i % len(_NOT_OBJECTS)],
    "absurd_date": lambda item, i: item | {"appliedDate": _DATES[i % len(_DATES)]},
    "status_type": lambda item, i: item | {"dossierStatus": _STATES[i % len(_STATES)]},
    "huge_code": lambda item, i: item | {"code": "H" * _LONG},
    "huge_agency": lambda item, i: item | {"agency": {"code": "H99.01", "name": "S" * _LONG}},
    "deep": lambda item, i: item | {"code": _deep()},
}
