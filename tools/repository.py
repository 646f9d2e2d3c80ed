"""The repository: its folder, its pages, the adapters it declares."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

from khop.adapters.ports import AdapterType
from khop.config.adapters import GROUP, AdapterTypes

ROOT = Path(__file__).parents[1]


def pages() -> list[Path]:
    """Every page of the documentation."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def adapters() -> Mapping[str, AdapterType]:
    """The adapters that pyproject.toml declares, installed or not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["entry-points"][GROUP]
    return AdapterTypes({n: frozenset({EntryPoint(n, v, GROUP)}) for n, v in declared.items()})
