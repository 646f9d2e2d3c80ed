"""Runs one test of a contract on an adapter that is not its own."""

from __future__ import annotations

import inspect

import pytest

from khop.errors import KhopError
from khop.testing import AdapterContract, System

#: What a failing test of the kit ends with: its own assertion, or what the adapter let out.
FAILURES = (AssertionError, pytest.fail.Exception, KhopError, AttributeError)


def tried(
    contract: type[AdapterContract],
    system: System,
    test: str,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Call ``test`` of ``contract`` with ``system`` in place of the contract's own."""
    judge = type("Judge", (contract,), {"system": lambda self: system})()
    check = getattr(judge, test)
    wants_patch = "monkeypatch" in inspect.signature(check).parameters
    check(*arguments, *([monkeypatch] if wants_patch else []))


def assert_found(
    contract: type[AdapterContract],
    system: System,
    test: str,
    arguments: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test fails, and says why."""
    with pytest.raises(BaseException, match=says) as found:
        tried(contract, system, test, arguments, monkeypatch)
    assert isinstance(found.value, FAILURES), found.value
