"""Every type in a public signature can be imported from a public package."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import khop

#: The packages whose listed names are stable (docs/stability.md), and the packages they list.
PUBLIC = ("khop", "khop.adapters", "khop.connectors", "khop.mappings", "khop.testing")
#: Classes that only khop makes: nobody calls their constructors.
MADE_BY_KHOP = (khop.FindingList, khop.RepairPolicies)


def faces() -> list[ModuleType]:
    found: list[ModuleType] = []
    for name in PUBLIC:
        face = import_module(name)
        found += [face, *(v for _, v in members(face) if isinstance(v, ModuleType))]
    return found


def members(face: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in getattr(face, "__all__", None) or dir(face):
        yield name, getattr(face, name)


EXPORTED = {id(v) for face in faces() for _, v in members(face)}


def public_objects() -> list[Any]:
    return [
        pytest.param(value, id=f"{face.__name__}.{name}")
        for face in faces()
        for name, value in members(face)
        if inspect.isclass(value) or inspect.isfunction(value)
    ]


def own_types(hint: Any) -> Iterator[type]:
    """khop's classes in a hint; ``get_type_hints`` has made real objects of the texts."""
    if isinstance(hint, list):
        for part in hint:
            yield from own_types(part)
    for found in (hint, get_origin(hint)):
        if isinstance(found, type) and found.__module__.startswith("khop."):
            yield found
    for part in get_args(hint):
        yield from own_types(part)


def signatures(value: Any) -> Iterator[Callable[..., Any]]:
    if inspect.isfunction(value):
        yield value
        return
    for name, member in inspect.getmembers_static(value):
        plain = member.func if isinstance(member, cached_property) else member
        plain = plain.fget if isinstance(plain, property) else getattr(plain, "__func__", plain)
        hidden = name.startswith("_") and (name != "__init__" or value in MADE_BY_KHOP)
        if not hidden and inspect.isfunction(plain):
            yield plain


def named_types(value: Any) -> set[type]:
    own = get_type_hints(value) if inspect.isclass(value) else {}
    hints = [hint for name, hint in own.items() if not name.startswith("_")]
    for function in signatures(value):
        if function.__module__.startswith("khop."):
            hints += get_type_hints(function).values()
    return {found for hint in hints for found in own_types(hint)}


@pytest.mark.parametrize("value", public_objects())
def test_every_type_of_a_public_signature_is_exported(value: Any) -> None:
    missing = {
        f"{t.__module__}.{t.__qualname__}" for t in named_types(value) if id(t) not in EXPORTED
    }
    assert missing == set()
