"""What the tests of several simulated systems share."""

from __future__ import annotations

from typing import Any

from khop.sandbox import Faults


def always(*kinds: str) -> Faults:
    """Faults of these kinds at every request that they can affect."""
    return Faults(rate=1.0, kinds=frozenset(kinds))


def kinds(sandbox: Any) -> list[str]:
    """The kinds of the sandbox's violations, in order."""
    return [violation.kind for violation in sandbox.violations()]
