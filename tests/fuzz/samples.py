"""The sample bodies that the fuzz tests start from."""

from __future__ import annotations

import json
from typing import Any

from tests import paths

SAMPLES = paths.SAMPLES


def raw(system: str, *patterns: str) -> list[bytes]:
    """The bodies of the matching files, sorted by name."""
    found = {path for each in patterns for path in (SAMPLES / system).glob(each)}
    return [path.read_bytes() for path in sorted(found)]


def bodies(system: str, *patterns: str) -> list[Any]:
    """The JSON values of the matching files; of a file with exchanges, each of its bodies."""
    values = [json.loads(each) for each in raw(system, *patterns)]
    return [body for value in values for body in _unwrapped(value)]


def _unwrapped(value: Any) -> list[Any]:
    if isinstance(value, list) and all(isinstance(e, dict) and "note" in e for e in value):
        return [entry["body"] for entry in value if "body" in entry]
    return [value]
