"""How mutmut runs these tests (``make mutation``): what is quick to notice a change goes first."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import Phase, settings

_MUTATING = "MUTANT_UNDER_TEST" in os.environ

# Among the changed modules there is no page of the documentation.
collect_ignore = ["test_tables_page.py"] if _MUTATING else []

if _MUTATING:
    # A change is noticed by the first example that fails: no smaller one is looked for.
    settings.register_profile(
        "mutation", settings.get_profile("khop"), phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one example before those that draw a hundred."""
    if _MUTATING:
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def pytest_collection_finish() -> None:
    """What was imported stays, so the process of a change need not search it for garbage."""
    if _MUTATING:
        gc.freeze()
