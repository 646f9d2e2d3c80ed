"""Whether an adapter has every member of the ports it fills.

The engine finds an adapter's ports by its members. One with a missing or mistyped member would fill
its port no longer, and would never be asked, without a word.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from khop.adapters.ports import (
    Adapter,
    CatalogueSource,
    CodeSource,
    DossierLookup,
    DossierSink,
    DossierSource,
    EvidenceLookup,
    EvidenceSource,
    IdentityCheck,
    PaperSource,
    WindowSource,
)

PORTS: tuple[type[Any], ...] = (
    DossierSource,
    DossierLookup,
    DossierSink,
    CodeSource,
    PaperSource,
    WindowSource,
    EvidenceSource,
    EvidenceLookup,
    IdentityCheck,
    CatalogueSource,
)


def problem_of(adapter: object) -> str | None:
    """What a port lacks of this adapter, as the end of a sentence; None when nothing does."""
    if lacking := _lacking(adapter, Adapter):
        return f"has no {_listed(lacking)}, which every adapter has"
    filled = 0
    for port in PORTS:
        methods = _methods(port)
        if not any(hasattr(adapter, name) for name in methods):
            continue
        if lacking := _lacking(adapter, port):
            return f"has no {_listed(lacking)}, which {port.__name__} needs"
        filled += 1
    if filled:
        return None
    near = _near(adapter)
    return f"fills no port{near}: {_listed(port.__name__ for port in PORTS)}"


def _lacking(adapter: object, port: type[Any]) -> list[str]:
    """Members of the port that the adapter does not have, or has as something to be called that
    cannot be."""
    methods = _methods(port)
    return [
        name
        for name in _members(port)
        if not hasattr(adapter, name) or (name in methods and not callable(getattr(adapter, name)))
    ]


def _members(port: type[Any]) -> list[str]:
    return [*port.__annotations__, *_methods(port)]


def _methods(port: type[Any]) -> list[str]:
    return [name for name, value in vars(port).items() if _is_public_method(name, value)]


def _is_public_method(name: str, value: object) -> bool:
    return not name.startswith("_") and callable(value)


def _near(adapter: object) -> str:
    """A hint where a member is written almost as a port's."""
    wanted = [name for port in PORTS for name in _methods(port)]
    for name in dir(adapter):
        if name.startswith("_"):
            continue
        near = difflib.get_close_matches(name, wanted, n=1, cutoff=0.8)
        if near:
            return f" (it has {name!r}, did you mean {near[0]!r}?)"
    return ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
