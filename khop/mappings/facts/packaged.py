"""The packaged tables of facts, ``mappings/data/*.toml``.

A table names the source of each fact (``source``) and, for dated facts, the first and last day
(``valid_from``, ``valid_to``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@cache
def load_table(name: str) -> Mapping[str, Any]:
    """The table ``NAME.toml``. It is read once. Raises FileNotFoundError."""
    text = (files("khop.mappings") / "data" / f"{name}.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))
