"""The fixture of the cases, and their tier."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.installation import installation

__all__ = ["installation"]

_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each case runs several commands of khop against its systems: about a second."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
