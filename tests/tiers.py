"""How much each tier of the tests draws at random.

The fast tier leaves out the markers ``slow`` and ``deep``, the full tier leaves out ``deep``. The
verbs of the Makefile also load the Hypothesis profile with the tier's name: ``fast`` and ``full``
draw the same examples every time, so that a change is to blame for what fails; ``deep`` draws new
ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

_DEEP_FACTOR = 100


def register_profiles() -> None:
    """Make the tiers known to Hypothesis. No example has a deadline: the machine may be busy."""
    for tier in ("fast", "full"):
        settings.register_profile(tier, deadline=None, derandomize=True)
    settings.register_profile(
        "deep", deadline=None, derandomize=False, max_examples=_DEEP_FACTOR * 100, print_blob=True
    )
    settings.load_profile("fast")


def examples(fast: int, full: int) -> int:
    """How many examples the tier draws of a test that is too slow for the usual hundred."""
    return {"full": full, "deep": _DEEP_FACTOR * full}.get(_tier(), fast)


def seed(usual: int) -> int:
    """``usual``; in the deep tier a new one every time."""
    return Random().randrange(10**9) if _tier() == "deep" else usual


def seeds(slow: Iterable[object], deep: Iterable[object]) -> list[ParameterSet]:
    """Values of a parameter: those of the full tier, and those that only the deep tier adds."""
    return [
        *(pytest.param(value, marks=pytest.mark.slow) for value in slow),
        *(pytest.param(value, marks=pytest.mark.deep) for value in deep),
    ]


def _tier() -> str:
    return settings.get_current_profile_name()
