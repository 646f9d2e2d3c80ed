"""How much each tier of the tests draws at random.

The fast tier leaves out the markers ``slow`` and ``deep``, the full tier leaves out ``deep``. The
verbs of the Makefile also load the Hypothesis profile of the tier. ``fast`` and ``full`` draw the
same examples every time, so that a failure comes from a change; ``deep`` draws new ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

_DEEP_FACTOR = 100


def register_profiles() -> None:
    """Tell Hypothesis the tiers. An example has no deadline, since a busy machine is slow."""
    for tier in ("fast", "full"):
        settings.register_profile(tier, deadline=None, derandomize=True)
    settings.register_profile(
        "deep", deadline=None, derandomize=False, max_examples=_DEEP_FACTOR * 100, print_blob=True
    )
    settings.load_profile("fast")


def examples(fast: int, full: int, deep: int | None = None) -> int:
    """How many examples the tier draws where a hundred, the usual number, would be too slow.

    ``deep`` is a hundred times ``full`` unless given.
    """
    return {"full": full, "deep": deep or _DEEP_FACTOR * full}.get(_tier(), fast)


def seed(usual: int) -> int:
    """``usual``; in the deep tier a new seed for every run."""
    return Random().randrange(10**9) if _tier() == "deep" else usual


def seeds(slow: Iterable[object], deep: Iterable[object]) -> list[ParameterSet]:
    """Values of a parameter: those of the full tier, and those that only the deep tier adds."""
    return [
        *(pytest.param(value, marks=pytest.mark.slow) for value in slow),
        *(pytest.param(value, marks=pytest.mark.deep) for value in deep),
    ]


def _tier() -> str:
    return settings.get_current_profile_name()
