"""What all tests share, and how mutmut runs those of the mappings (``make mutation``)."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import Phase, settings

from tests.tiers import register_profiles

register_profiles()

_MUTATING = "MUTANT_UNDER_TEST" in os.environ

# mutmut copies no docs.
collect_ignore = ["mappings/facts/test_tables_page.py"] if _MUTATING else []

if _MUTATING:
    # One failing example is enough to notice a change, so hypothesis need not shrink it.
    settings.register_profile(
        "mutation", settings.get_profile("fast"), phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutation")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long values by their length.

    Bytes of an archive hold the time they were made: two processes would collect other names.
    """
    if isinstance(val, bytes | str) and len(val) > (15 if isinstance(val, bytes) else 100):
        return f"{argname} of {len(val)}"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that start a PostgreSQL server as slow.

    Under mutmut, tests of one example run before those that draw a hundred.
    """
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    if _MUTATING:
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def pytest_collection_finish() -> None:
    """Under mutmut, garbage collection in the process of a change skips what was imported."""
    if _MUTATING:
        gc.freeze()
