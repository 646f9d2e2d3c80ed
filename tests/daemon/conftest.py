"""A ledger for the daemon, of both kinds."""

from collections.abc import Iterator

import pytest
import structlog

from tests.sync.conftest import (
    clock,
    empty_ledger,
    ledger,
    ledger_url,
    postgres,
    postgres_url,
    privacy,
    pytest_generate_tests,
)

__all__ = [
    "clock",
    "empty_ledger",
    "ledger",
    "ledger_url",
    "postgres",
    "postgres_url",
    "privacy",
    "pytest_generate_tests",
]


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Log lines go to ``logging``, whatever a test before has configured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
