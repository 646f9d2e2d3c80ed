"""Samples of what the systems send."""

from __future__ import annotations

import json
from typing import Any

from tests import paths


def sample(name: str) -> bytes:
    """The bytes of the JSON sample ``name``, such as ``dvcqg/look-02``."""
    return (paths.SAMPLES / f"{name}.json").read_bytes()


def sample_json(name: str) -> Any:
    """The value of the JSON sample ``name``."""
    return json.loads(sample(name))
