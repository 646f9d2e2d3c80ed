"""Recorded messages of the systems, for tests of mappings."""

from __future__ import annotations

import json
from typing import Any

from tests import paths


def load_sample(system: str, name: str) -> Any:
    """The JSON of a recorded message: ``load_sample("igate", "list-01")``."""
    return json.loads((paths.SAMPLES / system / f"{name}.json").read_text("utf-8"))
