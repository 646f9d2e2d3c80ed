"""Rows of the list that are not as they should be, made from rows nothing is wrong with."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from khop.sandbox.world.dossiers import Dossier

_HOUR_MS = 3_600_000
#: States that no table knows; the id is missing, is new, or has no name.
_UNKNOWN_STATES: tuple[dict[str, Any], ...] = (
    {"id": 41, "name": "Chờ xác minh liên ngành"},
    {"id": None, "name": "Chuyển cơ quan thuế"},
    {"id": 42, "name": None},
    {"id": 43, "name": [{"languageId": 46, "name": "Waiting for another body"}]},
)


def in_unknown_state(item: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The same item in a state no table knows."""
    state = rng.choice(_UNKNOWN_STATES)
    task_state = {"id": "60aaffffffffffffffffffff", "name": state["name"]}
    return item | {
        "dossierStatus": state,
        "dossierTaskStatus": task_state,
        "statusCurrentTask": None,
    }


def as_it_was(d: Dossier) -> Dossier:
    """The same record an hour before its last change, in another state."""
    return replace(d, status=4 if d.status != 4 else 2, changed=d.changed - _HOUR_MS)
