"""Runs one test of a contract class with another system."""

from __future__ import annotations

import inspect

import pytest

from khop.errors import KhopError
from khop.testing import AdapterContract, System

#: How a test of the kit fails: by its own assertion, or by an error that the adapter raised.
FAILURES = (AssertionError, pytest.fail.Exception, KhopError, AttributeError)


def run_one_test(
    contract: type[AdapterContract],
    system: System,
    test: str,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Call ``test`` of ``contract`` with ``system`` in place of the contract's own."""
    instance = type("Instance", (contract,), {"system": lambda self: system})()
    method = getattr(instance, test)
    needs_patch = "monkeypatch" in inspect.signature(method).parameters
    method(*arguments, *([monkeypatch] if needs_patch else []))


def assert_fails(
    contract: type[AdapterContract],
    system: System,
    test: str,
    arguments: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test fails with a message that matches ``message``."""
    with pytest.raises(BaseException, match=message) as failure:
        run_one_test(contract, system, test, arguments, monkeypatch)
    assert isinstance(failure.value, FAILURES), failure.value
